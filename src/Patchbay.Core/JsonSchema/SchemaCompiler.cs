using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Patchbay.Core;

/// <summary>Makes nodes of a schema. What draft 7's own schema forbids makes the whole schema none.</summary>
internal sealed class SchemaCompiler(JsonElement root)
{
    private const int MostNodes = 20_000;
    private const int Deepest = 64;

    // Nodes that references lead to, by their place in the document.
    private readonly Dictionary<string, SchemaNode> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _anchors = new(StringComparer.Ordinal);
    private int _nodes;
    private bool _failed;

    /// <summary>The root's node; null when this is no schema.</summary>
    public SchemaNode? Compile()
    {
        FindAnchors(root, 0);
        if (_failed)
        {
            return null;
        }

        var node = new SchemaNode();
        _targets.Add("#", node);
        Fill(node, root, 0);
        return _failed ? null : node;
    }

    private SchemaNode Node(JsonElement schema, int depth)
    {
        var node = new SchemaNode();
        Fill(node, schema, depth + 1);
        return node;
    }

    private void Fill(SchemaNode node, JsonElement schema, int depth)
    {
        if (_failed || ++_nodes > MostNodes || depth > Deepest)
        {
            _failed = true;
            return;
        }

        switch (schema.ValueKind)
        {
            case JsonValueKind.True:
                return;
            case JsonValueKind.False:
                node.IsNever = true;
                return;
            case JsonValueKind.Object:
                break;
            default:
                _failed = true;
                return;
        }

        if (schema.TryGetProperty("$ref"u8, out var reference))
        {
            node.Reference = reference.ValueKind == JsonValueKind.String ? Target(reference.GetString()!, depth) : null;
            _failed |= node.Reference is null;
            return;
        }

        FillGeneral(node, schema, depth);
        FillNumber(node, schema);
        FillText(node, schema);
        FillArray(node, schema, depth);
        FillObject(node, schema, depth);
    }

    private void FillGeneral(SchemaNode node, JsonElement schema, int depth)
    {
        if (schema.TryGetProperty("type"u8, out var type))
        {
            node.Types = Types(type);
        }

        if (schema.TryGetProperty("enum"u8, out var listed))
        {
            _failed |= listed.ValueKind != JsonValueKind.Array || listed.GetArrayLength() == 0;
            node.Enum = _failed ? [] : [.. listed.EnumerateArray()];
        }

        if (schema.TryGetProperty("const"u8, out var only))
        {
            node.Const = only;
        }

        // A fault counts also where no reference leads to.
        foreach (var (_, value) in Members(schema, "definitions"u8))
        {
            Node(value, depth);
        }

        node.If = Schema(schema, "if"u8, depth);
        node.Then = Schema(schema, "then"u8, depth);
        node.Else = Schema(schema, "else"u8, depth);
        node.Not = Schema(schema, "not"u8, depth);
        node.AllOf = Schemas(schema, "allOf"u8, depth);
        node.AnyOf = Schemas(schema, "anyOf"u8, depth);
        node.OneOf = Schemas(schema, "oneOf"u8, depth);
    }

    private void FillNumber(SchemaNode node, JsonElement schema)
    {
        var rules = new NumberRules(
            Number(schema, "minimum"u8), Number(schema, "maximum"u8), Number(schema, "exclusiveMinimum"u8),
            Number(schema, "exclusiveMaximum"u8),
            Number(schema, "multipleOf"u8) is { } step ? Positive(schema.GetProperty("multipleOf"u8), step) : null);
        node.Number = rules == new NumberRules(null, null, null, null, null) ? null : rules;
    }

    private void FillText(SchemaNode node, JsonElement schema)
    {
        var rules = new TextRules(
            Count(schema, "minLength"u8), Count(schema, "maxLength"u8),
            schema.TryGetProperty("pattern"u8, out var pattern) ? Pattern(pattern) : null);
        node.Text = rules == new TextRules(null, null, null) ? null : rules;
    }

    private void FillArray(SchemaNode node, JsonElement schema, int depth)
    {
        var rules = new ArrayRules
        {
            Contains = Schema(schema, "contains"u8, depth),
            Rest = Schema(schema, "additionalItems"u8, depth),
            Least = Count(schema, "minItems"u8),
            Most = Count(schema, "maxItems"u8),
            AreUnique = Flag(schema, "uniqueItems"u8),
        };
        if (schema.TryGetProperty("items"u8, out var items))
        {
            if (items.ValueKind == JsonValueKind.Array)
            {
                rules.First = [.. items.EnumerateArray().Select(item => Node(item, depth))];
            }
            else
            {
                rules.Items = Node(items, depth);
            }
        }

        var isNeeded = rules.Items is not null || rules.First is not null || rules.Contains is not null
            || rules.Least is not null || rules.Most is not null || rules.AreUnique;
        node.Array = isNeeded ? rules : null;
    }

