using System.Globalization;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Reads JSON numbers as money without any rounding, however they are written.</summary>
internal static class ExactDollars
{
    private const int MoneyDecimals = 9;
    private const int MostDigits = 19;
    private const long LargestNanos = 9_000_000_000L * Money.NanosPerDollar;

    /// <summary>The amount of a JSON number such as <c>0.000000001</c>, <c>1e-9</c> or <c>9000000000</c>. False when it
    /// has more than nine decimals or is beyond ±9 billion.</summary>
    public static bool TryParse(ReadOnlySpan<char> number, out Money money)
    {
        money = default;
        var negative = number.StartsWith("-");
        var mantissa = negative ? number[1..] : number;
        var exponent = 0;
        var e = mantissa.IndexOfAny('e', 'E');
        if (e >= 0)
        {
            if (!int.TryParse(mantissa[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            {
                return false;
            }

            mantissa = mantissa[..e];
        }

        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var fraction = point < 0 ? [] : mantissa[(point + 1)..];
        var digits = string.Concat(whole, fraction).AsSpan().TrimStart('0');
        var significant = digits.TrimEnd('0');
        if (significant.IsEmpty)
        {
            return true;
        }

        // The amount is the significant digits times ten to this power, in nano-USD.
        var power = (long)exponent - fraction.Length + (digits.Length - significant.Length) + MoneyDecimals;
        if (power < 0 || significant.Length + power > MostDigits)
        {
            return false;
        }

        var nanos = UInt128.Parse(significant, NumberStyles.None, CultureInfo.InvariantCulture);
        for (; power > 0; power--)
        {
            nanos *= 10;
        }

        if (nanos > LargestNanos)
        {
            return false;
        }

        money = new Money(negative ? -(long)nanos : (long)nanos);
        return true;
    }
}
