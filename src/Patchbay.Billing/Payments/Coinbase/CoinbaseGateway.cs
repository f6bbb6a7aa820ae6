using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Payments in USDC by Coinbase Business' Checkouts API,
/// https://docs.cdp.coinbase.com/api-reference/business-api/rest-api/checkouts/introduction. One USDC counts as one US dollar.
/// </summary>
/// <param name="options">How it is reached.</param>
/// <param name="clock">The clock.</param>
public sealed class CoinbaseGateway(CoinbaseOptions options, TimeProvider clock) : IPaymentGateway, IDisposable
{
    private const int PageSize = 50;

    // Checkouts are listed by when they were made, and can be paid for an hour; refunds come later.
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(7);

    private readonly GatewayConnection _connection = new("Coinbase", clock);

    /// <inheritdoc/>
    public string Name => LedgerAccount.Crypto;

    /// <inheritdoc/>
    public string Currency => "USDC";

    /// <inheritdoc/>
    public bool IsLive => options.IsLive;

    /// <inheritdoc/>
    public async Task<CheckoutPage> StartAsync(Payment payment, string? customerId, CancellationToken cancellationToken)
    {
        var body = Write(payment);
        var checkout = await SendAsync(
            HttpMethod.Post,
            "api/v1/checkouts",
            request =>
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                request.Headers.TryAddWithoutValidation("X-Idempotency-Key", KeyOf(payment.Id));
            },
            cancellationToken) ?? throw new GatewayException("Coinbase answered 404.", 404, null, true);
        return checkout.Text("id") is { } id && checkout.Text("url") is { } url
            ? new CheckoutPage(id, url)
            : throw Unreadable();
    }

    /// <inheritdoc/>
    public async Task<PaymentFacts?> ReadAsync(Payment payment, GatewayEvent? hint, CancellationToken cancellationToken) =>
        (payment.CheckoutId ?? hint?.CheckoutId) is { } id && await GetAsync(id, cancellationToken) is { } checkout
            ? FactsOf(checkout)
            : null;

    /// <inheritdoc/>
    public async Task<OrderMark?> ReadMarkAsync(GatewayEvent about, CancellationToken cancellationToken) =>
        about.CheckoutId is { } id && await GetAsync(id, cancellationToken) is { } checkout ? checkout.Mark() : null;

    /// <inheritdoc/>
    public GatewayEvent? ParseEvent(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var message = document.RootElement;

            // Messages have no id of their own that is signed.
            return message.Text("eventType") is { } type && message.Text("id") is { } id
                ? new GatewayEvent(Convert.ToHexStringLower(SHA256.HashData(body.Span)), type, IsLive, id, null)
                : null;
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
        foreach (var status in (string[])["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"])
        {
            string? page = null;
            do
            {
                var path = $"api/v1/checkouts?pageSize={PageSize}&status={status}"
                    + (page is null ? "" : "&pageToken=" + Uri.EscapeDataString(page));
                var list = await SendAsync(HttpMethod.Get, path, null, cancellationToken) ?? throw Unreadable();
                page = list.Text("nextPageToken");
                foreach (var checkout in list.Items("checkouts"))
                {
                    if (DateTimeOffset.TryParse(
                        checkout.Text("createdAt"), CultureInfo.InvariantCulture, out var made)
                        && made < since - LookBack)
                    {
                        page = null;
                        break;
                    }

                    if (checkout.Text("id") is { } id)
                    {
                        yield return new GatewayEvent(
                            $"list:{status}:{id}:{checkout.Text("updatedAt")}", "listed", IsLive, id, null);
                    }
                }
            }
            while (page is not null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private byte[] Write(Payment payment)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("amount", FeeSchedule.ToText(payment.Total));
            writer.WriteString("currency", Currency);
            writer.WriteString("network", "base");
            writer.WriteString("description", "Credits");
            writer.WriteStartObject("metadata");
            writer.WriteString(MarkFields.Installation, options.Installation.ToString("N"));
            writer.WriteString(MarkFields.Organization, payment.OrganizationId.ToString("N"));
            writer.WriteString(MarkFields.Payment, payment.Id.ToString("N"));
            writer.WriteEndObject();

            // Coinbase takes no other scheme here.
            if (options.ReturnUrl.Scheme == Uri.UriSchemeHttps)
            {
                writer.WriteString("successRedirectUrl", options.ReturnUrl.AbsoluteUri);
                writer.WriteString("failRedirectUrl", options.ReturnUrl.AbsoluteUri);
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private PaymentFacts FactsOf(JsonElement checkout)
    {
        var refunds = new List<GatewayRefund>();
        foreach (var refund in checkout.Items("refunds"))
        {
            if (refund.Text("id") is { } id && refund.Cents("amount") is { } cents
                && refund.Text("status") is "COMPLETED" or "FAILED")
            {
                refunds.Add(new GatewayRefund(
                    id, FeeSchedule.FromCents(cents), refund.Text("status") == "FAILED" ? RefundStatus.Failed : RefundStatus.Sent,
                    null));
            }
        }

        var checkoutId = checkout.Text("id");
        return new PaymentFacts
        {
            State = checkout.Text("status") switch
            {
                "COMPLETED" or "REFUNDED" or "PARTIALLY_REFUNDED" => PaymentState.Paid,
                "EXPIRED" or "DEACTIVATED" => PaymentState.Expired,
                "FAILED" => PaymentState.Failed,
                _ => PaymentState.Open,
            },
            CheckoutId = checkoutId,
            PaymentId = checkoutId,
            Received = checkout.Cents("amount") is { } amount ? FeeSchedule.FromCents(amount) : Money.Zero,
            Currency = checkout.Text("currency") ?? "",
            IsLive = IsLive,
            Mark = checkout.Mark(),
            Refunds = refunds,
        };
    }

    private Task<JsonElement?> GetAsync(string checkoutId, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/v1/checkouts/" + Uri.EscapeDataString(checkoutId), null, cancellationToken);

    private Task<JsonElement?> SendAsync(
        HttpMethod method, string path, Action<HttpRequestMessage>? complete, CancellationToken cancellationToken)
    {
        var address = new Uri(options.BaseUrl, path);
        return _connection.SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(method, address);
                var token = CoinbaseToken.Make(
                    options.KeyId, options.PrivateKey, method.Method, address, clock.GetUtcNow());
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
                complete?.Invoke(request);
                return request;
            },
            static error => error.Text("errorType"),
            cancellationToken);
    }

    // A UUID of version 4, which the API insists on, made from ours.
    private static string KeyOf(Guid id)
    {
        var bytes = SHA256.HashData(id.ToByteArray(bigEndian: true)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    private static GatewayException Unreadable() => new("Coinbase's answer lacks what was asked for.", 200, null, false);
}
