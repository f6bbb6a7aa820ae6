using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>Makes small JSON documents that a JSON schema accepts.</summary>
internal sealed class SchemaSample
{
    private const int DeepestLevel = 16;

    private static readonly string[] Words = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven"];

    private readonly JsonElement _root;
    private readonly Utf8JsonWriter _writer;
    private readonly ulong _seed;
    private ulong _drawn;

    private SchemaSample(JsonElement root, Utf8JsonWriter writer, ulong seed)
    {
        _root = root;
        _writer = writer;
        _seed = seed;
    }

    /// <summary>A document for the schema; without a schema a small object.</summary>
    public static string Create(JsonElement? schema, ulong seed)
    {
        if (schema is not { ValueKind: JsonValueKind.Object } root)
        {
            return """{"result":"amber","count":3,"ok":true}""";
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            new SchemaSample(root, writer, seed).Write(root, 0);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private ulong Draw() => Dice.Roll(_seed, _drawn++);

    private void Write(JsonElement schema, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > DeepestLevel)
        {
            _writer.WriteNullValue();
        }
        else if (schema.TryGetProperty("$ref"u8, out var reference))
        {
            Write(Follow(reference.GetString() ?? ""), depth + 1);
        }
        else if (schema.TryGetProperty("const"u8, out var constant))
        {
            constant.WriteTo(_writer);
        }
        else if (schema.TryGetProperty("enum"u8, out var options) && options.GetArrayLength() > 0)
        {
            options[(int)(Draw() % (ulong)options.GetArrayLength())].WriteTo(_writer);
        }
        else if (FirstOf(schema, out var chosen))
        {
            Write(chosen, depth + 1);
        }
        else
        {
            WriteTyped(schema, depth);
        }
    }

    private void WriteTyped(JsonElement schema, int depth)
    {
        switch (TypeOf(schema))
        {
            case "object":
                WriteObject(schema, depth);
                break;
            case "array":
                WriteArray(schema, depth);
                break;
            case "integer":
                _writer.WriteNumberValue((long)Number(schema));
                break;
            case "number":
                _writer.WriteNumberValue(Number(schema));
                break;
            case "boolean":
                _writer.WriteBooleanValue(Draw() % 2 == 0);
                break;
            case "null":
                _writer.WriteNullValue();
                break;
            default:
                _writer.WriteStringValue(Text(schema));
                break;
        }
    }

    private void WriteObject(JsonElement schema, int depth)
    {
        _writer.WriteStartObject();
        if (schema.TryGetProperty("properties"u8, out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (depth < DeepestLevel / 2 || IsRequired(schema, property.Name))
                {
                    _writer.WritePropertyName(property.Name);
                    Write(property.Value, depth + 1);
                }
            }
        }

        _writer.WriteEndObject();
    }

    private void WriteArray(JsonElement schema, int depth)
    {
        var least = Whole(schema, "minItems"u8, 0);
        var count = depth >= DeepestLevel / 2 ? least : Math.Min(Math.Max(least, 2), Whole(schema, "maxItems"u8, int.MaxValue));
        _writer.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            if (schema.TryGetProperty("items"u8, out var items))
            {
                Write(items, depth + 1);
            }
            else
            {
                _writer.WriteStringValue(Word());
            }
        }

        _writer.WriteEndArray();
    }

    private string Text(JsonElement schema)
    {
        var format = schema.TryGetProperty("format"u8, out var named) ? named.GetString() : null;
        var text = format switch
        {
            "date-time" => "2025-01-02T03:04:05Z",
            "date" => "2025-01-02",
            "time" => "03:04:05Z",
            "email" => Word() + "@example.com",
            "uri" => "https://example.com/" + Word(),
            "uuid" => "0190d0c5-7e10-7c00-8000-000000000001",
            _ => Word(),
        };
        text = text.PadRight(Whole(schema, "minLength"u8, 0), 'x');
        var most = Whole(schema, "maxLength"u8, int.MaxValue);
        return text.Length > most ? text[..most] : text;
    }

    private string Word() => Words[Draw() % (ulong)Words.Length];

    private decimal Number(JsonElement schema)
    {
        var lowest = Bound(schema, "minimum"u8) ?? (Bound(schema, "exclusiveMinimum"u8) + 1);
        var highest = Bound(schema, "maximum"u8) ?? (Bound(schema, "exclusiveMaximum"u8) - 1);
        var low = lowest ?? (highest < 0 ? highest.Value - 10 : 0);
        var high = highest ?? low + 10;
        var number = decimal.Ceiling(low) + (Draw() % 10);
        return number > high ? low : number;
    }

    private static decimal? Bound(JsonElement schema, ReadOnlySpan<byte> name) =>
        schema.TryGetProperty(name, out var bound) && bound.ValueKind == JsonValueKind.Number ? bound.GetDecimal() : null;

    private static int Whole(JsonElement schema, ReadOnlySpan<byte> name, int otherwise) =>
        schema.TryGetProperty(name, out var value) && value.TryGetInt32(out var number) ? number : otherwise;

    private static bool IsRequired(JsonElement schema, string name)
    {
        if (schema.TryGetProperty("required"u8, out var required))
        {
            foreach (var one in required.EnumerateArray())
            {
                if (one.ValueEquals(name))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool FirstOf(JsonElement schema, out JsonElement chosen)
    {
        if ((schema.TryGetProperty("anyOf"u8, out var options) || schema.TryGetProperty("oneOf"u8, out options)
            || schema.TryGetProperty("allOf"u8, out options)) && options.GetArrayLength() > 0)
        {
            chosen = options[0];
            return true;
        }

        chosen = default;
        return false;
    }

    private static string TypeOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("type"u8, out var type))
        {
            return schema.TryGetProperty("properties"u8, out _) ? "object"
                : schema.TryGetProperty("items"u8, out _) ? "array" : "string";
        }

        return (type.ValueKind == JsonValueKind.Array ? type[0].GetString() : type.GetString()) ?? "string";
    }

    private JsonElement Follow(string reference)
    {
        var at = _root;
        foreach (var segment in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(segment, out at))
            {
                return default;
            }
        }

        return at;
    }
}
