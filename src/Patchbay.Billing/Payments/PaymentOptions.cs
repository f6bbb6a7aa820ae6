using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What the operator has decided about purchases.</summary>
public sealed record PaymentOptions
{
    /// <summary>This installation: payments of others at the same gateway are left alone.</summary>
    public required Guid Installation { get; init; }

    /// <summary>Where gateways send the payer back to.</summary>
    public required Uri ReturnUrl { get; init; }

    /// <summary>The fee on card payments.</summary>
    public FeeSchedule CardFee { get; init; } = new(55_000, Money.FromDollars(0.80m));

    /// <summary>The fee on payments with crypto currency.</summary>
    public FeeSchedule CryptoFee { get; init; } = new(50_000, Money.Zero);

    /// <summary>The least that can be bought at once.</summary>
    public Money Least { get; init; } = Money.FromDollars(5);

    /// <summary>The most that can be bought at once.</summary>
    public Money Most { get; init; } = Money.FromDollars(25_000);

    /// <summary>How long after a purchase its unused part can be given back.</summary>
    public TimeSpan RefundWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many automatic payments may fail in a row before no more are tried.</summary>
    public int TopUpTries { get; init; } = 3;

    /// <summary>How long after a failed automatic payment the next is tried.</summary>
    public TimeSpan TopUpRetryAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The fee at a gateway.</summary>
    public FeeSchedule FeeOf(string gateway) => gateway == LedgerAccount.Crypto ? CryptoFee : CardFee;

    /// <summary>Why an amount cannot be bought; null when it can.</summary>
    public string? Refuse(Money amount) =>
        amount < Least || amount > Most || !FeeSchedule.IsWholeCents(amount)
            ? $"must be from {Least} to {Most} US dollars, in whole cents."
            : null;
}
