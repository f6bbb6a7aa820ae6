using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Testing;

namespace Patchbay.Storage.Tests;

/// <summary>Servers that die, are cut off, or are told what others changed.</summary>
public sealed class ReplicaTests(PostgresServer server) : IAsyncLifetime
{
    private readonly PostgresTestDatabase _database = new(server);
    private readonly Guid _key = Guid.CreateVersion7();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _database.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task While_the_database_is_away_leased_accounts_are_served_others_are_told_so_and_nothing_is_lost()
    {
        var other = Guid.CreateVersion7();
        await using var replica = await Replica.StartAsync(_database);
        await LimitAsync(replica, _key, 1_000_000_000_000);
        await LimitAsync(replica, other, 1_000_000_000_000);
        var path = await replica.OpenAsync(_key);
        var otherPath = await replica.OpenAsync(other);
        for (var i = 0; i < 50; i++)
        {
            Assert.True(await replica.SpendAsync(path, _key, 10_000_000, 1_000_000));
        }

        await _database.BeginOutageAsync(replica.Storage);
        var served = 0;
        for (var i = 0; i < 5; i++)
        {
            served += await replica.SpendAsync(path, _key, 1_000_000, 1_000_000) ? 1 : 0;
            await Assert.ThrowsAsync<StorageUnavailableException>(() => replica.SpendAsync(otherPath, other, 1_000_000, 1));
        }

        await _database.EndOutageAsync(replica.Storage);
        Assert.Equal(5, served);
        await WhenAsync(async () => await replica.Storage.CanWriteAsync(Token));
        Assert.Equal(55_000_000, await SpentAsync(replica));
        await WhenAsync(async () =>
        {
            try
            {
                return await replica.SpendAsync(otherPath, other, 1_000_000, 1);
            }
            catch (StorageUnavailableException)
            {
                return false;
            }
        });
        Assert.Empty(await replica.Storage.Ledger.AuditAsync(Token));
    }

    [Fact]
    public async Task A_journal_that_is_brought_in_again_and_again_changes_nothing()
    {
        var folder = _database.DataDirectory;
        var copy = Directory.CreateTempSubdirectory("patchbay-copy-").FullName;
        await using (var dying = await Replica.StartAsync(_database, folder: folder))
        {
            await LimitAsync(dying, _key, 1_000_000_000_000);
            var path = await dying.OpenAsync(_key);
            Assert.True(await dying.SpendAsync(path, _key, 900_000_000, 1_000_000));
            await SpentAsync(dying);
            await _database.BeginOutageAsync(dying.Storage);
            for (var i = 0; i < 20; i++)
            {
                Assert.True(await dying.SpendAsync(path, _key, 1_000_000, 1_000_000));
            }
        }

        Copy(folder, copy);
        await _database.EndOutageAsync(null!);
        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM generation"));
        for (var round = 0; round < 3; round++)
        {
            Copy(copy, folder);
            await using var again = await Replica.StartAsync(_database, folder: folder);
            Assert.Equal(21_000_000, await SpentAsync(again));
            Assert.Equal(0, await _database.CountAsync("SELECT count(*) FROM lease"));
            Assert.Empty(await again.Storage.Ledger.AuditAsync(Token));
        }

        Assert.Equal(21, await _database.CountAsync("SELECT count(*) FROM generation"));
        Directory.Delete(copy, recursive: true);
    }

    [Fact]
    public async Task A_server_cannot_start_with_a_copy_of_another_ones_folder()
    {
        await using var first = await Replica.StartAsync(_database, folder: _database.DataDirectory);
        var copy = Directory.CreateTempSubdirectory("patchbay-copy-").FullName;
        File.Copy(Path.Combine(_database.DataDirectory, "node.id"), Path.Combine(copy, "node.id"));
        var refused = await Assert.ThrowsAsync<StorageRefusedException>(() => Replica.StartAsync(_database, folder: copy));
        Assert.Contains("copy of this server's data folder", refused.Message, StringComparison.Ordinal);
        Directory.Delete(copy, recursive: true);
    }

