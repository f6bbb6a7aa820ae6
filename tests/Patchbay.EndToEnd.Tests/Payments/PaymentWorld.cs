using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Patchbay.Billing;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A server that sells credits, with stand-ins of both payment companies.</summary>
public sealed class PaymentWorld : IAsyncLifetime
{
    public const string OldSecret = "whsec_canary_old";
    public const string Secret = "whsec_canary_new";
    public const string CoinbaseSecret = "coinbase_canary_secret";

    private Books? _books;

    public StripeStandIn Stripe { get; } = new();

    public CoinbaseStandIn Coinbase { get; } = new();

    public World World { get; private set; } = null!;

    public Books Books => _books!;

    public ApiClient Api => World.Api;

    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        await Stripe.StartAsync(token);
        await Coinbase.StartAsync(token);
        World = await World.StartAsync(
            new WorldOptions
            {
                Models = [LedgerWorld.Model("test/plain", "plain", "tokens=12;prompt_tokens=9")],
                Environment = Settings(Stripe, Coinbase),
            },
            token);
        _books = await Books.OpenAsync(World, null, token);
    }

    /// <summary>The environment of a server that sells credits.</summary>
    public static Dictionary<string, string?> Settings(StripeStandIn stripe, CoinbaseStandIn coinbase) => new()
    {
        ["PATCHBAY__BILLING__MODE"] = "marketplace",
        ["PATCHBAY__ALERTS__CHECK_EVERY"] = "100ms",
        ["PATCHBAY__ALERTS__ALLOW_PRIVATE_ADDRESSES"] = "true",
        ["PATCHBAY__PAYMENTS__SELLER"] = "Example Ltd; 1 Main Street; Łódź",
        ["PATCHBAY__PAYMENTS__LEAST"] = "1",
        ["PATCHBAY__PAYMENTS__TOP_UP_EVERY"] = "100ms",
        ["PATCHBAY__PAYMENTS__TOP_UP_RETRY_AFTER"] = "50ms",
        ["PATCHBAY__PAYMENTS__STRIPE__BASE_URL"] = stripe.Address.AbsoluteUri,
        ["PATCHBAY__PAYMENTS__STRIPE__SECRET_KEY"] = StripeStandIn.SecretKey,
        ["PATCHBAY__PAYMENTS__STRIPE__WEBHOOK_SECRETS"] = $"{OldSecret} {Secret}",
        ["PATCHBAY__PAYMENTS__COINBASE__BASE_URL"] = coinbase.Address.AbsoluteUri,
        ["PATCHBAY__PAYMENTS__COINBASE__KEY_ID"] = CoinbaseStandIn.KeyId,
        ["PATCHBAY__PAYMENTS__COINBASE__PRIVATE_KEY"] = coinbase.PrivateKey,
        ["PATCHBAY__PAYMENTS__COINBASE__WEBHOOK_SECRETS"] = CoinbaseSecret,
    };

    public async ValueTask DisposeAsync()
    {
        if (_books is { } books)
        {
            await books.DisposeAsync();
        }

        if (World is not null)
        {
            await World.DisposeAsync();
        }

        await Stripe.DisposeAsync();
        await Coinbase.DisposeAsync();
    }

    /// <summary>Orders credits. Returns our id of the payment and the company's id of the page.</summary>
    public async Task<(string Id, string Page)> OrderAsync(string amount, CancellationToken token, string more = "")
    {
        var answer = await Api.PostAsync(
            "/api/v1/credits/checkout", $$"""{"amount":{{amount}}{{(more.Length > 0 ? "," + more : "")}}}""", token);
        Assert.True(answer.Status == 201, answer.Body);
        var data = answer.Json.GetProperty("data");
        Assert.Equal("open", data.GetProperty("status").GetString());
        return (data.GetProperty("id").GetString()!, data.GetProperty("url").GetString()!.Split('/')[^1]);
    }

    /// <summary>Orders and pays. Returns the purchase's transaction too.</summary>
    public async Task<(string Page, JsonElement Purchase)> BuyAsync(string amount, CancellationToken token, string more = "")
    {
        var (id, page) = await OrderAsync(amount, token, more);
        Assert.Equal("credited", await DeliverAsync(Stripe.Pay(page), token));
        return (page, Assert.Single(await TransactionsAsync("purchase", token),
            credit => credit.GetProperty("reference").GetString() == "purchase:" + id.Replace("-", "", StringComparison.Ordinal)));
    }

    /// <summary>How far a payment is.</summary>
    public async Task<JsonElement> PaymentAsync(string id, CancellationToken token) =>
        (await Api.GetAsync($"/api/v1/credits/payments/{id}", token)).Json.GetProperty("data");

    /// <summary>What is left, in dollars.</summary>
    public async Task<decimal> BalanceAsync(CancellationToken token)
    {
        var data = (await Api.GetAsync("/api/v1/credits", token)).Json.GetProperty("data");
        return data.GetProperty("total_credits").GetDecimal() - data.GetProperty("total_usage").GetDecimal();
    }

    /// <summary>The newest changes of the credits, of one kind.</summary>
    public async Task<IReadOnlyList<JsonElement>> TransactionsAsync(string kind, CancellationToken token) =>
    [
        .. (await Api.GetAsync("/api/v1/credits/transactions", token)).Json.GetProperty("data").EnumerateArray()
            .Where(credit => credit.GetProperty("kind").GetString() == kind),
    ];

    /// <summary>Delivers a message of Stripe's and returns what became of it.</summary>
    public async Task<string> DeliverAsync(JsonObject message, CancellationToken token, string secret = Secret)
    {
        var answer = await PostStripeAsync(message.ToJsonString(), Sign(message.ToJsonString(), secret), token);
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json.GetProperty("outcome").GetString()!;
    }

    /// <summary>Posts anything to Stripe's endpoint.</summary>
    public Task<ApiResponse> PostStripeAsync(string body, string? signature, CancellationToken token) =>
        PostAsync("/api/v1/webhooks/stripe", "Stripe-Signature", body, signature, token);

    /// <summary>Posts anything to Coinbase's endpoint.</summary>
    public Task<ApiResponse> PostCoinbaseAsync(string body, string? signature, CancellationToken token) =>
        PostAsync("/api/v1/webhooks/coinbase", "X-Hook0-Signature", body, signature, token);

    /// <summary>Stripe's signature of a body.</summary>
    public static string Sign(string body, string secret, TimeSpan age = default)
    {
        var time = (TimeProvider.System.GetUtcNow() - age).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={time},v1={WebhookSignature.Sign(time + ".", Encoding.UTF8.GetBytes(body), secret)}";
    }

    /// <summary>The books have no finding.</summary>
    public async Task AssertBooksAreRightAsync(CancellationToken token) => Assert.Empty(await Books.AuditAsync(token));

    private async Task<ApiResponse> PostAsync(
        string path, string header, string body, string? signature, CancellationToken token)
    {
        using var client = new ApiClient(World.Server.Address, null);
        if (signature is not null)
        {
            client.Headers[header] = signature;
        }

        return await client.PostAsync(path, body, token);
    }
}
