using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Section <c>payments</c>: how credits are bought.</summary>
internal sealed record PaymentSettings
{
    /// <summary>Where gateways send the payer back to.</summary>
    public Uri ReturnUrl { get; init; } = new("http://127.0.0.1:8080/");

    /// <summary>Name and address on receipts, a line each.</summary>
    public IReadOnlyList<string> Seller { get; init; } = [];

    /// <summary>The fee on card payments, in parts per million.</summary>
    public int CardFee { get; init; } = 55_000;

    /// <summary>The least fee on a card payment.</summary>
    public Money CardFeeMinimum { get; init; } = Money.FromDollars(0.80m);

    /// <summary>The fee on payments with crypto currency, in parts per million.</summary>
    public int CryptoFee { get; init; } = 50_000;

    /// <summary>The least purchase.</summary>
    public Money Least { get; init; } = Money.FromDollars(5);

    /// <summary>The largest purchase.</summary>
    public Money Most { get; init; } = Money.FromDollars(25_000);

    /// <summary>How long after a purchase its unused part can be given back.</summary>
    public TimeSpan RefundWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often credits that are to be topped up are looked at.</summary>
    public TimeSpan TopUpEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how many failures in a row automatic payments are switched off.</summary>
    public int TopUpTries { get; init; } = 3;

    /// <summary>How long after a failure the next is tried.</summary>
    public TimeSpan TopUpRetryAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often the gateways are compared with the books.</summary>
    public TimeSpan CompareEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Cards.</summary>
    public StripeSettings Stripe { get; init; } = new();

    /// <summary>USDC.</summary>
    public CoinbaseSettings Coinbase { get; init; } = new();

    /// <summary>The options of purchases.</summary>
    public PaymentOptions ToOptions(Guid installation) => new()
    {
        Installation = installation,
        ReturnUrl = ReturnUrl,
        CardFee = new FeeSchedule(CardFee, CardFeeMinimum),
        CryptoFee = new FeeSchedule(CryptoFee, Money.Zero),
        Least = Least,
        Most = Most,
        RefundWindow = RefundWindow,
        TopUpTries = TopUpTries,
        TopUpRetryAfter = TopUpRetryAfter,
    };

    /// <summary>Names the type only, since the settings hold secrets.</summary>
    public override string ToString() => nameof(PaymentSettings);
}

/// <summary>The settings below <c>payments.stripe</c>.</summary>
internal sealed record StripeSettings
{
    /// <summary>Where its API is.</summary>
    public Uri BaseUrl { get; init; } = new("https://api.stripe.com/");

    /// <summary>The secret key; null when cards are not taken.</summary>
    public string? SecretKey { get; init; }

    /// <summary>What its messages are signed with.</summary>
    public IReadOnlyList<string> WebhookSecrets { get; init; } = [];

    /// <summary>Names the type only.</summary>
    public override string ToString() => nameof(StripeSettings);
}

/// <summary>The settings below <c>payments.coinbase</c>.</summary>
internal sealed record CoinbaseSettings
{
    /// <summary>Where its API is.</summary>
    public Uri BaseUrl { get; init; } = new("https://business.coinbase.com/");

    /// <summary>The id of the API key; null when USDC is not taken.</summary>
    public string? KeyId { get; init; }

    /// <summary>The private key of the API key.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>What its messages are signed with.</summary>
    public IReadOnlyList<string> WebhookSecrets { get; init; } = [];

    /// <summary>Names the type only.</summary>
    public override string ToString() => nameof(CoinbaseSettings);
}
