using System.Buffers.Text;
using System.Globalization;
using System.Numerics;

namespace Patchbay.Core;

/// <summary>An amount of US dollars as a whole number of nano-dollars (1e-9 USD). All arithmetic is exact and throws
/// <see cref="OverflowException"/> instead of wrapping; the range is about ±9.2 billion dollars.</summary>
/// <param name="Nanos">The amount in nano-USD; negative for a debt.</param>
public readonly record struct Money(long Nanos) :
    IComparable<Money>,
    IAdditionOperators<Money, Money, Money>,
    ISubtractionOperators<Money, Money, Money>,
    IComparisonOperators<Money, Money, bool>
{
    /// <summary>How many nano-USD make one dollar.</summary>
    public const long NanosPerDollar = 1_000_000_000;

    /// <summary>No money.</summary>
    public static Money Zero => default;

    /// <summary>The largest amount; stands for "unlimited" where a limit is compared with.</summary>
    public static Money MaxValue => new(long.MaxValue);

    /// <summary>Reads a decimal amount of dollars. Amounts finer than one nano-USD are refused, not rounded.</summary>
    /// <exception cref="FormatException">The amount has more than nine decimals or is out of range.</exception>
    public static Money FromDollars(decimal dollars) =>
        TryFromDollars(dollars, out var money)
            ? money
            : throw new FormatException("An amount of money has at most nine decimals and fits ±9.2 billion dollars.");

    /// <summary>Like <see cref="FromDollars"/>, without the exception.</summary>
    public static bool TryFromDollars(decimal dollars, out Money money)
    {
        money = default;
        if (dollars is > 9_000_000_000m or < -9_000_000_000m)
        {
            return false;
        }

        var nanos = dollars * NanosPerDollar;
        if (nanos != decimal.Truncate(nanos))
        {
            return false;
        }

        money = new Money((long)nanos);
        return true;
    }

    /// <summary>The exact amount in dollars; for reading and printing only.</summary>
    public decimal ToDollars() => Nanos * 0.000000001m;

    /// <summary>The smaller of two amounts.</summary>
    public static Money Min(Money left, Money right) => left.Nanos <= right.Nanos ? left : right;

    /// <summary>The larger of two amounts.</summary>
    public static Money Max(Money left, Money right) => left.Nanos >= right.Nanos ? left : right;

    /// <inheritdoc/>
    public int CompareTo(Money other) => Nanos.CompareTo(other.Nanos);

    /// <inheritdoc/>
    public static Money operator +(Money left, Money right) => new(checked(left.Nanos + right.Nanos));

    /// <inheritdoc/>
    public static Money operator -(Money left, Money right) => new(checked(left.Nanos - right.Nanos));

    /// <inheritdoc/>
    public static bool operator <(Money left, Money right) => left.Nanos < right.Nanos;

    /// <inheritdoc/>
    public static bool operator >(Money left, Money right) => left.Nanos > right.Nanos;

    /// <inheritdoc/>
    public static bool operator <=(Money left, Money right) => left.Nanos <= right.Nanos;

    /// <inheritdoc/>
    public static bool operator >=(Money left, Money right) => left.Nanos >= right.Nanos;

    /// <summary>The amount in dollars as plain decimal digits, without an exponent or trailing zeros: "0.000014".</summary>
    public override string ToString() => ToDollars().ToString("0.#########", CultureInfo.InvariantCulture);

    /// <summary>Writes the same digits as <see cref="ToString"/>, usable as a JSON number. Needs at most 21 bytes.</summary>
    public bool TryFormat(Span<byte> utf8, out int written)
    {
        var negative = Nanos < 0;
        var magnitude = negative ? (ulong)-(Nanos + 1) + 1 : (ulong)Nanos;
        var (whole, fraction) = Math.DivRem(magnitude, (ulong)NanosPerDollar);
        written = 0;
        Span<byte> digits = stackalloc byte[32];
        var length = 0;
        if (negative)
        {
            digits[length++] = (byte)'-';
        }

        Utf8Formatter.TryFormat(whole, digits[length..], out var count);
        length += count;
        if (fraction != 0)
        {
            digits[length++] = (byte)'.';
            Utf8Formatter.TryFormat(fraction, digits[length..], out _, new System.Buffers.StandardFormat('D', 9));
            length += 9;
            while (digits[length - 1] == (byte)'0')
            {
                length--;
            }
        }

        if (length > utf8.Length)
        {
            return false;
        }

        digits[..length].CopyTo(utf8);
        written = length;
        return true;
    }
}
