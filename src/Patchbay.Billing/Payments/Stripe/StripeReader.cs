using System.Text.Json;

namespace Patchbay.Billing;

/// <summary>Reads Stripe's objects, https://docs.stripe.com/api: payment intents, the pages that made them, refunds, disputes and
/// messages.</summary>
internal static class StripeReader
{
    /// <summary>Reads a message; null when it is none.</summary>
    public static GatewayEvent? EventOf(JsonElement message)
    {
        var about = message.Member("data").Member("object");
        if (message.Text("id") is not { } id || message.Text("type") is not { } type || about.Text("id") is not { } aboutId)
        {
            return null;
        }

        var (checkoutId, paymentId) = about.Text("object") switch
        {
            "checkout.session" => (aboutId, about.Id("payment_intent")),
            "payment_intent" => (null, aboutId),
            "charge" or "refund" or "dispute" => (null, about.Id("payment_intent")),
            _ => ((string?)null, (string?)null),
        };
        return new GatewayEvent(id, type, message.IsTrue("livemode"), checkoutId, paymentId);
    }

    /// <summary>Whether the money of a payment, and of its page where it has one, is there.</summary>
    public static bool IsPaid(JsonElement intent, JsonElement? session) =>
        intent.Text("status") == "succeeded" && session?.Text("payment_status") is null or "paid";

    /// <summary>What Stripe says of a payment.</summary>
    /// <param name="intent">The payment intent; undefined when there is none yet.</param>
    /// <param name="session">The page; null for a payment without one.</param>
    /// <param name="refunds">Its refunds.</param>
    /// <param name="disputes">Its disputes.</param>
    public static PaymentFacts FactsOf(JsonElement intent, JsonElement? session,
        IReadOnlyList<GatewayRefund> refunds, IReadOnlyList<GatewayDispute> disputes)
    {
        var hasIntent = intent.ValueKind == JsonValueKind.Object;
        return new PaymentFacts
        {
            State = IsPaid(intent, session) ? PaymentState.Paid : StateOf(intent, session),
            CheckoutId = session?.Text("id"),
            PaymentId = intent.Text("id"),
            Received = FeeSchedule.FromCents(intent.WholeCents("amount_received")),
            Currency = intent.Text("currency") ?? session?.Text("currency") ?? "",
            IsLive = hasIntent ? intent.IsTrue("livemode") : session?.IsTrue("livemode") ?? false,
            Mark = hasIntent ? intent.Mark() : session?.Mark(),
            Problem = intent.Member("last_payment_error").Text("code") ?? intent.Text("cancellation_reason"),
            Card = CardOf(intent),
            Refunds = refunds,
            Disputes = disputes,
        };
    }

    /// <summary>Reads a refund.</summary>
    /// <exception cref="GatewayException">It has no id.</exception>
    public static GatewayRefund RefundOf(JsonElement refund) => new(
        refund.Text("id") ?? throw Unreadable(),
        FeeSchedule.FromCents(refund.WholeCents("amount")),
        refund.Text("status") is "failed" or "canceled" ? RefundStatus.Failed : RefundStatus.Sent,
        refund.Member("metadata").Text(MarkFields.Refund));

    /// <summary>Reads a dispute; null for an inquiry (<c>warning_…</c>), which takes no money:
    /// https://docs.stripe.com/api/disputes/object#dispute_object-status.</summary>
    public static GatewayDispute? DisputeOf(JsonElement dispute)
    {
        DisputeStatus? status = dispute.Text("status") switch
        {
            "needs_response" or "under_review" => DisputeStatus.Open,
            "won" => DisputeStatus.Won,
            "lost" => DisputeStatus.Lost,
            _ => null,
        };
        return status is { } known && dispute.Text("id") is { } id
            ? new GatewayDispute(id, FeeSchedule.FromCents(dispute.WholeCents("amount")), known)
            : null;
    }

    /// <summary>An answer without what every such answer has.</summary>
    public static GatewayException Unreadable() => new("Stripe's answer lacks what was asked for.", 200, null, false);

    private static PaymentState StateOf(JsonElement intent, JsonElement? session) => session?.Text("status") switch
    {
        "expired" => PaymentState.Expired,
        // The page is done; a bank transfer or the like may still fail.
        "complete" when intent.Text("status") is "requires_payment_method" or "canceled" => PaymentState.Failed,
        null when intent.Text("status") is "requires_payment_method" or "requires_action" or "canceled" => PaymentState.Failed,
        _ => PaymentState.Open,
    };

    private static SavedCard? CardOf(JsonElement intent)
    {
        var method = intent.Member("payment_method");
        return intent.Text("setup_future_usage") == "off_session"
            && intent.Id("customer") is { } customer && intent.Id("payment_method") is { } id
                ? new SavedCard(customer, id, method.Member("card") is { ValueKind: JsonValueKind.Object } card
                    ? $"{card.Text("brand")} {card.Text("last4")}"
                    : method.Text("type") ?? "saved")
                : null;
    }
}
