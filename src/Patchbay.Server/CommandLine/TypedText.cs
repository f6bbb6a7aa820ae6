using System.Globalization;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Amounts and times as a person types them.</summary>
internal static class TypedText
{
    /// <summary>US dollars, not negative, with at most nine decimals.</summary>
    public static bool TryReadMoney(string text, out Money money)
    {
        money = default;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars)
            && Money.TryFromDollars(dollars, out money);
    }

    /// <summary>A date or an ISO 8601 time; UTC where it does not say.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text,
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out time);
}
