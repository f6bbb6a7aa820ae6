using System.Text.Json;

namespace Patchbay.Api.Tests.Catalogue;

/// <summary>Holds an answer against a schema of an OpenAPI description.</summary>
internal sealed class Schema
{
    private readonly JsonElement _schemas;

    /// <summary>Takes our own description.</summary>
    public Schema()
        : this(JsonDocument.Parse(typeof(Schema).Assembly.GetManifestResourceStream("openapi.json")!).RootElement)
    {
    }

    /// <summary>Takes another one.</summary>
    public Schema(JsonElement description) =>
        _schemas = description.GetProperty("components").GetProperty("schemas");

    /// <summary>What is wrong, each with its path; empty when the value fits.</summary>
    public List<string> Check(string name, JsonElement value)
    {
        var errors = new List<string>();
        Check(_schemas.GetProperty(name), value, "$", errors);
        return errors;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(_schemas.GetProperty(reference.GetString()!.Split('/')[^1]), value, at, errors);
            return;
        }

        if (schema.TryGetProperty("anyOf", out var choices) || schema.TryGetProperty("oneOf", out choices))
        {
            foreach (var choice in choices.EnumerateArray())
            {
                var attempt = new List<string>();
                Check(choice, value, at, attempt);
                if (attempt.Count == 0)
                {
                    return;
                }
            }

            errors.Add($"{at}: {value.GetRawText()} is none of the choices");
        }

        foreach (var part in schema.TryGetProperty("allOf", out var parts) ? parts.EnumerateArray() : default)
        {
            Check(part, value, at, errors);
        }

        if (schema.TryGetProperty("type", out var type) && !Types(type).Contains(TypeOf(value)))
        {
            errors.Add($"{at}: is {TypeOf(value)}, not {type.GetRawText()}");
            return;
        }

        if (schema.TryGetProperty("enum", out var words)
            && !words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)))
        {
            errors.Add($"{at}: {value.GetRawText()} is not among the words");
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in schema.TryGetProperty("required", out var required) ? required.EnumerateArray() : default)
            {
                if (!value.TryGetProperty(name.GetString()!, out _))
                {
                    errors.Add($"{at}.{name.GetString()}: is missing");
                }
            }

            foreach (var member in schema.TryGetProperty("properties", out var members) ? members.EnumerateObject() : default)
            {
                if (value.TryGetProperty(member.Name, out var inner))
                {
                    Check(member.Value, inner, $"{at}.{member.Name}", errors);
                }
            }
        }

        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Check(items, item, $"{at}[{index++}]", errors);
            }
        }
    }

    // A whole number is a number.
    private static string[] Types(JsonElement type)
    {
        string[] types = type.ValueKind == JsonValueKind.Array
            ? [.. type.EnumerateArray().Select(one => one.GetString()!)]
            : [type.GetString()!];
        return types.Contains("number") ? [.. types, "integer"] : types;
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Null => "null",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        _ => "boolean",
    };
}
