using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Something that is to be done to an organization's funds.</summary>
/// <param name="OrganizationId">Whose funds.</param>
/// <param name="Reference">Chosen by who orders, unique: ordering twice with the same reference has one effect.</param>
/// <param name="Actor">Who orders, for the record; never a key.</param>
public abstract record CreditOrder(Guid OrganizationId, string Reference, string Actor)
{
    /// <summary>What the author wrote.</summary>
    public string? Note { get; init; }

    /// <summary>The earlier transaction that the order concerns; null when it stands alone.</summary>
    public virtual Guid? Concerns => null;
}

/// <summary>The operator's gift.</summary>
/// <param name="OrganizationId">Whose funds.</param>
/// <param name="Reference">See <see cref="CreditOrder"/>.</param>
/// <param name="Actor">Who orders.</param>
/// <param name="Amount">More than zero.</param>
/// <param name="ExpiresAt">When what is left of it ends; null for credits that stay.</param>
public sealed record GrantOrder(Guid OrganizationId, string Reference, string Actor, Money Amount, DateTimeOffset? ExpiresAt)
    : CreditOrder(OrganizationId, Reference, Actor);

/// <summary>Credits that were paid for. The payment has been made: this records it.</summary>
/// <param name="OrganizationId">Whose funds.</param>
/// <param name="Reference">See <see cref="CreditOrder"/>.</param>
/// <param name="Actor">Who orders.</param>
/// <param name="Amount">What is added to the credits; more than zero.</param>
/// <param name="Fee">What was paid on top and is ours.</param>
/// <param name="Gateway">Who took the payment: <c>stripe</c> or <c>crypto</c>.</param>
/// <param name="ExternalId">The gateway's id of the payment: the same payment is never credited twice.</param>
public sealed record PurchaseOrder(
    Guid OrganizationId, string Reference, string Actor, Money Amount, Money Fee, string Gateway, string ExternalId)
    : CreditOrder(OrganizationId, Reference, Actor);

/// <summary>A customer gives unused credits back within the window. The fee stays with us.</summary>
/// <param name="OrganizationId">Whose funds.</param>
/// <param name="Reference">See <see cref="CreditOrder"/>.</param>
/// <param name="Actor">Who orders.</param>
/// <param name="PurchaseId">The purchase.</param>
/// <param name="Amount">How much of it; null for all that may be given back.</param>
/// <param name="Window">How long after the purchase it may be given back.</param>
public sealed record RefundOrder(
    Guid OrganizationId, string Reference, string Actor, Guid PurchaseId, Money? Amount, TimeSpan Window)
    : CreditOrder(OrganizationId, Reference, Actor)
{
    /// <summary>What is set aside for it among the requests in flight: no more is given back.</summary>
    public Money Reserved { get; init; } = Money.MaxValue;

    /// <summary>The smallest amount that the gateway can move: without <see cref="Amount"/>, whole ones are given back.</summary>
    public Money Unit { get; init; } = new(1);

    /// <inheritdoc/>
    public override Guid? Concerns => PurchaseId;
}

/// <summary>The gateway has given money back. It cannot be refused: used credits become a debt.</summary>
/// <param name="OrganizationId">Whose funds.</param>
/// <param name="Reference">See <see cref="CreditOrder"/>.</param>
/// <param name="Actor">Who orders.</param>
/// <param name="PurchaseId">The purchase.</param>
/// <param name="Paid">The money that left, more than zero: first it is taken from the credits, then from the fee.</param>
/// <param name="ExternalId">The gateway's id of the refund.</param>
public sealed record ReversalOrder(
    Guid OrganizationId, string Reference, string Actor, Guid PurchaseId, Money Paid, string? ExternalId)
    : CreditOrder(OrganizationId, Reference, Actor)
{
    /// <inheritdoc/>
    public override Guid? Concerns => PurchaseId;
}

/// <summary>Money that was given back did not arrive: it is with us again, and so are the credits.</summary>
/// <param name="OrganizationId">Whose funds.</param>
/// <param name="Reference">See <see cref="CreditOrder"/>.</param>
/// <param name="Actor">Who orders.</param>
/// <param name="PurchaseId">The purchase.</param>
/// <param name="RefundId">The transaction of the refund or reversal.</param>
public sealed record RefundFailureOrder(
    Guid OrganizationId, string Reference, string Actor, Guid PurchaseId, Guid RefundId)
    : CreditOrder(OrganizationId, Reference, Actor)
{
    /// <inheritdoc/>
    public override Guid? Concerns => PurchaseId;
}

/// <summary>The payer disputes a purchase; the organization is frozen until it is decided.</summary>
/// <param name="OrganizationId">Whose funds.</param>
/// <param name="Reference">See <see cref="CreditOrder"/>.</param>
/// <param name="Actor">Who orders.</param>
/// <param name="PurchaseId">The purchase.</param>
/// <param name="Paid">The money that the gateway took away, more than zero.</param>
/// <param name="ExternalId">The gateway's id of the dispute.</param>
public sealed record DisputeOrder(
    Guid OrganizationId, string Reference, string Actor, Guid PurchaseId, Money Paid, string? ExternalId)
    : CreditOrder(OrganizationId, Reference, Actor)
{
    /// <inheritdoc/>
    public override Guid? Concerns => PurchaseId;
}

/// <summary>A dispute is decided.</summary>
/// <param name="OrganizationId">Whose funds.</param>
/// <param name="Reference">See <see cref="CreditOrder"/>.</param>
/// <param name="Actor">Who orders.</param>
/// <param name="PurchaseId">The purchase.</param>
/// <param name="DisputeId">The dispute's transaction.</param>
/// <param name="Won">Whether the money came back to us. When not, the credits are taken back, used or not.</param>
public sealed record ResolveOrder(
    Guid OrganizationId, string Reference, string Actor, Guid PurchaseId, Guid DisputeId, bool Won)
    : CreditOrder(OrganizationId, Reference, Actor)
{
    /// <inheritdoc/>
    public override Guid? Concerns => PurchaseId;
}

/// <summary>What is left of a promotion ends, but for what requests in flight may still need.</summary>
/// <param name="OrganizationId">Whose funds.</param>
/// <param name="Reference">See <see cref="CreditOrder"/>.</param>
/// <param name="Actor">Who orders.</param>
/// <param name="PromotionId">The promotion's transaction.</param>
/// <param name="Held">What requests in flight hold: so much of it stays.</param>
public sealed record ExpiryOrder(Guid OrganizationId, string Reference, string Actor, Guid PromotionId, Money Held)
    : CreditOrder(OrganizationId, Reference, Actor)
{
    /// <inheritdoc/>
    public override Guid? Concerns => PromotionId;
}