    [Fact]
    public async Task Each_server_hears_what_another_one_changes_also_after_its_connection_was_cut()
    {
        await using var first = await Replica.StartAsync(_database);
        await using var second = await Replica.StartAsync(_database);
        var tenant = await first.Storage.Organizations.EnsureDefaultAsync(first.Clock.GetUtcNow(), Token);
        var key = Samples.KeyOf(tenant, first.Clock.GetUtcNow());
        await first.Storage.ApiKeys.CreateAsync(key, Token);
        await WhenAsync(() => Task.FromResult(second.Heard.Contains(new StorageChange(StorageChange.Key, key.Hash.ToString()))));
        await _database.CutConnectionsAsync();
        var scope = new BudgetScope(BudgetLevel.Workspace, tenant.Workspace.Id);
        await WhenAsync(async () => await first.Storage.CanWriteAsync(Token));
        await first.Storage.Budgets.SetAsync(new Budget(scope, ResetInterval.Daily, new Money(5)), Token);
        await WhenAsync(() => Task.FromResult(second.Heard.Contains(
            new StorageChange(StorageChange.Budget, $"1/{tenant.Workspace.Id}"))));
    }

    [Fact]
    public async Task A_hold_that_is_open_at_one_server_is_not_closed_by_the_start_of_another()
    {
        await using var first = await Replica.StartAsync(_database);
        await first.Storage.OpenHolds.RecordAsync([Samples.Hold("gen-open", first.Clock.GetUtcNow())], Token);
        await using var second = await Replica.StartAsync(_database);
        Assert.Empty(await second.Storage.OpenHolds.ListAsync(Token));
        Assert.Single(await first.Storage.OpenHolds.ListAsync(Token));
        await using var command = await _database.OpenAsync(exclusive: false);
        Assert.Single(await command.OpenHolds.ListAsync(Token));
    }

    [Fact]
    public async Task A_paused_server_takes_no_hold_before_it_was_heard_of_again()
    {
        var clock = new PausedClock();
        await using var paused = await Replica.StartAsync(_database, new DatabaseClock(clock));
        await LimitAsync(paused, _key, 1_000_000_000_000);
        var path = await paused.OpenAsync(_key);
        Assert.True(await paused.SpendAsync(path, _key, 10_000_000, 1_000_000));
        await using var running = (await paused.Book.TryHoldAsync(path, new Money(5_000_000), "gen-running")).Hold!;
        var before = await _database.CountAsync("SELECT extract(epoch FROM max(seen_at)) * 1000 FROM node");
        clock.Pause(TimeSpan.FromSeconds(90));

        Assert.True(await paused.SpendAsync(path, _key, 1_000_000, 1_000_000));
        Assert.True(await _database.CountAsync("SELECT extract(epoch FROM max(seen_at)) * 1000 FROM node") > before);
        await paused.Storage.Settlements.SettleAsync(Replica.Of(running, _key, paused.Clock.GetUtcNow(), 4_000_000));
        running.Settle(new Money(4_000_000), Money.Zero);
        Assert.Equal(6_000_000, await SpentAsync(paused));
    }

    private static Task LimitAsync(Replica replica, Guid key, long limit) => replica.Storage.Budgets.SetAsync(
        new Budget(new BudgetScope(BudgetLevel.Key, key), ResetInterval.Never, new Money(limit)), Token);

    private async Task<long> SpentAsync(Replica replica) =>
        (await replica.Storage.Budgets.GetSpendingAsync(
            new BudgetScope(BudgetLevel.Key, _key), replica.Clock.GetUtcNow(), Token)).Credits.Lifetime.Nanos;

    private static void Copy(string from, string to)
    {
        foreach (var name in new[] { "node.id", "settlements.0", "settlements.1" })
        {
            File.Copy(Path.Combine(from, name), Path.Combine(to, name), overwrite: true);
        }
    }

    private static Task WhenAsync(Func<Task<bool>> condition) => Until.TrueAsync(condition, Token);

    /// <summary>A clock that goes on after a pause, of which the process noticed nothing.</summary>
    private sealed class PausedClock : TimeProvider
    {
        private long _ticks;

        public void Pause(TimeSpan time) => Interlocked.Add(ref _ticks, (long)(time.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => System.GetTimestamp() + Interlocked.Read(ref _ticks);
    }
}
