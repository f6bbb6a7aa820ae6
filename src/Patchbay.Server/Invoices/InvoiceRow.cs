using System.Globalization;

namespace Patchbay.Server;

/// <summary>What a provider says, or what the books say, of a model on a day. Null where nothing is said.</summary>
/// <param name="Date">The UTC day.</param>
/// <param name="Model">The model as its source calls it.</param>
internal sealed record InvoiceRow(DateOnly Date, string Model)
{
    /// <summary>How many requests.</summary>
    public long? Requests { get; init; }

    /// <summary>Input tokens, cached ones included.</summary>
    public long? Prompt { get; init; }

    /// <summary>Output tokens, reasoning included.</summary>
    public long? Completion { get; init; }

    /// <summary>US dollars, exact.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Both together, of the same day and model.</summary>
    public InvoiceRow Plus(InvoiceRow other) => this with
    {
        Requests = Sum(Requests, other.Requests),
        Prompt = Sum(Prompt, other.Prompt),
        Completion = Sum(Completion, other.Completion),
        Cost = Cost is null ? other.Cost : Cost + (other.Cost ?? 0),
    };

    /// <summary>A day, from a date, an ISO 8601 time or unix seconds; null when it is none of them.</summary>
    public static DateOnly? ReadDay(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 10_000_000_000)
        {
            return DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime);
        }

        return text.Length >= 8 && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? DateOnly.FromDateTime(time.UtcDateTime)
                : null;
    }

    /// <summary>A count such as <c>12</c>, <c>12.0</c> or <c>1,234</c>; null when it is none.</summary>
    public static long? ReadCount(string text) =>
        ReadAmount(text) is { } number && number >= 0 && number <= long.MaxValue && decimal.Truncate(number) == number
            ? (long)number
            : null;

    /// <summary>An amount such as <c>0.0125</c>, <c>$1,234.50</c> or <c>1e-7</c>; null when it is none.</summary>
    public static decimal? ReadAmount(string text) =>
        decimal.TryParse(
            text.Trim().TrimStart('$'),
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static long? Sum(long? left, long? right) => left is null ? right : checked(left + (right ?? 0));
}
