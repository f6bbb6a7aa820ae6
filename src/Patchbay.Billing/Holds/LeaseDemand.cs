using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Credit that is wanted of leased slices.</summary>
/// <param name="Path">Whose.</param>
/// <param name="Amount">How much.</param>
/// <param name="At">The moment whose windows count.</param>
/// <param name="From">A hold to take as much of it from as possible.</param>
/// <param name="Extends">The hold that is to grow by it.</param>
internal readonly record struct LeaseDemand(
    BudgetPath Path, HoldAmount Amount, DateTimeOffset At, Hold? From = null, Hold? Extends = null)
{
    /// <summary>What of the allowance for own keys is set aside for it.</summary>
    public ByokGrant Grant { get; init; }

    /// <summary>Whether what it is for has ended.</summary>
    public bool IsOver => Extends is { Ended: true };

    /// <summary>What comes out of the other hold.</summary>
    public HoldAmount Own => From is null || From.Ended ? default : HoldAmount.Min(From.Held, Amount);

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
    public bool IsFinal => Taken is not null || Listed is not null;

    /// <summary>What this server's own requests in flight have of it.</summary>
    public Money OwnHeld { get; init; }

    /// <summary>The level that refused by what this server knows: its limit includes calls on own keys, or its credits are
    /// frozen; else null.</summary>
    public BudgetLevel? Listed { get; init; }
}
