using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Testing;

namespace Patchbay.Storage.Tests;

/// <summary>Several servers spend of the same limits. What is spent and what is leased is looked at all the time.</summary>
public sealed class LeaseTests(PostgresServer server) : IAsyncLifetime
{
    private readonly PostgresTestDatabase _database = new(server);
    private readonly Guid _key = Guid.CreateVersion7();
    private readonly List<Replica> _replicas = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _database.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Of_500_parallel_requests_over_several_servers_exactly_ten_fit_into_a_cent(int servers)
    {
        await StartAsync(servers);
        await LimitAsync(BudgetLevel.Key, _key, ResetInterval.Never, 10_000_000);
        using var watch = new LimitWatch(_database, BudgetLevel.Key, _key, 10_000_000);

        // The first has two thirds of the load.
        var admitted = await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
        {
            var replica = _replicas[i % 3 < 2 ? 0 : 1 + (i % (servers - 1))];
            return await replica.SpendAsync(await replica.OpenAsync(_key), _key, 1_000_000, 1_000_000);
        }));

        Assert.Equal(10, admitted.Count(static yes => yes));
        Assert.Equal(10_000_000, await SpentAsync(BudgetLevel.Key, _key));
        Assert.True(await watch.StopAsync() > 0);
        await AssertBooksAreRightAsync();
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 4)]
    public async Task Random_requests_spend_two_limits_to_the_last_affordable_one_and_never_more(int seed, int servers)
    {
        const long KeyLimit = 3_000_000_000;
        const long DayLimit = 2_000_000_000;
        const long Worst = 20_000_000;
        await StartAsync(servers);
        await LimitAsync(BudgetLevel.Key, _key, ResetInterval.Never, KeyLimit);
        await LimitAsync(BudgetLevel.Workspace, Samples.Workspace, ResetInterval.Daily, DayLimit);
        using var keyWatch = new LimitWatch(_database, BudgetLevel.Key, _key, KeyLimit);
        using var dayWatch = new LimitWatch(_database, BudgetLevel.Workspace, Samples.Workspace, DayLimit);

        var sums = await Task.WhenAll(_replicas.SelectMany((replica, number) => Enumerable.Range(0, number == 0 ? 12 : 3).Select(async caller =>
        {
            var random = new Random((seed * 1000) + (number * 100) + caller);
            var path = await replica.OpenAsync(_key);
            var sum = 0L;
            for (var refusals = 0; refusals < 3;)
            {
                var worst = random.NextInt64(1, Worst);
                var charge = random.Next(5) == 0 ? 0 : random.NextInt64(0, worst);
                if (await replica.SpendAsync(path, _key, worst, charge))
                {
                    sum += charge;
                    refusals = 0;
                }
                else
                {
                    refusals++;
                }
            }

            return sum;
        })));

        var spent = await SpentAsync(BudgetLevel.Workspace, Samples.Workspace);
        Assert.Equal(sums.Sum(), spent);
        Assert.InRange(spent, DayLimit - Worst, DayLimit);
        await keyWatch.StopAsync();
        await dayWatch.StopAsync();
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task What_a_server_does_not_use_comes_to_another_that_needs_it()
    {
        await StartAsync(2);
        await LimitAsync(BudgetLevel.Key, _key, ResetInterval.Never, 100_000_000);
        var first = await _replicas[0].OpenAsync(_key);
        Assert.True(await _replicas[0].SpendAsync(first, _key, 90_000_000, 1_000_000));
        Assert.True(await _replicas[1].SpendAsync(await _replicas[1].OpenAsync(_key), _key, 99_000_000, 99_000_000));
        Assert.False(await _replicas[0].SpendAsync(first, _key, 1, 1));
    }

    [Fact]
    public async Task A_lower_limit_counts_on_every_server_at_once()
    {
        await StartAsync(2);
        await LimitAsync(BudgetLevel.Key, _key, ResetInterval.Never, 100_000_000_000);
        foreach (var replica in _replicas)
        {
            Assert.True(await replica.SpendAsync(await replica.OpenAsync(_key), _key, 10_000_000, 1_000_000));
        }

        await LimitAsync(BudgetLevel.Key, _key, ResetInterval.Never, 3_000_000);
        foreach (var replica in _replicas)
        {
            await replica.Book.ReloadBudgetsAsync(new BudgetScope(BudgetLevel.Key, _key), Token);
        }

        // What the other server does not need any more is given back soon; on a busy machine not at the first try.
        var last = await _replicas[1].OpenAsync(_key);
        await Until.TrueAsync(() => _replicas[1].SpendAsync(last, _key, 1_000_000, 1_000_000), Token);

        foreach (var replica in _replicas)
        {
            Assert.False(await replica.SpendAsync(await replica.OpenAsync(_key), _key, 1, 1));
        }
    }

    [Fact]
    public async Task A_server_that_was_silent_beyond_the_grace_loses_its_slices_and_what_it_settles_of_them_is_a_loss()
    {
        await StartAsync(2);
        await LimitAsync(BudgetLevel.Key, _key, ResetInterval.Never, 100_000_000);
        var silent = _replicas[0];
        var path = await silent.OpenAsync(_key);
        var now = silent.Clock.GetUtcNow();
        await using var hold = (await silent.Book.TryHoldAsync(path, new Money(60_000_000), "gen-late", now)).Hold!;
        await _database.ExecuteAsync(
            $"UPDATE node SET seen_at = seen_at - interval '25 hours' WHERE id = (SELECT node_id FROM lease WHERE granted_nanos = 60000000)");

        await _replicas[1].Storage.Leases!.RenewAsync(Token);
        Assert.True(await _replicas[1].SpendAsync(await _replicas[1].OpenAsync(_key), _key, 100_000_000, 70_000_000));
        await silent.Storage.Settlements.SettleAsync(Replica.Of(hold, _key, now, 50_000_000));
        hold.Settle(new Money(50_000_000), Money.Zero, now);

        Assert.Equal(70_000_000, await SpentAsync(BudgetLevel.Key, _key));
        Assert.Equal(-25_000_000, (await silent.Storage.Ledger.GetBalanceAsync(LedgerAccount.LossCrash, Token)).Nanos);
        await Assert.ThrowsAsync<LeasesLostException>(() => silent.Storage.Leases!.RenewAsync(Token));
        Assert.True(await silent.SpendAsync(path, _key, 30_000_000, 30_000_000));
        Assert.False(await silent.SpendAsync(path, _key, 1, 1));
        await AssertBooksAreRightAsync();
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task A_clock_that_is_ten_minutes_off_changes_no_window(int minutes)
    {
        var wrong = new WrongClock(TimeSpan.FromMinutes(minutes));
        var clock = new DatabaseClock(wrong);
        _replicas.Add(await Replica.StartAsync(_database, clock));
        await StartAsync(1);

        var off = clock.GetUtcNow() - _replicas[1].Clock.GetUtcNow();
        Assert.InRange(off.Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.InRange(wrong.GetUtcNow() - _replicas[1].Clock.GetUtcNow(), TimeSpan.FromMinutes(minutes - 1), TimeSpan.FromMinutes(minutes + 1));
        await LimitAsync(BudgetLevel.Key, _key, ResetInterval.Daily, 10_000_000);
        foreach (var replica in _replicas)
        {
            Assert.True(await replica.SpendAsync(await replica.OpenAsync(_key), _key, 5_000_000, 5_000_000));
        }

        Assert.False(await _replicas[0].SpendAsync(await _replicas[0].OpenAsync(_key), _key, 1, 1));
        Assert.Equal(1, await _database.CountAsync("SELECT count(DISTINCT window_start) FROM lease WHERE kind = 1"));
    }

    [Fact]
    public async Task A_count_that_all_servers_share_ends_at_its_limit()
    {
        await StartAsync(4);
        var window = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
        var taken = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i =>
            _replicas[i % 8 < 5 ? 0 : 1 + (i % 3)].Storage.Counters.TryTakeAsync("free:x", window, 1, 1000, Token).AsTask()));
        Assert.InRange(taken.Count(static result => result.IsTaken), 950, 1000);
        Assert.True(await _database.CountAsync("SELECT taken FROM shared_counter") <= 1000);

        // A low limit is exact.
        var tomorrow = window.AddDays(1);
        for (var i = 0; i < 60; i++)
        {
            Assert.True((await _replicas[i % 4].Storage.Counters.TryTakeAsync("free:x", tomorrow, 1, 50, Token)).IsTaken == i < 50);
        }
    }

    private async Task StartAsync(int servers)
    {
        for (var i = 0; i < servers; i++)
        {
            _replicas.Add(await Replica.StartAsync(_database));
        }
    }

    private Task LimitAsync(BudgetLevel level, Guid scope, ResetInterval interval, long limit) =>
        _replicas[0].Storage.Budgets.SetAsync(new Budget(new BudgetScope(level, scope), interval, new Money(limit)), Token);

    private async Task<long> SpentAsync(BudgetLevel level, Guid scope)
    {
        var spent = 0L;
        foreach (var replica in _replicas)
        {
            spent = (await replica.Storage.Budgets.GetSpendingAsync(new BudgetScope(level, scope), replica.Clock.GetUtcNow(), Token))
                .Credits.Lifetime.Nanos;
        }

        return spent;
    }

    private async Task AssertBooksAreRightAsync() => Assert.Empty(await _replicas[0].Storage.Ledger.AuditAsync(Token));

    private sealed class WrongClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
