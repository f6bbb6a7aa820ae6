using System.Text.Json;

namespace Patchbay.Core;

/// <summary>Equality and size of JSON values, as JSON Schema understands them.</summary>
internal static class JsonValues
{
    /// <summary>Whether two values are equal: numbers by their value, objects without regard to order.</summary>
    public static bool AreEqual(JsonElement left, JsonElement right, ref SchemaEvaluation evaluation)
    {
        if (!evaluation.Take() || left.ValueKind != right.ValueKind)
        {
            return false;
        }

        switch (left.ValueKind)
        {
            case JsonValueKind.String:
                return string.Equals(left.GetString(), right.GetString(), StringComparison.Ordinal);
            case JsonValueKind.Number:
                return left.GetDouble().Equals(right.GetDouble());
            case JsonValueKind.Array:
                return AreItemsEqual(left, right, ref evaluation);
            case JsonValueKind.Object:
                return AreMembersEqual(left, right, ref evaluation);
            default:
                return true;
        }
    }

    /// <summary>Whether no two items of an array are equal.</summary>
    public static bool AreUnique(JsonElement array, ref SchemaEvaluation evaluation)
    {
        var items = new List<JsonElement>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            foreach (var other in items)
            {
                if (AreEqual(item, other, ref evaluation))
                {
                    return false;
                }

                if (evaluation.IsExhausted)
                {
                    return true;
                }
            }

            items.Add(item);
        }

        return true;
    }

    /// <summary>The length of a text in characters of Unicode.</summary>
    public static int Length(string text)
    {
        var length = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
            {
                length--;
            }
        }

        return length;
    }

    /// <summary>Whether a number has no fraction; <c>1.0</c> has none.</summary>
    public static bool IsWhole(JsonElement number) =>
        number.TryGetInt64(out _) || (number.GetDouble() is var real && double.IsFinite(real) && real == Math.Truncate(real));

    /// <summary>Whether a number is a whole multiple of another; exact where both are decimals of ordinary size.</summary>
    public static bool IsMultiple(JsonElement number, JsonElement of)
    {
        if (number.TryGetDecimal(out var exact) && of.TryGetDecimal(out var step) && step != 0)
        {
            try
            {
                return exact % step == 0;
            }
            catch (OverflowException)
            {
                return false;
            }
        }

        var quotient = number.GetDouble() / of.GetDouble();
        return double.IsFinite(quotient) && quotient == Math.Truncate(quotient);
    }

    private static bool AreItemsEqual(JsonElement left, JsonElement right, ref SchemaEvaluation evaluation)
    {
        if (left.GetArrayLength() != right.GetArrayLength())
        {
            return false;
        }

        using var others = right.EnumerateArray();
        foreach (var item in left.EnumerateArray())
        {
            others.MoveNext();
            if (!AreEqual(item, others.Current, ref evaluation))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreMembersEqual(JsonElement left, JsonElement right, ref SchemaEvaluation evaluation)
    {
        if (left.GetPropertyCount() != right.GetPropertyCount())
        {
            return false;
        }

        foreach (var member in left.EnumerateObject())
        {
            // A look-up reads the whole object at worst.
            if (!evaluation.Take(1 + (right.GetPropertyCount() / 8))
                || !right.TryGetProperty(member.Name, out var other)
                || !AreEqual(member.Value, other, ref evaluation))
            {
                return false;
            }
        }

        return true;
    }
}
