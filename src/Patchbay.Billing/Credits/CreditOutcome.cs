namespace Patchbay.Billing;

/// <summary>What became of an order.</summary>
public enum CreditStatus
{
    /// <summary>It is in the books.</summary>
    Posted,

    /// <summary>The same order was in the books already; nothing changed.</summary>
    Repeated,

    /// <summary>It may not be done; nothing changed.</summary>
    Refused,
}

/// <summary>The answer to an order.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Transaction">The transaction, the earlier one for a repeated order; null when refused.</param>
/// <param name="Reason">Why it was refused, in one sentence; null otherwise.</param>
public sealed record CreditOutcome(CreditStatus Status, CreditTransaction? Transaction, string? Reason)
{
    /// <summary>A refusal.</summary>
    public static CreditOutcome Refuse(string reason) => new(CreditStatus.Refused, null, reason);
}
