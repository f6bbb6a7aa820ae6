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
            : throw StripeReader.Unreadable();
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
        return customer.Text("id") ?? throw StripeReader.Unreadable();
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
        return StripeReader.FactsOf(intent, null, [], []);
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
        return StripeReader.RefundOf(await PostAsync("v1/refunds", form, reference, cancellationToken));
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
            return StripeReader.EventOf(document.RootElement);
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
            var page = await GetAsync(path, cancellationToken) ?? throw StripeReader.Unreadable();
            after = null;
            foreach (var item in page.Items("data"))
            {
                after = item.Text("id");
                if (StripeReader.EventOf(item) is { } found)
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

    private async Task<PaymentFacts> ReadAsync(
        JsonElement intent, JsonElement? session, CancellationToken cancellationToken)
    {
        var refunds = new List<GatewayRefund>();
        var disputes = new List<GatewayDispute>();
        if (StripeReader.IsPaid(intent, session) && intent.Text("id") is { } paymentId)
        {
            await foreach (var refund in ListAboutAsync("v1/refunds", paymentId, cancellationToken))
            {
                refunds.Add(StripeReader.RefundOf(refund));
            }

            await foreach (var dispute in ListAboutAsync("v1/disputes", paymentId, cancellationToken))
            {
                if (StripeReader.DisputeOf(dispute) is { } found)
                {
                    disputes.Add(found);
                }
            }
        }

        return StripeReader.FactsOf(intent, session, refunds, disputes);
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

            var page = await GetAsync($"{path}?{query}", cancellationToken) ?? throw StripeReader.Unreadable();
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
}
