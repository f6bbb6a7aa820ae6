using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Stripe's HTTP API, https://docs.stripe.com/api: form posts with an <c>Idempotency-Key</c>, in the version that is
/// named here, so that an account's own version does not matter.</summary>
/// <param name="options">How it is reached.</param>
/// <param name="clock">The clock.</param>
public sealed class StripeGateway(StripeOptions options, TimeProvider clock) : ICardGateway, IDisposable
{
    private const string Version = "2024-06-20";
    private const int PageSize = 100;

    // What a webhook is sent for, https://docs.stripe.com/api/events/types.
    private static readonly string[] EventTypes =
    [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "charge.refunded",
        "charge.refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    ];

    private readonly GatewayConnection _connection = new("Stripe", clock);

    /// <inheritdoc/>
    public string Name => LedgerAccount.Stripe;

    /// <inheritdoc/>
    public string Currency => "usd";

    /// <inheritdoc/>
    public bool IsLive => options.IsLive;

    /// <inheritdoc/>
    public async Task<CheckoutPage> StartAsync(Payment payment, string? customerId, CancellationToken cancellationToken)
    {
        var form = new StripeForm()
            .Add("mode", "payment")
            .Add("client_reference_id", payment.Id.ToString("N"))
            .Add("success_url", ReturnTo("success"))
            .Add("cancel_url", ReturnTo("cancelled"))
            .Mark("metadata", payment, options.Installation)
            .Mark("payment_intent_data[metadata]", payment, options.Installation)
            .Add("payment_intent_data[description]", "Credits");
        AddLine(form, 0, "Credits", payment.Amount);
        if (payment.Fee > Money.Zero)
        {
            AddLine(form, 1, "Payment fee", payment.Fee);
        }

        if (customerId is not null)
        {
            form.Add("customer", customerId);
        }
        else if (payment.Buyer.Email.Length > 0)
        {
            form.Add("customer_email", payment.Buyer.Email);
        }

        if (payment.SavesCard)
        {
            form.Add("payment_intent_data[setup_future_usage]", "off_session");
        }

        var session = await PostAsync("v1/checkout/sessions", form, $"checkout:{payment.Id:N}", cancellationToken);
        return session.Text("id") is { } id && session.Text("url") is { } url
            ? new CheckoutPage(id, url)
            : throw Unreadable();
    }

    /// <inheritdoc/>
    public async Task<string> CreateCustomerAsync(Guid organizationId, Buyer buyer, CancellationToken cancellationToken)
    {
        var form = new StripeForm()
            .Add($"metadata[{MarkFields.Installation}]", options.Installation.ToString("N"))
            .Add($"metadata[{MarkFields.Organization}]", organizationId.ToString("N"));
        if (buyer.Email.Length > 0)
        {
            form.Add("email", buyer.Email);
        }

        if (buyer.Name.Length > 0)
        {
            form.Add("name", buyer.Name);
        }

        // With other facts of the buyer it is another request, so the key says them.
        var key = $"customer:{options.Installation:N}:{organizationId:N}:{form.Fingerprint()}";
        var customer = await PostAsync("v1/customers", form, key, cancellationToken);
        return customer.Text("id") ?? throw Unreadable();
    }

    /// <inheritdoc/>
    public async Task<PaymentFacts> ChargeAsync(Payment payment, SavedCard card, CancellationToken cancellationToken)
    {
        var form = new StripeForm()
            .Add("amount", FeeSchedule.ToCents(payment.Total))
            .Add("currency", Currency)
            .Add("customer", card.CustomerId)
            .Add("payment_method", card.MethodId)
            .Add("off_session", "true")
            .Add("confirm", "true")
            .Add("description", "Credits")
            .Mark("metadata", payment, options.Installation);
        var intent = await PostAsync("v1/payment_intents", form, payment.Reference, cancellationToken);
        return FactsOf(intent, null, [], []);
    }

    /// <inheritdoc/>
    public async Task<GatewayRefund> RefundAsync(
        Payment payment, Money amount, string reference, CancellationToken cancellationToken)
    {
        var form = new StripeForm()
            .Add("payment_intent", payment.PaymentId!)
            .Add("amount", FeeSchedule.ToCents(amount))
            .Add("reason", "requested_by_customer")
            .Mark("metadata", payment, options.Installation)
            .Add($"metadata[{MarkFields.Refund}]", reference);
        return RefundOf(await PostAsync("v1/refunds", form, reference, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<PaymentFacts?> ReadAsync(Payment payment, GatewayEvent? hint, CancellationToken cancellationToken)
    {
        JsonElement? session = null;
        var paymentId = payment.PaymentId ?? hint?.PaymentId;
        if (payment.Kind == PaymentKind.Checkout && (payment.CheckoutId ?? hint?.CheckoutId) is { } checkoutId)
        {
            session = await GetAsync($"v1/checkout/sessions/{Escape(checkoutId)}", cancellationToken);
            paymentId = session?.Id("payment_intent") ?? paymentId;
        }

        var intent = paymentId is null
            ? null
            : await GetAsync($"v1/payment_intents/{Escape(paymentId)}?expand[]=payment_method", cancellationToken);
        return intent is null && session is null ? null : await ReadAsync(intent ?? default, session, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<OrderMark?> ReadMarkAsync(GatewayEvent about, CancellationToken cancellationToken)
    {
        var element = about.CheckoutId is { } checkoutId
            ? await GetAsync($"v1/checkout/sessions/{Escape(checkoutId)}", cancellationToken)
            : about.PaymentId is { } paymentId
                ? await GetAsync($"v1/payment_intents/{Escape(paymentId)}", cancellationToken)
                : null;
        return element?.Mark();
    }

    /// <inheritdoc/>
    public GatewayEvent? ParseEvent(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return EventOf(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GatewayEvent> ListAsync(
        DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new StripeForm().Add("limit", PageSize).Add("created[gte]", since.ToUnixTimeSeconds());
        foreach (var type in EventTypes)
        {
            query.Add("types[]", type);
        }

        string? after = null;
        do
        {
            var path = "v1/events?" + query + (after is null ? "" : "&starting_after=" + Escape(after));
            var page = await GetAsync(path, cancellationToken) ?? throw Unreadable();
            after = null;
            foreach (var item in page.Items("data"))
            {
                after = item.Text("id");
                if (EventOf(item) is { } found)
                {
                    yield return found;
                }
            }

            after = page.IsTrue("has_more") ? after : null;
        }
        while (after is not null);
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static GatewayEvent? EventOf(JsonElement message)
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

    private static bool IsPaid(JsonElement intent, JsonElement? session) =>
        intent.Text("status") == "succeeded" && session?.Text("payment_status") is null or "paid";

    private async Task<PaymentFacts> ReadAsync(
        JsonElement intent, JsonElement? session, CancellationToken cancellationToken)
    {
        var refunds = new List<GatewayRefund>();
        var disputes = new List<GatewayDispute>();
        if (IsPaid(intent, session) && intent.Text("id") is { } paymentId)
        {
            await foreach (var refund in ListAboutAsync("v1/refunds", paymentId, cancellationToken))
            {
                refunds.Add(RefundOf(refund));
            }

            await foreach (var dispute in ListAboutAsync("v1/disputes", paymentId, cancellationToken))
            {
                if (DisputeOf(dispute) is { } found)
                {
                    disputes.Add(found);
                }
            }
        }

        return FactsOf(intent, session, refunds, disputes);
    }

    private static PaymentFacts FactsOf(JsonElement intent, JsonElement? session,
        IReadOnlyList<GatewayRefund> refunds, IReadOnlyList<GatewayDispute> disputes)
    {
        var hasIntent = intent.ValueKind == JsonValueKind.Object;
        return new PaymentFacts
        {
            State = IsPaid(intent, session) ? PaymentState.Paid : StateOf(intent, session),
            CheckoutId = session?.Text("id"),
            PaymentId = intent.Text("id"),
            Received = FeeSchedule.FromCents(intent.Number("amount_received")),
            Currency = intent.Text("currency") ?? session?.Text("currency") ?? "",
            IsLive = hasIntent ? intent.IsTrue("livemode") : session?.IsTrue("livemode") ?? false,
            Mark = hasIntent ? intent.Mark() : session?.Mark(),
            Problem = intent.Member("last_payment_error").Text("code") ?? intent.Text("cancellation_reason"),
            Card = CardOf(intent),
            Refunds = refunds,
            Disputes = disputes,
        };
    }

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

    private static GatewayRefund RefundOf(JsonElement refund) => new(
        refund.Text("id") ?? throw Unreadable(),
        FeeSchedule.FromCents(refund.Number("amount")),
        refund.Text("status") is "failed" or "canceled" ? RefundStatus.Failed : RefundStatus.Sent,
        refund.Member("metadata").Text(MarkFields.Refund));

    // Inquiries (warning_…) take no money: https://docs.stripe.com/api/disputes/object#dispute_object-status.
    private static GatewayDispute? DisputeOf(JsonElement dispute)
    {
        DisputeStatus? status = dispute.Text("status") switch
        {
            "needs_response" or "under_review" => DisputeStatus.Open,
            "won" => DisputeStatus.Won,
            "lost" => DisputeStatus.Lost,
            _ => null,
        };
        return status is { } known && dispute.Text("id") is { } id
            ? new GatewayDispute(id, FeeSchedule.FromCents(dispute.Number("amount")), known)
            : null;
    }

    private void AddLine(StripeForm form, int index, string name, Money amount)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"line_items[{index}]");
        form.Add($"{line}[quantity]", 1)
            .Add($"{line}[price_data][currency]", Currency)
            .Add($"{line}[price_data][unit_amount]", FeeSchedule.ToCents(amount))
            .Add($"{line}[price_data][product_data][name]", name);
    }

    private string ReturnTo(string outcome)
    {
        var address = options.ReturnUrl.AbsoluteUri;
        return $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}checkout={outcome}";
    }

    private async IAsyncEnumerable<JsonElement> ListAboutAsync(
        string path, string paymentId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var query = new StripeForm().Add("payment_intent", paymentId).Add("limit", PageSize);
            if (after is not null)
            {
                query.Add("starting_after", after);
            }

            var page = await GetAsync($"{path}?{query}", cancellationToken) ?? throw Unreadable();
            after = null;
            foreach (var item in page.Items("data"))
            {
                after = item.Text("id");
                yield return item;
            }

            after = page.IsTrue("has_more") ? after : null;
        }
        while (after is not null);
    }

    private Task<JsonElement?> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri(options.BaseUrl, path)), cancellationToken);

    private async Task<JsonElement> PostAsync(
        string path, StripeForm form, string idempotencyKey, CancellationToken cancellationToken) =>
        await SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.BaseUrl, path))
                {
                    Content = new StringContent(
                        form.ToString(), new MediaTypeHeaderValue("application/x-www-form-urlencoded")),
                };
                request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
                return request;
            },
            cancellationToken) ?? throw new GatewayException("Stripe answered 404.", 404, null, true);

    private Task<JsonElement?> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken) =>
        _connection.SendAsync(
            () =>
            {
                var request = make();
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + options.SecretKey);
                request.Headers.TryAddWithoutValidation("Stripe-Version", Version);
                return request;
            },
            static answer => answer.Member("error") is var error && error.Text("type") == GatewayConnection.KeyMisused
                ? GatewayConnection.KeyMisused
                : error.Text("decline_code") ?? error.Text("code"),
            cancellationToken);

    private static string Escape(string id) => Uri.EscapeDataString(id);

    private static GatewayException Unreadable() => new("Stripe's answer lacks what was asked for.", 200, null, false);
}
