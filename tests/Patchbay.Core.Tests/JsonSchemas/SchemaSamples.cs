using System.Text.Json.Nodes;

namespace Patchbay.Core.Tests;

/// <summary>Schemas and values by chance, small enough that values often obey.</summary>
internal sealed class SchemaSamples(int seed)
{
    private static readonly string[] Names = ["a", "b", "c", "name", "x-1", "étude"];
    private static readonly string[] Texts = ["", "a", "ab", "abc", "b7", "A-1", "2026-11-21", "🙂", "a\n", "東京", "x_y z"];
    private static readonly string[] Types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    private static readonly string[] Patterns =
    [
        "^a", "b$", "^[a-z]+$", @"^\d{4}-\d{2}-\d{2}$", "^.{1,3}$", "[^a]", @"^\w+$", @"\s", "^(a|b)*c?$", "^[A-Z]-[0-9]$",
        "^$", @"^\S*$", @"\bb", "^x[-_]", @"^\p{L}+$", "^[^0-9]{2}$", "(?:ab){1,2}", @"^\u0061",
    ];

    private readonly Random _random = new(seed);
    private bool _refers;

    public JsonNode? Schema() => Schema(0, isRoot: true);

    public JsonNode? Value(int depth = 0)
    {
        switch (_random.Next(depth > 2 ? 5 : 9))
        {
            case 0: return null;
            case 1: return JsonValue.Create(_random.Next(2) == 0);
            case 2: return JsonValue.Create(_random.Next(-3, 12));
            case 3: return JsonValue.Create(_random.Next(-20, 60) / 4.0);
            case 4: return JsonValue.Create(Pick(Texts));
            case 5 or 6:
                var items = new JsonArray();
                for (var i = _random.Next(4); i > 0; i--)
                {
                    items.Add(Value(depth + 1));
                }

                return items;
            default:
                var members = new JsonObject();
                for (var i = _random.Next(5); i > 0; i--)
                {
                    members[Pick(Names)] = Value(depth + 1);
                }

                return members;
        }
    }

    private JsonNode? Schema(int depth, bool isRoot = false)
    {
        if (!isRoot && _random.Next(12) == 0)
        {
            return JsonValue.Create(_random.Next(3) > 0);
        }

        var schema = new JsonObject();
        if (isRoot)
        {
            // Of references that lead back to themselves ajv thinks differently.
            _refers = false;
            schema["definitions"] = new JsonObject { ["one"] = Schema(2), ["two/2"] = Schema(2) };
            _refers = true;
        }
        else if (_refers && _random.Next(10) == 0)
        {
            // Ajv obeys what stands beside it, which draft 7 forbids.
            schema["$ref"] = Pick(["#/definitions/one", "#/definitions/two~12"]);
            return schema;
        }

        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            Add(schema, depth);
        }

        return schema;
    }

    private void Add(JsonObject schema, int depth)
    {
        // Sometimes a keyword has a value that is not allowed.
        var isWrong = _random.Next(200) == 0;
        switch (_random.Next(depth > 2 ? 14 : 30))
        {
            case 0 or 1: schema["type"] = isWrong ? "text" : Pick(Types); break;
            case 2: schema["type"] = new JsonArray(Pick(Types[..3]), Pick(Types[3..])); break;
            // Ajv wants the values to differ, which draft 7 only recommends.
            case 3: schema["enum"] = new JsonArray(_random.Next(6), Pick(Texts), _random.Next(2) == 0, new JsonArray(Value(3)), null); break;
            case 4: schema["const"] = Value(2); break;
            case 5: schema["minimum"] = _random.Next(-2, 6); break;
            case 6: schema["exclusiveMaximum"] = _random.Next(2, 10); break;
            case 7: schema["multipleOf"] = isWrong ? 0 : Pick([1, 2, 3]); break;
            case 8: schema["minLength"] = isWrong ? -1 : _random.Next(3); break;
            case 9: schema["maxLength"] = _random.Next(4); break;
            case 10 or 11: schema["pattern"] = Pick(Patterns); break;
            case 12: schema["maximum"] = _random.Next(0, 10); break;
            case 13: schema["exclusiveMinimum"] = _random.Next(-2, 4); break;
            case 14: schema["items"] = Schema(depth + 1); break;
            case 15:
                schema["items"] = new JsonArray(Schema(depth + 1), Schema(depth + 1));
                schema["additionalItems"] = Schema(depth + 1);
                break;
            case 16: schema["contains"] = Schema(depth + 1); break;
            case 17: schema["uniqueItems"] = true; break;
            case 18: schema["minItems"] = _random.Next(3); break;
            case 19: schema["maxItems"] = _random.Next(1, 4); break;
            case 20: schema["required"] = isWrong ? "a" : new JsonArray(Pick(Names)); break;
            case 21: schema["properties"] = Properties(depth, Names); break;
            case 22:
                schema["properties"] = Properties(depth, Names);
                schema["additionalProperties"] = Schema(depth + 1);
                break;
            case 23: schema["patternProperties"] = Properties(depth, ["^x-", "^[ab]$", "n"]); break;
            case 24: schema["propertyNames"] = Schema(depth + 2); break;
            case 25: schema[Pick(["minProperties", "maxProperties"])] = _random.Next(3); break;
            case 26: schema["dependencies"] = new JsonObject { ["a"] = new JsonArray("b"), ["c"] = Schema(depth + 1) }; break;
            case 27:
                schema["if"] = Schema(depth + 1);
                schema["then"] = Schema(depth + 1);
                schema["else"] = Schema(depth + 1);
                break;
            case 28: schema[Pick(["allOf", "anyOf", "oneOf"])] = isWrong ? [] : new JsonArray(Schema(depth + 1), Schema(depth + 1)); break;
            default: schema["not"] = Schema(depth + 1); break;
        }
    }

    private JsonObject Properties(int depth, string[] names)
    {
        var properties = new JsonObject();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            properties[Pick(names)] = Schema(depth + 1);
        }

        return properties;
    }

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];
}
