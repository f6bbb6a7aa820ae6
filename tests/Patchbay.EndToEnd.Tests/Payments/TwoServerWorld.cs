using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Two servers on one PostgreSQL database that sell credits together.</summary>
public sealed class TwoServerWorld(PostgresServer postgres) : IAsyncLifetime
{
    private readonly CoinbaseStandIn _coinbase = new();
    private readonly List<ServerProcess> _servers = [];
    private string _folder = "";
    private World _world = null!;

    public StripeStandIn Stripe { get; } = new();

    public Books Books { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Stripe.StartAsync(Token);
        await _coinbase.StartAsync(Token);
        var database = await postgres.CreateDatabaseAsync();
        var settings = PaymentWorld.Settings(Stripe, _coinbase);
        _world = await World.StartAsync(
            new WorldOptions { Models = LedgerWorld.Models, PostgresConnectionString = database, Environment = settings }, Token);
        Books = await Books.OpenAsync(_world, database, Token);
        _servers.Add(_world.Server);
        _folder = Directory.CreateTempSubdirectory("patchbay-payments-").FullName;
        settings["PATCHBAY_MASTER_KEY"] = World.MasterKey;
        settings["PATCHBAY_DATABASE"] = database;
        settings["OPENAI_API_KEY"] = null;
        _servers.Add(await ServerProcess.StartAsync(
            _folder, settings, Token, "--config", Path.Combine(_world.Data, "patchbay.yaml")));
    }

    public async ValueTask DisposeAsync()
    {
        await Books.DisposeAsync();
        await _servers[1].DisposeAsync();
        await _world.DisposeAsync();
        await Stripe.DisposeAsync();
        await _coinbase.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Orders credits at the first server. Returns the company's id of the page.</summary>
    public async Task<string> OrderAsync(string amount, string more)
    {
        var answer = await _world.Api.PostAsync(
            "/api/v1/credits/checkout", $$"""{"amount":{{amount}}{{(more.Length > 0 ? "," + more : "")}}}""", Token);
        Assert.True(answer.Status == 201, answer.Body);
        return answer.Json.GetProperty("data").GetProperty("url").GetString()!.Split('/')[^1];
    }

    /// <summary>Delivers a message to a server and returns what became of it.</summary>
    public async Task<string> DeliverAsync(int server, JsonObject message)
    {
        var body = message.ToJsonString();
        using var client = new ApiClient(_servers[server].Address, null);
        client.Headers["Stripe-Signature"] = PaymentWorld.Sign(body, PaymentWorld.Secret);
        var answer = await client.PostAsync("/api/v1/webhooks/stripe", body, Token);
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json.GetProperty("outcome").GetString()!;
    }

    /// <summary>What is left, in dollars, as a server says.</summary>
    public async Task<decimal> BalanceAsync(int server)
    {
        using var client = new ApiClient(_servers[server].Address, World.MasterKey);
        var data = (await client.GetAsync("/api/v1/credits", Token)).Json.GetProperty("data");
        return data.GetProperty("total_credits").GetDecimal() - data.GetProperty("total_usage").GetDecimal();
    }

    /// <summary>The newest changes of the credits.</summary>
    public async Task<IReadOnlyList<JsonElement>> TransactionsAsync() =>
        [.. (await _world.Api.GetAsync("/api/v1/credits/transactions", Token)).Json.GetProperty("data").EnumerateArray()];

    /// <summary>How automatic payments stand.</summary>
    public async Task<JsonElement> ReadTopUpAsync() =>
        (await _world.Api.GetAsync("/api/v1/credits/auto-top-up", Token)).Json.GetProperty("data");

    /// <summary>Switches automatic payments of 10 dollars on, below a threshold.</summary>
    public async Task SetTopUpAsync(decimal threshold)
    {
        var body = string.Create(
            CultureInfo.InvariantCulture, $$"""{"enabled":true,"threshold":{{threshold}},"amount":10,"daily_cap":1000}""");
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await _world.Api.SendAsync(HttpMethod.Put, "/api/v1/credits/auto-top-up", content, Token);
        Assert.True(answer.Status == 200, answer.Body);
    }
}
