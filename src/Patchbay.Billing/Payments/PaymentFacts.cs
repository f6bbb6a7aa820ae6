using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What a gateway says of a payment when it is asked.</summary>
public sealed record PaymentFacts
{
    /// <summary><see cref="PaymentState.Open"/>, <see cref="PaymentState.Paid"/>, <see cref="PaymentState.Failed"/> or
    /// <see cref="PaymentState.Expired"/>.</summary>
    public required PaymentState State { get; init; }

    /// <summary>The gateway's id of the page.</summary>
    public string? CheckoutId { get; init; }

    /// <summary>The gateway's id of the payment.</summary>
    public string? PaymentId { get; init; }

    /// <summary>What was received.</summary>
    public Money Received { get; init; }

    /// <summary>In which currency.</summary>
    public string Currency { get; init; } = "";

    /// <summary>Whether real money moved.</summary>
    public bool IsLive { get; init; }

    /// <summary>Whose it is; null when it bears no mark of ours.</summary>
    public OrderMark? Mark { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Problem { get; init; }

    /// <summary>The card that was kept for later.</summary>
    public SavedCard? Card { get; init; }

    /// <summary>Money that was given back.</summary>
    public IReadOnlyList<GatewayRefund> Refunds { get; init; } = [];

    /// <summary>Disputes in which money was taken from us.</summary>
    public IReadOnlyList<GatewayDispute> Disputes { get; init; } = [];
}

/// <summary>How a refund stands.</summary>
public enum RefundStatus
{
    /// <summary>On its way or there: the money has left.</summary>
    Sent,

    /// <summary>It came back to us.</summary>
    Failed,
}

/// <summary>Money that a gateway gave back.</summary>
/// <param name="Id">The gateway's id.</param>
/// <param name="Amount">How much.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Reference">The reference that we gave it; null when somebody else asked for it.</param>
public sealed record GatewayRefund(string Id, Money Amount, RefundStatus Status, string? Reference);

/// <summary>How a dispute stands.</summary>
public enum DisputeStatus
{
    /// <summary>Not decided.</summary>
    Open,

    /// <summary>The money came back to us.</summary>
    Won,

    /// <summary>The payer keeps the money.</summary>
    Lost,
}

/// <summary>A dispute of a payment.</summary>
/// <param name="Id">The gateway's id.</param>
/// <param name="Amount">The money that was taken from us.</param>
/// <param name="Status">How it stands.</param>
public sealed record GatewayDispute(string Id, Money Amount, DisputeStatus Status);