    private void FillObject(SchemaNode node, JsonElement schema, int depth)
    {
        var rules = new ObjectRules
        {
            Others = Schema(schema, "additionalProperties"u8, depth),
            Names = Schema(schema, "propertyNames"u8, depth),
            Least = Count(schema, "minProperties"u8),
            Most = Count(schema, "maxProperties"u8),
            Required = schema.TryGetProperty("required"u8, out var required) ? Names(required) : null,
        };
        foreach (var (name, value) in Members(schema, "properties"u8))
        {
            (rules.Properties ??= new Dictionary<string, SchemaNode>(StringComparer.Ordinal))[name] = Node(value, depth);
        }

        foreach (var (name, value) in Members(schema, "patternProperties"u8))
        {
            if (EcmaPattern.TryCompile(name) is { } pattern)
            {
                (rules.Patterns ??= []).Add(new KeyValuePair<Regex, SchemaNode>(pattern, Node(value, depth)));
            }
            else
            {
                _failed = true;
            }
        }

        foreach (var (name, value) in Members(schema, "dependencies"u8))
        {
            var dependency = value.ValueKind == JsonValueKind.Array
                ? new Dependency(Names(value), null)
                : new Dependency(null, Node(value, depth));
            (rules.Dependencies ??= []).Add(new KeyValuePair<string, Dependency>(name, dependency));
        }

        var isNeeded = rules.Properties is not null || rules.Patterns is not null || rules.Others is not null
            || rules.Names is not null || rules.Required is not null || rules.Dependencies is not null
            || rules.Least is not null || rules.Most is not null;
        node.Object = isNeeded ? rules : null;
    }

    private SchemaTypes? Types(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return Type(value);
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            _failed = true;
            return null;
        }

        var types = SchemaTypes.None;
        foreach (var item in value.EnumerateArray())
        {
            types |= Type(item);
        }

        return types;
    }

    private SchemaTypes Type(JsonElement value)
    {
        var type = value.ValueKind != JsonValueKind.String ? SchemaTypes.None : value.GetString() switch
        {
            "object" => SchemaTypes.Object,
            "array" => SchemaTypes.Array,
            "string" => SchemaTypes.String,
            "number" => SchemaTypes.Number,
            "integer" => SchemaTypes.Integer,
            "boolean" => SchemaTypes.Boolean,
            "null" => SchemaTypes.Null,
            _ => SchemaTypes.None,
        };
        _failed |= type == SchemaTypes.None;
        return type;
    }

    private SchemaNode? Schema(JsonElement schema, ReadOnlySpan<byte> name, int depth) =>
        schema.TryGetProperty(name, out var value) ? Node(value, depth) : null;

    private SchemaNode[]? Schemas(JsonElement schema, ReadOnlySpan<byte> name, int depth)
    {
        if (!schema.TryGetProperty(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            _failed = true;
            return null;
        }

        return [.. value.EnumerateArray().Select(item => Node(item, depth))];
    }

    private IEnumerable<(string Name, JsonElement Value)> Members(JsonElement schema, ReadOnlySpan<byte> name)
    {
        if (!schema.TryGetProperty(name, out var value))
        {
            return [];
        }

        _failed |= value.ValueKind != JsonValueKind.Object;
        return _failed ? [] : value.EnumerateObject().Select(member => (member.Name, member.Value));
    }

    private string[] Names(JsonElement value)
    {
        _failed |= value.ValueKind != JsonValueKind.Array;
        if (_failed)
        {
            return [];
        }

        var names = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                _failed = true;
                return [];
            }

            names.Add(item.GetString()!);
        }

        return [.. names];
    }

    private double? Number(JsonElement schema, ReadOnlySpan<byte> name)
    {
        if (!schema.TryGetProperty(name, out var value))
        {
            return null;
        }

        _failed |= value.ValueKind != JsonValueKind.Number;
        return _failed ? null : value.GetDouble();
    }

    private JsonElement? Positive(JsonElement value, double number)
    {
        _failed |= !(number > 0);
        return value;
    }

    private long? Count(JsonElement schema, ReadOnlySpan<byte> name)
    {
        if (Number(schema, name) is not { } number)
        {
            return null;
        }

        _failed |= !(number >= 0) || number != Math.Truncate(number);
        return number >= long.MaxValue ? long.MaxValue : (long)number;
    }

    private bool Flag(JsonElement schema, ReadOnlySpan<byte> name)
    {
        if (!schema.TryGetProperty(name, out var value))
        {
            return false;
        }

        _failed |= value.ValueKind is not (JsonValueKind.True or JsonValueKind.False);
        return value.ValueKind == JsonValueKind.True;
    }

    private Regex? Pattern(JsonElement value)
    {
        var pattern = value.ValueKind == JsonValueKind.String ? EcmaPattern.TryCompile(value.GetString()!) : null;
        _failed |= pattern is null;
        return pattern;
    }

    // References stay inside the document: a pointer, the root, or the name that a schema gives itself.
    private SchemaNode? Target(string reference, int depth)
    {
        if (_targets.TryGetValue(reference, out var known))
        {
            return known;
        }

        JsonElement? found = reference.StartsWith("#/", StringComparison.Ordinal)
            ? Walk(Uri.UnescapeDataString(reference[2..]))
            : _anchors.TryGetValue(reference, out var anchored) ? anchored : null;
        if (found is not { } element)
        {
            return null;
        }

        var node = new SchemaNode();
        _targets.Add(reference, node);
        Fill(node, element, depth + 1);
        return node;
    }

    // RFC 6901.
    private JsonElement? Walk(string pointer)
    {
        var at = root;
        foreach (var token in pointer.Split('/'))
        {
            var name = token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var member))
            {
                at = member;
            }
            else if (at.ValueKind == JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at;
    }

    // Inside a schema with an address of its own, references would be relative to that: such documents are left alone.
    private void FindAnchors(JsonElement element, int depth)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                FindAnchors(item, depth + 1);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                if (member.NameEquals("$id"u8) && member.Value.ValueKind == JsonValueKind.String)
                {
                    var id = member.Value.GetString()!;
                    _failed |= depth > 0 && id is not ['#', ..];
                    _anchors.TryAdd(id, element);
                }
                else if (!member.NameEquals("enum"u8) && !member.NameEquals("const"u8))
                {
                    FindAnchors(member.Value, depth + 1);
                }
            }
        }
    }
}
