using System.Globalization;
using System.Text.Json.Serialization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>What a purchase costs. Amounts are USD.</summary>
internal sealed record QuoteView(string Method, Money Amount, Money Fee, Money Total, string Currency)
{
    /// <summary>The price of an amount at a gateway.</summary>
    public static QuoteView Of(PaymentMethod method, Money amount, PaymentOptions options)
    {
        var fee = options.FeeOf(method.Gateway).FeeFor(amount);
        return new QuoteView(method.Name, amount, fee, amount + fee, method.Gateway == LedgerAccount.Crypto ? "USDC" : "USD");
    }
}

/// <summary>A payment as the API shows it.</summary>
internal sealed record PaymentView(
    Guid Id,
    string Method,
    string Kind,
    string Status,
    Money Amount,
    Money Fee,
    Money Total,
    string? Url,
    string? Problem,
    string CreatedAt)
{
    /// <summary>Shows a payment.</summary>
    public static PaymentView Of(Payment payment) => new(
        payment.Id,
        PaymentMethod.Of(payment.Gateway).Name,
        payment.Kind == PaymentKind.TopUp ? "auto_top_up" : "checkout",
        payment.State switch
        {
            PaymentState.Created => "created",
            PaymentState.Open => "open",
            PaymentState.Paid => "paid",
            PaymentState.Failed => "failed",
            PaymentState.Expired => "expired",
            _ => "refused",
        },
        payment.Amount,
        payment.Fee,
        payment.Total,
        payment.State is PaymentState.Created or PaymentState.Open ? payment.Url : null,
        payment.Problem,
        Text(payment.CreatedAt));

    /// <summary>A time as the API writes it.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Buying when credits run low, and how it goes.</summary>
internal sealed record TopUpView(
    bool Enabled,
    Money Threshold,
    Money Amount,
    Money DailyCap,
    string? Card,
    bool IsPaying,
    int Failures,
    string? Problem)
{
    /// <summary>Shows a payer's rule.</summary>
    public static TopUpView Of(PaymentAccount account) => new(
        account.TopUp.Rule.Enabled,
        account.TopUp.Rule.Threshold,
        account.TopUp.Rule.Amount,
        account.TopUp.Rule.DailyCap,
        account.Card?.Label,
        account.TopUp.PendingId is not null,
        account.TopUp.Failures,
        account.TopUp.Problem);
}

/// <summary>A receipt and where it can be read.</summary>
internal sealed record ReceiptView(
    Guid Id, string Number, Money Amount, Money Fee, Money Total, string Html, string Pdf, string CreatedAt);

internal sealed record QuoteResponse(QuoteView Data);

internal sealed record PaymentResponse(PaymentView Data);

internal sealed record PaymentsResponse(IReadOnlyList<PaymentView> Data);

internal sealed record TopUpResponse(TopUpView Data);

internal sealed record BuyerResponse(Buyer Data);

internal sealed record ReceiptsResponse(IReadOnlyList<ReceiptView> Data);

internal sealed record WebhookResponse(string Outcome);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(MoneyConverter)])]
[JsonSerializable(typeof(QuoteResponse))]
[JsonSerializable(typeof(PaymentResponse))]
[JsonSerializable(typeof(PaymentsResponse))]
[JsonSerializable(typeof(TopUpResponse))]
[JsonSerializable(typeof(BuyerResponse))]
[JsonSerializable(typeof(ReceiptsResponse))]
[JsonSerializable(typeof(WebhookResponse))]
internal sealed partial class PaymentsJson : JsonSerializerContext;
