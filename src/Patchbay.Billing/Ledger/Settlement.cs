using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Everything that becomes durable when a generation ends.</summary>
/// <param name="Generation">The row. Its id is the idempotency key: settling it twice charges once.</param>
/// <param name="ProviderSlug">The provider that answered; null when none did or it costs nothing.</param>
/// <param name="Losses">What nobody is charged for, by account (<see cref="LedgerAccount"/>) and provider; and, where several
/// providers gave a part of the answer, what those before the last charge (<see cref="LedgerAccount.ProviderExpense"/>), which
/// is a part of <see cref="Generation.ProviderCost"/>.</param>
public sealed record Settlement(Generation Generation, string? ProviderSlug, IReadOnlyList<LossPosting> Losses)
{
    /// <summary>Whether an <see cref="OpenHold"/> row was written for it, which the same commit then removes.</summary>
    public bool HoldRecorded { get; init; }

    /// <summary>Which leased slices its hold was taken from.</summary>
    public LeaseUse Leases { get; init; }
}

/// <summary>A cost at one provider.</summary>
/// <param name="Account">One of the loss accounts, or the provider's expense account.</param>
/// <param name="ProviderSlug">Whom it is owed to.</param>
/// <param name="Amount">More than zero.</param>
public sealed record LossPosting(string Account, string ProviderSlug, Money Amount)
{
    /// <summary>Whether it is a part of an answer that is charged, and so no loss.</summary>
    public bool IsExpense => Account == LedgerAccount.ProviderExpense(ProviderSlug);
}
