using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What is kept of an organization as a payer.</summary>
public sealed record PaymentAccount
{
    /// <summary>Whose.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>Who is named on receipts.</summary>
    public Buyer Buyer { get; init; } = Buyer.Nobody;

    /// <summary>The card gateway's id of the customer; null when it has none.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The card that may be charged without the payer; null when there is none.</summary>
    public SavedCard? Card { get; init; }

    /// <summary>Buying credits when they run low.</summary>
    public TopUpState TopUp { get; init; } = new();
}

/// <summary>A card that the gateway keeps. We have only its name.</summary>
/// <param name="CustomerId">The gateway's id of the customer.</param>
/// <param name="MethodId">The gateway's id of the card.</param>
/// <param name="Label">What its owner knows it by, such as <c>visa 4242</c>.</param>
public sealed record SavedCard(string CustomerId, string MethodId, string Label);

/// <summary>What an owner wants of buying automatically.</summary>
/// <param name="Enabled">Whether it is done at all.</param>
/// <param name="Threshold">Credits below this are topped up.</param>
/// <param name="Amount">How much is bought, in whole cents.</param>
/// <param name="DailyCap">No more than this is bought in a UTC day.</param>
public sealed record TopUpRule(bool Enabled, Money Threshold, Money Amount, Money DailyCap);

/// <summary>The rule and how it went.</summary>
public sealed record TopUpState
{
    /// <summary>The owner's rule.</summary>
    public TopUpRule Rule { get; init; } = new(false, Money.Zero, Money.Zero, Money.Zero);

    /// <summary>How many were begun, ever: the next one's number is one more.</summary>
    public long Sequence { get; init; }

    /// <summary>The payment that is on its way; there is never a second one.</summary>
    public Guid? PendingId { get; init; }

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; init; }

    /// <summary>Why the last one failed, or why it was switched off.</summary>
    public string? Problem { get; init; }

    /// <summary>Nothing is tried before.</summary>
    public DateTimeOffset? NextAt { get; init; }
}
