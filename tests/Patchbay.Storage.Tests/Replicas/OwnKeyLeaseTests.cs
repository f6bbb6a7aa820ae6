using System.Diagnostics;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Testing;

namespace Patchbay.Storage.Tests;

/// <summary>Calls on own provider keys at several servers: limits that include their list price, and the month's allowance
/// without a fee. The fee is the whole of what is beyond the allowance, so that it shows what was free to the nano-dollar.</summary>
public sealed class OwnKeyLeaseTests(PostgresServer server) : IAsyncLifetime
{
    private const int Whole = 10_000;

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
    public async Task Of_200_parallel_calls_at_several_servers_exactly_ten_fit_into_a_limit_that_includes_them(int servers)
    {
        await StartAsync(servers);
        await LimitAsync(BudgetLevel.Key, _key, 10_000_000, includesByok: true);
        using var watch = new LimitWatch(_database, BudgetLevel.Key, _key, 10_000_000, includesByok: true);

        // Half of them run on the operator's account: both count.
        var admitted = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var replica = _replicas[i % 3 < 2 ? 0 : 1 + (i % (servers - 1))];
            var path = await replica.OpenAsync(_key);
            return i % 2 == 0
                ? await replica.SpendAsync(path, _key, 1_000_000, 1_000_000)
                : await replica.SpendOnOwnKeyAsync(path, _key, 1_000_000, 1_000_000) is not null;
        }));

        Assert.Equal(10, admitted.Count(static yes => yes));
        Assert.Equal(10_000_000, await ListedAsync(BudgetLevel.Key, _key));
        Assert.True(await watch.StopAsync() > 0);
        await AssertBooksAreRightAsync();
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 4)]
    public async Task Random_calls_pass_no_limit_and_exactly_the_allowance_is_free_of_fees(int seed, int servers)
    {
        const long KeyLimit = 3_000_000_000;
        const long Allowance = 1_000_000_000;
        const long Worst = 20_000_000;
        await StartAsync(servers, Allowance);
        await LimitAsync(BudgetLevel.Key, _key, KeyLimit, includesByok: true);
        await LimitAsync(BudgetLevel.Workspace, Samples.Workspace, KeyLimit, includesByok: false);
        using var limit = new LimitWatch(_database, BudgetLevel.Key, _key, KeyLimit, includesByok: true);
        using var free = new LimitWatch(_database, MonthOf(_replicas[0]), Allowance);

        var sums = await Task.WhenAll(_replicas.SelectMany((replica, number) => Enumerable.Range(0, number == 0 ? 8 : 3).Select(async caller =>
        {
            var random = new Random((seed * 1000) + (number * 100) + caller);
            var path = await replica.OpenAsync(_key);
            var (listed, fees) = (0L, 0L);
            for (var refusals = 0; refusals < 3;)
            {
                var worst = random.NextInt64(1, Worst);
                var used = random.Next(5) == 0 ? 0 : random.NextInt64(0, worst);
                if (random.Next(4) == 0)
                {
                    refusals = await replica.SpendAsync(path, _key, worst, used) ? 0 : refusals + 1;
                }
                else if (await replica.SpendOnOwnKeyAsync(path, _key, worst, used) is { } fee)
                {
                    Assert.InRange(fee, 0, used);
                    (listed, fees, refusals) = (listed + used, fees + fee, 0);
                }
                else
                {
                    refusals++;
                }
            }

            return (Listed: listed, Fees: fees);
        })));

        // Fees count against the limit too. What is left of it is less than two of the largest calls.
        var spent = await ListedAsync(BudgetLevel.Key, _key);
        Assert.InRange(spent, KeyLimit - (2 * Worst), KeyLimit);
        await limit.StopAsync();
        await free.StopAsync();
        var gratis = sums.Sum(static sum => sum.Listed - sum.Fees);
        Assert.Equal(gratis, await FreeAsync());
        Assert.Equal(Allowance, gratis);
        await AssertBooksAreRightAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{servers} servers: ${sums.Sum(static sum => sum.Listed) / 1e9:F3} of list price, ${gratis / 1e9:F9} of it free");
    }

    [Fact]
    public async Task What_another_server_does_not_need_of_the_allowance_is_asked_back_before_a_fee_is_taken()
    {
        const long Allowance = 2_000_000_000;
        await StartAsync(2, Allowance);
        var first = await _replicas[0].OpenAsync(_key);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(0, await _replicas[0].SpendOnOwnKeyAsync(first, _key, 20_000_000, 5_000_000));
        }

        // The first server has set much aside, since it spends fast. The second needs all but what is used.
        await UntilAsync(async () => await LeasedAsync() > 100_000_000);
        var hold = await HoldAsync(_replicas[1], 1_900_000_000);
        Assert.Equal(Money.Zero, hold.Amount);

        // Nothing is left that no request holds: now there is a fee, and it is for all of it.
        var paid = await HoldAsync(_replicas[0], 7_000_000);
        Assert.Equal(new Money(7_000_000), paid.Amount);
        Assert.Equal(7_000_000, await _replicas[0].SettleOnOwnKeyAsync(paid, _key, 7_000_000));

        // What the second did not use is free for the first.
        Assert.Equal(0, await _replicas[1].SettleOnOwnKeyAsync(hold, _key, 1_000_000));
        await UntilAsync(async () => await _replicas[0].SpendOnOwnKeyAsync(first, _key, 10_000_000, 1_000_000) == 0);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task Once_the_allowance_is_used_up_everywhere_nobody_asks_for_it_again()
    {
        await StartAsync(2, 10_000_000);
        foreach (var replica in _replicas)
        {
            Assert.Equal(0, await replica.SpendOnOwnKeyAsync(await replica.OpenAsync(_key), _key, 5_000_000, 5_000_000));
        }

        await UntilAsync(async () => await FreeAsync() == 10_000_000);
        foreach (var replica in _replicas)
        {
            Assert.Equal(3_000_000, await replica.SpendOnOwnKeyAsync(await replica.OpenAsync(_key), _key, 3_000_000, 3_000_000));
        }

        // The table may not be read any more, and nobody has to.
        await _database.ExecuteAsync("ALTER TABLE byok_allowance RENAME COLUMN free_nanos TO gone");
        var last = await HoldAsync(_replicas[0], 1_000_000);
        Assert.Equal(new Money(1_000_000), last.Amount);
        await last.DisposeAsync();
        await _database.ExecuteAsync("ALTER TABLE byok_allowance RENAME COLUMN gone TO free_nanos");
    }

    [Fact]
    public async Task A_new_month_has_a_new_allowance_and_what_began_before_uses_the_old_one()
    {
        var clocks = new[] { new MovedClock(), new MovedClock() };
        foreach (var clock in clocks)
        {
            _replicas.Add(await Replica.StartAsync(_database, clock, fees: new ByokFees(Whole, new Money(10_000_000))));
        }

        var paths = new[] { await _replicas[0].OpenAsync(_key), await _replicas[1].OpenAsync(_key) };
        var old = await HoldAsync(_replicas[0], 6_000_000);
        Assert.Equal(0, await _replicas[1].SpendOnOwnKeyAsync(paths[1], _key, 4_000_000, 4_000_000));
        Assert.Equal(2_000_000, await _replicas[1].SpendOnOwnKeyAsync(paths[1], _key, 2_000_000, 2_000_000));

        foreach (var clock in clocks)
        {
            clock.By += TimeSpan.FromDays(31);
        }

        Assert.Equal(0, await _replicas[1].SpendOnOwnKeyAsync(paths[1], _key, 7_000_000, 7_000_000));
        Assert.Equal(0, await _replicas[0].SettleOnOwnKeyAsync(old, _key, 6_000_000));
        Assert.Equal(1_000_000, await _replicas[0].SpendOnOwnKeyAsync(paths[0], _key, 4_000_000, 4_000_000));
        await UntilAsync(async () => await FreeAsync() == 20_000_000);
        Assert.Equal(2, await _database.CountAsync("SELECT count(*) FROM byok_allowance WHERE free_nanos = 10000000"));
    }

    [Fact]
    public async Task What_a_server_that_died_had_set_aside_is_free_of_fees_again_once_it_is_forgotten_and_it_takes_no_fee_later()
    {
        await StartAsync(2, 100_000_000);
        await LimitAsync(BudgetLevel.Key, _key, 200_000_000, includesByok: true);
        var (silent, other) = (_replicas[0], _replicas[1]);
        var lost = await HoldAsync(silent, 60_000_000);
        var paying = await HoldAsync(silent, 80_000_000);
        Assert.Equal(new Money(40_000_000), paying.Amount);
        await _database.ExecuteAsync("UPDATE node SET seen_at = seen_at - interval '25 hours' WHERE id IN (SELECT node_id FROM lease)");

        await other.Storage.Leases!.RenewAsync(Token);
        var path = await other.OpenAsync(_key);
        Assert.Equal(0, await other.SpendOnOwnKeyAsync(path, _key, 90_000_000, 90_000_000));

        // The provider has charged the caller for what comes late: it counts, and takes nothing from anybody.
        await silent.SettleOnOwnKeyAsync(lost, _key, 50_000_000);
        Assert.Equal(30_000_000, await silent.SettleOnOwnKeyAsync(paying, _key, 80_000_000));
        Assert.Equal(220_000_000, await ListedAsync(BudgetLevel.Key, _key));
        Assert.Equal(0, (await other.Storage.Ledger.GetBalanceAsync(LedgerAccount.RevenueFees, Token)).Nanos);
        Assert.Equal(0, (await other.Storage.Ledger.GetBalanceAsync(LedgerAccount.LossCrash, Token)).Nanos);
        Assert.Null(await other.SpendOnOwnKeyAsync(path, _key, 1, 1));
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_call_whose_part_of_the_allowance_was_given_to_others_is_not_extended()
    {
        await StartAsync(2, 100_000_000);
        var silent = _replicas[0];
        await using var lost = await HoldAsync(silent, 60_000_000);
        Assert.True(await silent.Book.TryExtendAsync(lost, new HoldRequest(Money.Zero, new Money(1_000_000))));
        await _database.ExecuteAsync("UPDATE node SET seen_at = seen_at - interval '25 hours' WHERE id IN (SELECT node_id FROM lease)");
        await _replicas[1].Storage.Leases!.RenewAsync(Token);

        await using var next = await HoldAsync(silent, 100_000_000);
        Assert.Equal(Money.Zero, next.Amount);
        Assert.False(await silent.Book.TryExtendAsync(lost, new HoldRequest(Money.Zero, new Money(1_000_000))));
    }

    [Fact]
    public async Task A_limit_that_begins_to_include_own_keys_counts_what_was_leased_before()
    {
        await StartAsync(2);
        await LimitAsync(BudgetLevel.Key, _key, 100_000_000, includesByok: false);
        using var watch = new LimitWatch(_database, BudgetLevel.Key, _key, 100_000_000, includesByok: true);
        var path = await _replicas[0].OpenAsync(_key);
        var hold = (await _replicas[0].Book.TryHoldAsync(path, new Money(60_000_000), "gen-before", _replicas[0].Clock.GetUtcNow())).Hold!;
        await _replicas[1].OpenAsync(_key);

        await LimitAsync(BudgetLevel.Key, _key, 100_000_000, includesByok: true);
        foreach (var replica in _replicas)
        {
            await replica.Book.ReloadBudgetsAsync(new BudgetScope(BudgetLevel.Key, _key), Token);
        }

        var other = await _replicas[1].OpenAsync(_key);
        Assert.Null(await _replicas[1].SpendOnOwnKeyAsync(other, _key, 40_000_001, 1));
        Assert.Equal(0, await _replicas[1].SpendOnOwnKeyAsync(other, _key, 40_000_000, 40_000_000));
        await _replicas[0].Storage.Settlements.SettleAsync(Replica.Of(hold, _key, hold.CreatedAt, 50_000_000));
        hold.Settle(new Money(50_000_000), Money.Zero);

        // The first has the rest of its old slice to give back.
        await UntilAsync(async () => await _replicas[1].SpendOnOwnKeyAsync(other, _key, 10_000_000, 10_000_000) is not null);
        Assert.Null(await _replicas[0].SpendOnOwnKeyAsync(path, _key, 1, 1));
        Assert.Equal(100_000_000, await ListedAsync(BudgetLevel.Key, _key));
        await watch.StopAsync();
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_provider_that_charges_more_than_was_asked_for_overdraws_no_slice_and_is_counted()
    {
        await StartAsync(2);
        await LimitAsync(BudgetLevel.Key, _key, 100_000_000, includesByok: true);
        var path = await _replicas[0].OpenAsync(_key);
        Assert.Equal(0, await _replicas[0].SpendOnOwnKeyAsync(path, _key, 50_000_000, 80_000_000));

        Assert.Equal(80_000_000, await ListedAsync(BudgetLevel.Key, _key));
        var other = await _replicas[1].OpenAsync(_key);
        Assert.Null(await _replicas[1].SpendOnOwnKeyAsync(other, _key, 20_000_001, 1));
        Assert.Equal(0, await _replicas[1].SpendOnOwnKeyAsync(other, _key, 20_000_000, 20_000_000));
        Assert.Null(await _replicas[0].SpendOnOwnKeyAsync(path, _key, 1, 1));
        await AssertBooksAreRightAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var since = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(30), "What was waited for did not come.");
            await Task.Delay(20, Token);
        }
    }

    private static DateOnly MonthOf(Replica replica) =>
        LeaseKey.WindowOf(LeaseKind.Allowance, DateOnly.FromDateTime(replica.Clock.GetUtcNow().UtcDateTime));

    private async Task<Hold> HoldAsync(Replica replica, long worst)
    {
        var path = await replica.OpenAsync(_key);
        var request = new HoldRequest(Money.Zero, new Money(worst));
        return (await replica.Book.TryHoldAsync(path, request, "gen-own", replica.Clock.GetUtcNow())).Hold!;
    }

    private async Task StartAsync(int servers, long? allowance = null)
    {
        var fees = allowance is { } free ? new ByokFees(Whole, new Money(free)) : null;
        for (var i = 0; i < servers; i++)
        {
            _replicas.Add(await Replica.StartAsync(_database, fees: fees));
        }
    }

    private async Task LimitAsync(BudgetLevel level, Guid scope, long limit, bool includesByok)
    {
        await _database.ExecuteAsync(
            $"""
            INSERT INTO budget_scope VALUES ({(int)level}, '{scope}', {includesByok})
            ON CONFLICT (level, scope_id) DO UPDATE SET includes_byok = excluded.includes_byok
            """);
        await _replicas[0].Storage.Budgets.SetAsync(
            new Budget(new BudgetScope(level, scope), ResetInterval.Never, new Money(limit)), Token);
    }

    // What counts against a limit that includes own keys, once everything has arrived.
    private async Task<long> ListedAsync(BudgetLevel level, Guid scope)
    {
        var listed = 0L;
        foreach (var replica in _replicas)
        {
            var spent = await replica.Storage.Budgets.GetSpendingAsync(new BudgetScope(level, scope), replica.Clock.GetUtcNow(), Token);
            listed = (spent.Credits.Lifetime + spent.Byok.Lifetime).Nanos;
        }

        return listed;
    }

    private Task<long> FreeAsync() => _database.CountAsync("SELECT coalesce(sum(free_nanos), 0)::bigint FROM byok_allowance");

    private Task<long> LeasedAsync() => _database.CountAsync(
        "SELECT coalesce(sum(granted_nanos - returned_nanos - used_nanos), 0)::bigint FROM lease WHERE kind = 9");

    private async Task AssertBooksAreRightAsync() => Assert.Empty(await _replicas[0].Storage.Ledger.AuditAsync(Token));

    /// <summary>The machine's clock, set forward.</summary>
    private sealed class MovedClock : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + By;
    }
}
