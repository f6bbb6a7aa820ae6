using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Credit that is wanted of leased slices.</summary>
/// <param name="Path">Whose.</param>
/// <param name="Request">The worst case.</param>
/// <param name="At">The moment whose windows count.</param>
/// <param name="From">A hold to take as much of it from as possible.</param>
/// <param name="Extends">The hold that is to grow by it.</param>
internal readonly record struct LeaseDemand(
    BudgetPath Path, HoldRequest Request, DateTimeOffset At, Hold? From = null, Hold? Extends = null)
{
    /// <summary>Whether it goes on with a fee when the allowance for own keys does not cover it: no more can be had.</summary>
    public bool TakesFee { get; init; }

    /// <summary>Whether what it is for has ended.</summary>
    public bool IsOver => Extends is { Ended: true };

    /// <summary>What of an amount comes out of the other hold.</summary>
    public HoldAmount OwnOf(HoldAmount amount) => From is null || From.Ended ? default : HoldAmount.Min(From.Held, amount);

    /// <summary>The slices of the hold that it continues; null when it is on its own.</summary>
    public LeaseSet? Leased => (From ?? Extends)?.Leased;
}

/// <summary>What came of a demand.</summary>
/// <param name="Taken">What was taken from; null when refused.</param>
/// <param name="Refusing">The slice that refused; null where the demand was over.</param>
/// <param name="Available">What the limit of that slice leaves.</param>
/// <param name="HeldByOthers">What requests in flight and other servers have of it.</param>
internal readonly record struct LeaseOutcome(
    LeaseSet? Taken, LeaseSlice? Refusing = null, Money Available = default, Money HeldByOthers = default)
{
    /// <summary>Whether nothing is to be asked any more.</summary>
    public bool IsFinal => Taken is not null || Frozen is not null;

    /// <summary>How much was taken.</summary>
    public HoldAmount Amount { get; init; }

    /// <summary>What of the allowance for own keys was set aside.</summary>
    public Money Grant { get; init; }

    /// <summary>What this server's own requests in flight have of it.</summary>
    public Money OwnHeld { get; init; }

    /// <summary>The level that refused because its credits are frozen; else null.</summary>
    public BudgetLevel? Frozen { get; init; }
}

/// <summary>A slice that has too little.</summary>
/// <param name="Slice">Which.</param>
/// <param name="Request">What to ask for.</param>
/// <param name="Whole">What is to be held in it.</param>
internal readonly record struct Shortage(LeaseSlice Slice, LeaseRequest Request, Money Whole);
