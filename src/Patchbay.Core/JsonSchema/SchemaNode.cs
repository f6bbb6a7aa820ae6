using System.Text.Json;
using System.Text.RegularExpressions;

namespace Patchbay.Core;

/// <summary>One schema with its keywords. Filled by <see cref="SchemaCompiler"/>, then never changed.</summary>
internal sealed class SchemaNode
{
    /// <summary>The schema <c>false</c>.</summary>
    public bool IsNever { get; set; }

    /// <summary><c>$ref</c>; beside it no other keyword counts.</summary>
    public SchemaNode? Reference { get; set; }

    /// <summary>The kinds that <c>type</c> allows; null without it.</summary>
    public SchemaTypes? Types { get; set; }

    public JsonElement[]? Enum { get; set; }

    public JsonElement? Const { get; set; }

    public NumberRules? Number { get; set; }

    public TextRules? Text { get; set; }

    public ArrayRules? Array { get; set; }

    public ObjectRules? Object { get; set; }

    public SchemaNode? If { get; set; }

    public SchemaNode? Then { get; set; }

    public SchemaNode? Else { get; set; }

    public SchemaNode[]? AllOf { get; set; }

    public SchemaNode[]? AnyOf { get; set; }

    public SchemaNode[]? OneOf { get; set; }

    public SchemaNode? Not { get; set; }

    /// <summary>Whether a value obeys. True when the work allowed is spent.</summary>
    public bool IsValid(JsonElement value, ref SchemaEvaluation evaluation)
    {
        if (!evaluation.Enter())
        {
            return true;
        }

        var valid = Reference is { } reference
            ? reference.IsValid(value, ref evaluation)
            : !IsNever && IsOfType(value) && IsListed(value, ref evaluation) && IsAllowed(value, ref evaluation)
                && IsCombined(value, ref evaluation);
        evaluation.Leave();
        return valid;
    }

    private bool IsOfType(JsonElement value) => Types is not { } types || value.ValueKind switch
    {
        JsonValueKind.Object => types.HasFlag(SchemaTypes.Object),
        JsonValueKind.Array => types.HasFlag(SchemaTypes.Array),
        JsonValueKind.String => types.HasFlag(SchemaTypes.String),
        JsonValueKind.Number => types.HasFlag(SchemaTypes.Number)
            || (types.HasFlag(SchemaTypes.Integer) && JsonValues.IsWhole(value)),
        JsonValueKind.True or JsonValueKind.False => types.HasFlag(SchemaTypes.Boolean),
        JsonValueKind.Null => types.HasFlag(SchemaTypes.Null),
        _ => false,
    };

    private bool IsListed(JsonElement value, ref SchemaEvaluation evaluation)
    {
        if (Const is { } only && !JsonValues.AreEqual(value, only, ref evaluation))
        {
            return false;
        }

        if (Enum is not { } allowed)
        {
            return true;
        }

        foreach (var one in allowed)
        {
            if (JsonValues.AreEqual(value, one, ref evaluation))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsAllowed(JsonElement value, ref SchemaEvaluation evaluation) => value.ValueKind switch
    {
        JsonValueKind.Number => Number is null || Number.Allow(value),
        JsonValueKind.String => Text is null || Text.Allow(value.GetString()!, ref evaluation),
        JsonValueKind.Array => Array is null || Array.Allow(value, ref evaluation),
        JsonValueKind.Object => Object is null || Object.Allow(value, ref evaluation),
        _ => true,
    };

    private bool IsCombined(JsonElement value, ref SchemaEvaluation evaluation)
    {
        foreach (var each in AllOf ?? [])
        {
            if (!each.IsValid(value, ref evaluation))
            {
                return false;
            }
        }

        if (AnyOf is not null && Count(AnyOf, value, enough: 1, ref evaluation) == 0)
        {
            return false;
        }

        if (OneOf is not null && Count(OneOf, value, enough: 2, ref evaluation) != 1)
        {
            return false;
        }

        if (Not is not null && Not.IsValid(value, ref evaluation))
        {
            return false;
        }

        return If is null
            || (If.IsValid(value, ref evaluation) ? Then : Else) is not { } branch
            || branch.IsValid(value, ref evaluation);
    }

    private static int Count(SchemaNode[] schemas, JsonElement value, int enough, ref SchemaEvaluation evaluation)
    {
        var count = 0;
        for (var i = 0; i < schemas.Length && count < enough; i++)
        {
            count += schemas[i].IsValid(value, ref evaluation) ? 1 : 0;
        }

        return count;
    }
}

/// <summary>The kinds of values that <c>type</c> names.</summary>
[Flags]
internal enum SchemaTypes
{
    None = 0,
    Object = 1,
    Array = 2,
    String = 4,
    Number = 8,
    Integer = 16,
    Boolean = 32,
    Null = 64,
}

/// <summary>The keywords for numbers.</summary>
internal sealed record NumberRules(
    double? Minimum, double? Maximum, double? Above, double? Below, JsonElement? MultipleOf)
{
    public bool Allow(JsonElement value)
    {
        var number = value.GetDouble();
        return !(number < Minimum) && !(number > Maximum) && !(number <= Above) && !(number >= Below)
            && (MultipleOf is not { } step || JsonValues.IsMultiple(value, step));
    }
}

/// <summary>The keywords for texts.</summary>
internal sealed record TextRules(long? Shortest, long? Longest, Regex? Pattern)
{
    public bool Allow(string text, ref SchemaEvaluation evaluation)
    {
        if (!evaluation.Take(1 + (text.Length / 8)))
        {
            return true;
        }

        var length = Shortest is null && Longest is null ? 0 : JsonValues.Length(text);
        return !(length < Shortest) && !(length > Longest) && (Pattern is null || Pattern.IsMatch(text));
    }
}
