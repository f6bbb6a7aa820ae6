using System.Text.Json;
using System.Text.RegularExpressions;

namespace Patchbay.Core;

/// <summary>The keywords for objects.</summary>
internal sealed class ObjectRules
{
    public Dictionary<string, SchemaNode>? Properties { get; set; }

    public List<KeyValuePair<Regex, SchemaNode>>? Patterns { get; set; }

    /// <summary><c>additionalProperties</c>: for what neither of the others names.</summary>
    public SchemaNode? Others { get; set; }

    public SchemaNode? Names { get; set; }

    public string[]? Required { get; set; }

    public long? Least { get; set; }

    public long? Most { get; set; }

    /// <summary><c>dependencies</c>: which further members, or which schema, a member asks for.</summary>
    public List<KeyValuePair<string, Dependency>>? Dependencies { get; set; }

    public bool Allow(JsonElement value, ref SchemaEvaluation evaluation)
    {
        var count = value.GetPropertyCount();
        if (count < Least || count > Most || !HasRequired(value, Required, ref evaluation))
        {
            return false;
        }

        if (Properties is not null || Patterns is not null || Others is not null || Names is not null)
        {
            foreach (var member in value.EnumerateObject())
            {
                if (!Allow(member, ref evaluation))
                {
                    return false;
                }
            }
        }

        foreach (var (name, dependency) in Dependencies ?? [])
        {
            if (Has(value, name, ref evaluation)
                && (!HasRequired(value, dependency.Required, ref evaluation)
                    || (dependency.Schema is { } schema && !schema.IsValid(value, ref evaluation))))
            {
                return false;
            }
        }

        return true;
    }

    private bool Allow(JsonProperty member, ref SchemaEvaluation evaluation)
    {
        var name = member.Name;
        if (!evaluation.Take())
        {
            return true;
        }

        if (Names is not null && !Names.IsValid(JsonSerializer.SerializeToElement(name, SchemaJson.Default.String), ref evaluation))
        {
            return false;
        }

        var isNamed = false;
        if (Properties is not null && Properties.TryGetValue(name, out var own))
        {
            isNamed = true;
            if (!own.IsValid(member.Value, ref evaluation))
            {
                return false;
            }
        }

        foreach (var (pattern, schema) in Patterns ?? [])
        {
            if (evaluation.Take(1 + (name.Length / 8)) && pattern.IsMatch(name))
            {
                isNamed = true;
                if (!schema.IsValid(member.Value, ref evaluation))
                {
                    return false;
                }
            }
        }

        return isNamed || Others is null || Others.IsValid(member.Value, ref evaluation);
    }

    private static bool HasRequired(JsonElement value, string[]? names, ref SchemaEvaluation evaluation)
    {
        foreach (var name in names ?? [])
        {
            if (!Has(value, name, ref evaluation))
            {
                return false;
            }
        }

        return true;
    }

    // A look-up reads the whole object at worst.
    private static bool Has(JsonElement value, string name, ref SchemaEvaluation evaluation) =>
        !evaluation.Take(1 + (value.GetPropertyCount() / 8)) || value.TryGetProperty(name, out _);
}

/// <summary>What a member asks for.</summary>
internal readonly record struct Dependency(string[]? Required, SchemaNode? Schema);
