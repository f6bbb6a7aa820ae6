using Patchbay.Testing;

namespace Patchbay.Storage.Tests;

/// <summary>Several servers count the same minute, also while their database is away.</summary>
public sealed class RateShareTests(PostgresServer server) : IAsyncLifetime
{
    private readonly PostgresTestDatabase _database = new(server);
    private readonly List<Replica> _replicas = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _database.CreateAsync();
        for (var i = 0; i < 2; i++)
        {
            _replicas.Add(await Replica.StartAsync(_database, lifetime: TimeSpan.FromSeconds(1)));
        }

        await Until.TrueAsync(() => _replicas.TrueForAll(replica => replica.Storage.Fleet.Servers == 2), Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Two_servers_admit_the_limit_together_and_their_shares_add_up_to_it()
    {
        Assert.Equal(20, await TakeAsync("free:x", 20, i => i % 10 == 0 ? 1 : 0, 200));
        Assert.Equal(7, _replicas.Sum(replica => replica.Storage.Fleet.Of(7)));
    }

    [Fact]
    public async Task While_the_database_is_away_each_server_keeps_to_its_share_and_tells_of_it_afterwards()
    {
        Assert.Equal(10, await TakeAsync("requests:k", 60, _ => 0, 10));
        await _database.BeginOutageAsync(_replicas[0].Storage);

        // The first has let 10 through already: of its 30 it has 20 left.
        Assert.Equal(20, await TakeAsync("requests:k", 60, _ => 0, 100));
        Assert.Equal(30, await TakeAsync("requests:k", 60, _ => 1, 100));
        Assert.Equal(0, await TakeAsync("requests:k", 60, i => i % 2, 100));

        // A request of more than a share is let through where there is nothing else.
        Assert.Equal(1, await TakeAsync("tokens:k", 1000, _ => 0, 2, amount: 800));

        await _database.EndOutageAsync(_replicas[0].Storage);
        foreach (var replica in _replicas)
        {
            Assert.True(await replica.Storage.CanWriteAsync(Token) || await replica.Storage.CanWriteAsync(Token));
        }

        // Whoever notices first does not take what the other has not told of yet.
        for (var i = 0; i < 25; i++)
        {
            Assert.Equal(0, await TakeAsync("requests:k", 60, i => i % 2, 20));
            await Task.Delay(100, Token);
        }

        Assert.Equal(60, await _database.CountAsync("SELECT sum(c) FROM rate_minute, unnest(counts) c WHERE name = 'requests:k'"));
    }

    [Fact]
    public async Task A_server_that_stops_leaves_its_share_to_the_others()
    {
        await _replicas[1].DisposeAsync();
        _replicas.RemoveAt(1);
        await Until.TrueAsync(() => _replicas[0].Storage.Fleet.Servers == 1, Token);
        await _database.BeginOutageAsync(_replicas[0].Storage);
        Assert.Equal(60, await TakeAsync("requests:k", 60, _ => 0, 100));
        await _database.EndOutageAsync(_replicas[0].Storage);
    }

    private async Task<int> TakeAsync(string name, long limit, Func<int, int> where, int attempts, long amount = 1)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, attempts).Select(i => Task.Run(() =>
            _replicas[where(i)].Storage.RateWindows.TryTakeAsync(name, amount, limit, Token).AsTask())));
        return results.Count(static result => result.IsTaken);
    }
}
