using System.Globalization;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Reads query parameters and keeps the first thing that is wrong with them.</summary>
internal sealed class QueryReader(IQueryCollection values)
{
    private const decimal MaxPricePerMillion = 1_000_000_000;

    internal delegate bool NameParser<T>(ReadOnlySpan<char> name, out T value);

    public GatewayError? Error { get; private set; }

    public bool Has(string name) => Text(name) is not null;

    public string? Text(string name) => (string?)values[name] is { Length: > 0 } text ? text : null;

    public int? Whole(string name, int min, int max)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max)
        {
            return value;
        }

        Refuse(name, $"must be a whole number from {min} to {max}.");
        return null;
    }

    /// <summary>Dollars per million tokens, which in femto-dollars per token is a thousand million times as much.</summary>
    public Int128? PricePerMillion(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars)
            && dollars <= MaxPricePerMillion)
        {
            return (Int128)(dollars * 1_000_000_000m);
        }

        Refuse(name, "must be a price in dollars per million tokens, zero or more.");
        return null;
    }

    public string? OneOf(string name, string[] allowed)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Array.IndexOf(allowed, text) >= 0)
        {
            return text;
        }

        Refuse(name, $"must be one of {string.Join(", ", allowed)}.");
        return null;
    }

    public HashSet<string>? Names(string name) =>
        Text(name) is { } text ? new HashSet<string>(Split(text), StringComparer.OrdinalIgnoreCase) : null;

    public T Set<T>(string name, T none, NameParser<T> parse, Func<T, T, T> join)
    {
        var set = none;
        foreach (var part in Split(Text(name) ?? ""))
        {
            if (parse(part, out var one))
            {
                set = join(set, one);
            }
            else
            {
                Refuse(name, "holds a name that is not known.");
            }
        }

        return set;
    }

    private static string[] Split(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private void Refuse(string name, string what) =>
        Error ??= new GatewayError(GatewayErrorKind.InvalidRequest, $"{name} {what}") { Parameter = name };
}
