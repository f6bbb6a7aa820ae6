using System.Globalization;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What a purchase costs. Fees are whole cents, rounded up once.</summary>
/// <param name="PartsPerMillion">The share of the amount: 55,000 for 5.5 %.</param>
/// <param name="Minimum">The least fee.</param>
public sealed record FeeSchedule(int PartsPerMillion, Money Minimum)
{
    /// <summary>A cent.</summary>
    public static Money Cent { get; } = new(Money.NanosPerDollar / 100);

    /// <summary>The fee for an amount of whole cents.</summary>
    public Money FeeFor(Money amount)
    {
        var share = (Int128)amount.Nanos * PartsPerMillion;
        var unit = (Int128)1_000_000 * Cent.Nanos;
        var cents = (share + unit - 1) / unit;
        return Money.Max(new Money((long)(cents * Cent.Nanos)), Minimum);
    }

    /// <summary>Whether an amount has no fraction of a cent.</summary>
    public static bool IsWholeCents(Money amount) => amount.Nanos % Cent.Nanos == 0;

    /// <summary>An amount of whole cents as their number.</summary>
    public static long ToCents(Money amount) => amount.Nanos / Cent.Nanos;

    /// <summary>A number of cents as an amount.</summary>
    public static Money FromCents(long cents) => new(checked(cents * Cent.Nanos));

    /// <summary>An amount of whole cents with two decimals: <c>26.30</c>.</summary>
    public static string ToText(Money amount) => amount.ToDollars().ToString("0.00", CultureInfo.InvariantCulture);
}
