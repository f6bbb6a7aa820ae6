using System.Globalization;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Reads values of lists. What is not there, or not of the form, is unknown; a price that cannot be one is an error,
/// since whoever writes one such may have written others.</summary>
internal static class ListValues
{
    /// <summary>No token has cost more than this (10,000 dollars a million); what is above it was meant per million.</summary>
    private const decimal MostPerToken = 0.01m;

    private const decimal MostPerUnit = 100m;

    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    public static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 and <= 400 } text
            && !text.AsSpan().ContainsAnyInRange('\0', '\x1f') ? text : null;

    public static bool? Flag(JsonElement element, string name) =>
        Member(element, name)?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };

    /// <summary>A number of tokens; zero stands for unknown.</summary>
    public static int? Tokens(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Member(element, name) is { ValueKind: JsonValueKind.Number } value
                && value.TryGetDecimal(out var number) && number is >= 1 and <= 1_000_000_000 && number == decimal.Truncate(number))
            {
                return (int)number;
            }
        }

        return null;
    }

    public static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public static Parameters? ReadParameters(JsonElement element, string name)
    {
        if (Member(element, name) is not { ValueKind: JsonValueKind.Array } list)
        {
            return null;
        }

        var set = Parameters.None;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && ParameterNames.TryParse(item.GetString(), out var one))
            {
                set |= one;
            }
        }

        return set;
    }

    public static Modalities? ReadModalities(JsonElement element, string name)
    {
        if (Member(element, name) is not { ValueKind: JsonValueKind.Array } list)
        {
            return null;
        }

        var set = Modalities.None;
        foreach (var item in list.EnumerateArray())
        {
            var word = item.ValueKind == JsonValueKind.String ? item.GetString() : null;
            if (ModalityNames.TryParse(word == "pdf" ? "file" : word, out var one))
            {
                set |= one;
            }
        }

        return set == Modalities.None ? null : set;
    }

    /// <summary>Dollars per unit written as a text; null where there is none.</summary>
    /// <exception cref="BadEntryException">It is no price.</exception>
    public static string? PerUnit(JsonElement prices, string name, string kind)
    {
        if (Member(prices, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            // Without the quotes that the form asks for, the unit may be another one too.
            return null;
        }

        if (!decimal.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var dollars))
        {
            throw new BadEntryException();
        }

        return Price(dollars, kind);
    }

    /// <summary>Dollars per million units written as a number; null where there is none.</summary>
    /// <exception cref="BadEntryException">It is no price.</exception>
    public static string? PerMillion(JsonElement prices, string name, string kind)
    {
        if (Member(prices, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var dollars))
        {
            throw new BadEntryException();
        }

        return Price(dollars / 1_000_000m, kind);
    }

    public static void Add(IDictionary<string, string> facts, string name, string? value)
    {
        if (value is not null)
        {
            facts[name] = value;
        }
    }

    private static string Price(decimal dollars, string kind)
    {
        var most = kind is "request" or "web_search" or "image_input" or "image_output" ? MostPerUnit : MostPerToken;
        if (dollars < 0 || dollars > most)
        {
            throw new BadEntryException();
        }

        const int Decimals = 15;
        return new UnitPrice((long)(decimal.Round(dollars, Decimals) * 1_000_000_000_000_000m)).ToString();
    }
}

/// <summary>An entry of a list makes no sense.</summary>
internal sealed class BadEntryException : Exception;
