using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>How many requests of free models an account may send. Zero means that they are not limited.</summary>
public sealed record FreeTierOptions
{
    /// <summary>In any minute.</summary>
    public long RequestsPerMinute { get; init; } = 20;

    /// <summary>On a day (UTC), for accounts that have bought less than <see cref="Bought"/>.</summary>
    public long RequestsPerDay { get; init; } = 50;

    /// <summary>On a day (UTC), for the others.</summary>
    public long RequestsPerDayBought { get; init; } = 1000;

    /// <summary>What an account must ever have bought for the larger number.</summary>
    public Money Bought { get; init; } = Money.FromDollars(10);
}
