using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>How a payment came about. The numbers are stored.</summary>
public enum PaymentKind
{
    /// <summary>Somebody pays on the gateway's page.</summary>
    Checkout = 0,

    /// <summary>The saved card is charged because the credits ran low.</summary>
    TopUp = 1,
}

/// <summary>How far a payment is. The numbers are stored.</summary>
public enum PaymentState
{
    /// <summary>We have decided on it; the gateway may or may not know.</summary>
    Created = 0,

    /// <summary>The gateway knows it and waits for the payer or for the bank.</summary>
    Open = 1,

    /// <summary>Paid, and credited. Final.</summary>
    Paid = 2,

    /// <summary>The gateway says that it failed.</summary>
    Failed = 3,

    /// <summary>Nobody paid in time.</summary>
    Expired = 4,

    /// <summary>What the gateway has is not what was ordered: not credited, for the operator to look at.</summary>
    Refused = 5,
}

/// <summary>An order of credits at a payment gateway. What is owed is fixed here when it is made; the gateway is only asked
/// whether it was paid.</summary>
public sealed record Payment
{
    /// <summary>Its id, which goes along to the gateway.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose credits.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>The gateway, as the books name it.</summary>
    public required string Gateway { get; init; }

    /// <summary>How it came about.</summary>
    public required PaymentKind Kind { get; init; }

    /// <summary>How far it is.</summary>
    public PaymentState State { get; init; }

    /// <summary>The credits, in whole cents.</summary>
    public required Money Amount { get; init; }

    /// <summary>The fee on top, in whole cents.</summary>
    public required Money Fee { get; init; }

    /// <summary>Unique: the same wish twice makes one payment.</summary>
    public required string Reference { get; init; }

    /// <summary>The gateway's id of its page; null while it is not known.</summary>
    public string? CheckoutId { get; init; }

    /// <summary>The address of that page.</summary>
    public string? Url { get; init; }

    /// <summary>The gateway's id of the payment itself; null while it is not known.</summary>
    public string? PaymentId { get; init; }

    /// <summary>Whether the card is kept for later.</summary>
    public bool SavesCard { get; init; }

    /// <summary>Who buys, as it was when the payment was made.</summary>
    public Buyer Buyer { get; init; } = Buyer.Nobody;

    /// <summary>Why it failed or was refused, in one sentence; null otherwise.</summary>
    public string? Problem { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the payer pays.</summary>
    public Money Total => Amount + Fee;
}
