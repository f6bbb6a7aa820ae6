using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Two servers on one database where credits are prepaid.</summary>
public sealed class SharedCreditWorld(PostgresServer postgres) : IAsyncLifetime
{
    public ReplicaWorld Replicas { get; private set; } = null!;

    public ReplicaKey Key { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Replicas = await ReplicaWorld.StartAsync(
            postgres, 2, Token, "billing:\n  mode: marketplace\nreplicas:\n  lease_lifetime: 2s");
        Key = await Replicas.CreateKeyAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        Key.Dispose();
        await Replicas.DisposeAsync();
    }

    /// <summary>Asks a server for an answer that costs 0.001 dollars, which is also its worst case. The status.</summary>
    public async Task<int> AskAsync(int server)
    {
        var response = await Key.At(server).ChatAsync("test/exact", Token, "\"max_tokens\":500");
        Assert.True(response.Status is 200 or 402, response.Body);
        return response.Status;
    }

    /// <summary>Has both servers answer, from six callers, until each is refused or a time is over. How many were answered.</summary>
    public async Task<int> SpendAsync(TimeSpan time)
    {
        var end = TimeProvider.System.GetUtcNow() + time;
        var answered = await Task.WhenAll(Enumerable.Range(0, 6).Select(async caller =>
        {
            var count = 0;
            while (TimeProvider.System.GetUtcNow() < end && await AskAsync(caller % 2) == 200)
            {
                count++;
            }

            return count;
        }));
        return answered.Sum();
    }

    /// <summary>Has both servers answer, from six callers, until so many were answered; whoever is refused asks again.</summary>
    public async Task SpendAsync(int answers)
    {
        var left = answers;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(caller => Until.TrueAsync(
            async () => (await AskAsync(caller % 2) == 200 ? Interlocked.Decrement(ref left) : Volatile.Read(ref left)) <= 0, Token)));
    }

    /// <summary>Grants what is missing at a server until the organization has exactly so much, in nano-USD.</summary>
    public async Task FillAsync(int server, long nanos)
    {
        var missing = nanos - await FundsAsync();
        Assert.True(missing > 0);
        using var master = new ApiClient(Replicas.Servers[server].Address, World.MasterKey);
        var response = await master.PostAsync("/api/v1/credits/grants", $$"""{"amount":{{new Money(missing)}}}""", Token);
        Assert.True(response.Status == 201, response.Body);
    }

    /// <summary>A purchase, as a payment company's message makes it.</summary>
    public Task<CreditTransaction> BuyAsync(long nanos) => Replicas.Books.OrderAsync(
        organization => new PurchaseOrder(
            organization, Name("buy"), "test", new Money(nanos), Money.Zero, "stripe", Name("pi")),
        Token);

    /// <summary>What can be spent, in nano-USD, once everything that was used has arrived.</summary>
    public async Task<long> FundsAsync()
    {
        await Until.TrueAsync(
            async () => await Replicas.Books.CountOpenHoldsAsync(Token) == 0
                && await Key.UsageAsync(0, Token) == await Key.UsageAsync(1, Token),
            Token);
        return (await Replicas.Books.ReadCreditsAsync(Token)).Funds.Nanos;
    }

    /// <summary>What servers have leased of the credits and not used.</summary>
    public Task<long> LeasedAsync() => Replicas.CountAsync(
        "SELECT coalesce(sum(granted_nanos - returned_nanos - used_nanos), 0) FROM lease WHERE kind = 4");

    /// <summary>A name that was never used.</summary>
    public static string Name(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}_{Guid.CreateVersion7():N}");
}
