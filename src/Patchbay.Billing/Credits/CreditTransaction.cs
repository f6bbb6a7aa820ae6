using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Why the funds of an organization changed other than by use. The numbers are stored.</summary>
public enum CreditKind
{
    /// <summary>The operator gave credits that stay.</summary>
    Grant = 0,

    /// <summary>The operator gave credits that expire and are used before all others.</summary>
    Promotion = 1,

    /// <summary>Credits were bought.</summary>
    Purchase = 2,

    /// <summary>Unused credits were given back for money; the fee was not.</summary>
    Refund = 3,

    /// <summary>The payment gateway gave the money back, whether the credits were used or not.</summary>
    Reversal = 4,

    /// <summary>The payer disputes a purchase: the gateway took the money away until it is decided.</summary>
    Dispute = 5,

    /// <summary>A dispute ended in our favour: the money came back.</summary>
    DisputeWon = 6,

    /// <summary>A dispute ended against us: the credits are taken back.</summary>
    DisputeLost = 7,

    /// <summary>What was left of a promotion ended.</summary>
    Expiry = 8,

    /// <summary>Money that was given back did not arrive and is with us again: so are the credits.</summary>
    RefundFailed = 9,
}

/// <summary>One change of an organization's funds, written in the same commit as its ledger entries. Never changed.</summary>
public sealed record CreditTransaction
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose funds.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>Why.</summary>
    public required CreditKind Kind { get; init; }

    /// <summary>What it added to credits and promotions; negative for what it took.</summary>
    public required Money Amount { get; init; }

    /// <summary>What it added to our fees; negative for what was given back.</summary>
    public Money Fee { get; init; }

    /// <summary>What it brought in at the payment gateway; negative for what left.</summary>
    public Money Paid { get; init; }

    /// <summary>Unique in the whole ledger: the same order twice has one effect.</summary>
    public required string Reference { get; init; }

    /// <summary>The payment gateway, such as <c>stripe</c>; null where no money moved.</summary>
    public string? Gateway { get; init; }

    /// <summary>The gateway's own id of the payment, refund or dispute; unique per gateway.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The purchase, promotion or dispute that it concerns.</summary>
    public Guid? RelatedId { get; init; }

    /// <summary>When a promotion ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What the author wrote.</summary>
    public string? Note { get; init; }

    /// <summary>Who did it: the label of a key, <c>command line</c>, or a gateway. Never a key.</summary>
    public required string Actor { get; init; }

    /// <summary>When, in whole milliseconds.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The ledger batch of its entries: one transaction per batch, in the order of the commits.</summary>
    public long BatchId { get; init; }
}
