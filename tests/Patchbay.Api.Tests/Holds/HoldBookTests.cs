using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

public sealed class HoldBookTests
{
    private static readonly Guid Organization = Guid.CreateVersion7();
    private static readonly BudgetScope OrganizationScope = new(BudgetLevel.Organization, Organization);

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 3, 11, 12, 0, 0, TimeSpan.Zero));
    private readonly MemoryDatabase _database = new();
    private readonly MemoryBudgets _budgets;
    private readonly HoldBook _book;

    public HoldBookTests()
    {
        _budgets = new MemoryBudgets(_database);
        _book = new HoldBook(_budgets, _clock);
    }

    [Fact]
    public async Task A_cent_admits_exactly_ten_of_five_hundred_holds_of_a_tenth_of_a_cent()
    {
        var path = await OpenAsync(new Money(10_000_000), ResetInterval.Never);
        var amount = new Money(1_000_000);
        var results = await Task.WhenAll(Enumerable.Range(0, 500)
            .Select(i => Task.Run(() => _book.TryHoldAsync(path, amount, $"gen-{i}").AsTask())));

        Assert.Equal(10, results.Count(result => result.Hold is not null));
        Assert.All(results.Where(result => result.Hold is null), refused =>
        {
            Assert.Equal(BudgetLevel.Key, refused.RefusedBy);
            Assert.True(refused.Available < amount);
            Assert.True(refused.HeldByOthers > Money.Zero);
        });
        Assert.Equal(Money.Zero, _book.GetAvailable(path));
        Assert.Equal(new Money(10_000_000), _book.GetTotalHeld());

        await Task.WhenAll(results.Select(result => Task.Run(() => result.Hold?.Settle(amount, Money.Zero))));
        Assert.Equal(new Money(10_000_000), _book.GetSpending(path, BudgetLevel.Key)?.Credits.Lifetime);
        Assert.Equal(Money.Zero, _book.GetTotalHeld());
        Assert.Equal(0, _book.OpenCount);
        Assert.Null((await _book.TryHoldAsync(path, new Money(1), "gen-more")).Hold);
    }

    [Fact]
    public async Task Each_of_five_levels_refuses_in_its_own_name_takes_nothing_and_follows_a_change_at_once()
    {
        var scopes = Enum.GetValues<BudgetLevel>().Select(
            level => level == BudgetLevel.Organization ? OrganizationScope : new BudgetScope(level, Guid.CreateVersion7())).ToArray();
        var path = await _book.OpenPathAsync(Organization, scopes, null, TestContext.Current.CancellationToken);
        foreach (var scope in scopes)
        {
            await _budgets.SetAsync(new Budget(scope, ResetInterval.Monthly, new Money(100)), TestContext.Current.CancellationToken);
            await _book.ReloadBudgetsAsync(scope, TestContext.Current.CancellationToken);
            var refused = await _book.TryHoldAsync(path, new Money(101), "gen-1");
            Assert.Equal((null, scope.Level, new Money(100)), (refused.Hold, refused.RefusedBy, refused.Available));
            Assert.Equal(Money.Zero, _book.GetTotalHeld());

            await _budgets.SetAsync(new Budget(scope, ResetInterval.Monthly, null), TestContext.Current.CancellationToken);
            await _book.ReloadBudgetsAsync(scope, TestContext.Current.CancellationToken);
            await using var hold = (await _book.TryHoldAsync(path, new Money(101), "gen-1")).Hold!;
            Assert.Equal(new Money(101), hold.Amount);
        }
    }

    [Fact]
    public async Task A_prepaid_organization_spends_what_was_put_in_and_nothing_more()
    {
        var book = new HoldBook(_budgets, _clock, prepaid: true);
        _budgets.Funds = new Money(100);
        var path = await book.OpenPathAsync(Organization, [OrganizationScope], null, TestContext.Current.CancellationToken);
        var hold = (await book.TryHoldAsync(path, new Money(60), "gen-1")).Hold!;
        var refused = await book.TryHoldAsync(path, new Money(41), "gen-2");
        Assert.Equal(
            (null, BudgetLevel.Organization, new Money(40), new Money(60)),
            (refused.Hold, refused.RefusedBy, refused.Available, refused.HeldByOthers));

        hold.Settle(new Money(50), Money.Zero);
        Assert.Equal(new Money(50), book.GetAvailable(path));
        _budgets.Funds = new Money(130);
        await book.RefreshFundsAsync(Organization, TestContext.Current.CancellationToken);
        await book.RefreshFundsAsync(Organization, TestContext.Current.CancellationToken);
        Assert.Equal(new Money(80), book.GetAvailable(path));
    }

    [Fact]
    public async Task What_is_free_can_be_called_with_nothing_left_but_not_with_a_negative_balance()
    {
        var book = new HoldBook(_budgets, _clock, prepaid: true);
        var path = await book.OpenPathAsync(Organization, [OrganizationScope], null, TestContext.Current.CancellationToken);
        await using (var free = (await book.TryHoldAsync(path, Money.Zero, "gen-1")).Hold)
        {
            Assert.NotNull(free);
        }

        _budgets.Funds = new Money(-1);
        await book.RefreshFundsAsync(Organization, TestContext.Current.CancellationToken);
        Assert.Null((await book.TryHoldAsync(path, Money.Zero, "gen-2")).Hold);
    }

    [Fact]
    public async Task A_hold_is_extended_at_every_level_or_at_none_and_not_once_it_has_ended()
    {
        var path = await OpenAsync(new Money(100), ResetInterval.Never);
        var hold = (await _book.TryHoldAsync(path, new Money(60), "gen-1")).Hold!;

        Assert.False(await _book.TryExtendAsync(hold, new Money(41)));
        Assert.Equal((new Money(60), new Money(40)), (hold.Amount, _book.GetAvailable(path)));
        Assert.True(await _book.TryExtendAsync(hold, new Money(40)));
        Assert.Equal((new Money(100), Money.Zero), (hold.Amount, _book.GetAvailable(path)));
        Assert.Equal(new Money(100), _book.GetTotalHeld());

        hold.Settle(new Money(90), Money.Zero);
        Assert.Equal((new Money(10), Money.Zero), (_book.GetAvailable(path), _book.GetTotalHeld()));
        Assert.False(await _book.TryExtendAsync(hold, new Money(1)));
    }

    [Fact]
    public async Task Settling_twice_charges_once_and_gives_the_rest_back()
    {
        var path = await OpenAsync(new Money(100), ResetInterval.Never);
        var hold = (await _book.TryHoldAsync(path, new Money(60), "gen-1")).Hold!;
        hold.Settle(new Money(25), new Money(3));
        hold.Settle(new Money(60), Money.Zero);
        await hold.DisposeAsync();

        Assert.Equal(new Money(75), _book.GetAvailable(path));
        Assert.Equal(new Money(25), _book.GetSpending(path, BudgetLevel.Organization)?.Credits.Today);
        Assert.Equal(new Money(3), _book.GetSpending(path, BudgetLevel.Key)?.Byok.Lifetime);
        Assert.Equal(0, _book.OpenCount);
    }

    [Fact]
    public async Task Releasing_twice_gives_back_once()
    {
        var path = await OpenAsync(new Money(100), ResetInterval.Never);
        var first = (await _book.TryHoldAsync(path, new Money(60), "gen-1")).Hold!;
        await first.DisposeAsync();
        var second = (await _book.TryHoldAsync(path, new Money(60), "gen-2")).Hold!;
        await first.DisposeAsync();
        first.Settle(new Money(1), Money.Zero);

        Assert.Equal(new Money(40), _book.GetAvailable(path));
        Assert.Equal(1, _book.OpenCount);
        await second.DisposeAsync();
        Assert.Equal(new Money(100), _book.GetAvailable(path));
        Assert.Equal(Money.Zero, _book.GetTotalHeld());
    }

    [Fact]
    public async Task Ends_that_race_count_once()
    {
        var path = await OpenAsync(new Money(1_000), ResetInterval.Never);
        for (var round = 0; round < 200; round++)
        {
            var hold = (await _book.TryHoldAsync(path, new Money(5), "gen-1")).Hold!;
            await Task.WhenAll(
                Task.Run(() => hold.Settle(new Money(5), Money.Zero), CancellationToken.None),
                Task.Run(() => hold.Settle(new Money(5), Money.Zero), CancellationToken.None));
        }

        Assert.Equal(new Money(1_000), _book.GetSpending(path, BudgetLevel.Key)?.Credits.Lifetime);
        Assert.Equal(0, _book.OpenCount);
        Assert.Equal(Money.Zero, _book.GetTotalHeld());
    }

    [Fact]
    public async Task More_than_the_hold_is_never_charged_and_the_hold_stays_open()
    {
        var path = await OpenAsync(new Money(100), ResetInterval.Never);
        await using var hold = (await _book.TryHoldAsync(path, new Money(60), "gen-1")).Hold!;
        Assert.Throws<InvalidOperationException>(() => hold.Settle(new Money(61), Money.Zero));
        Assert.Equal(new Money(40), _book.GetAvailable(path));
        Assert.Equal(1, _book.OpenCount);
    }

    [Theory]
    [InlineData(ResetInterval.Daily, 12, "2026-03-11T23:59:59.999Z", "2026-03-12T00:00:00Z")]
    [InlineData(ResetInterval.Weekly, 108, "2026-03-15T23:59:59.999Z", "2026-03-16T00:00:00Z")]
    [InlineData(ResetInterval.Monthly, 492, "2026-03-31T23:59:59.999Z", "2026-04-01T00:00:00Z")]
    public async Task A_window_starts_from_zero_at_its_end_and_not_before(
        ResetInterval interval, int hoursLeft, string last, string next)
    {
        var path = await OpenAsync(new Money(100), interval);
        Assert.Equal(hoursLeft, (DateTimeOffset.Parse(next, null) - _clock.GetUtcNow()).TotalHours);
        await SpendAsync(path, new Money(100));

        _clock.Set(DateTimeOffset.Parse(last, null));
        Assert.Null((await _book.TryHoldAsync(path, new Money(1), "gen-2")).Hold);
        _clock.Set(DateTimeOffset.Parse(next, null));
        Assert.Equal(new Money(100), _book.GetAvailable(path));
        await SpendAsync(path, new Money(100));
        Assert.Equal(Money.Zero, _book.GetAvailable(path));
        Assert.Equal(new Money(200), _book.GetSpending(path, BudgetLevel.Key)?.Credits.Lifetime);
    }

    [Fact]
    public async Task A_hold_from_before_midnight_counts_in_the_window_in_which_its_request_arrived()
    {
        var path = await OpenAsync(new Money(100), ResetInterval.Daily);
        var hold = (await _book.TryHoldAsync(path, new Money(70), "gen-1")).Hold!;
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(new Money(30), _book.GetAvailable(path));
        hold.Settle(new Money(70), Money.Zero);
        Assert.Equal(Money.Zero, _book.GetSpending(path, BudgetLevel.Key)?.Credits.Today);
        Assert.Equal(new Money(70), _book.GetSpending(path, BudgetLevel.Key)?.Credits.Lifetime);
        Assert.Equal(new Money(100), _book.GetAvailable(path));
    }

    [Fact]
    public async Task A_limit_that_never_resets_does_not()
    {
        var path = await OpenAsync(new Money(100), ResetInterval.Never);
        await SpendAsync(path, new Money(100));
        _clock.Advance(TimeSpan.FromDays(4_000));
        Assert.Equal(Money.Zero, _book.GetAvailable(path));
    }

    [Fact]
    public async Task Holds_beyond_the_range_of_money_are_refused_and_change_nothing()
    {
        var path = await _book.OpenPathAsync(Organization, [OrganizationScope], null, CancellationToken.None);
        await using var all = (await _book.TryHoldAsync(path, Money.MaxValue, "gen-1")).Hold;
        Assert.NotNull(all);
        var second = await _book.TryHoldAsync(path, new Money(1), "gen-2");
        Assert.Null(second.Hold);
        Assert.Equal(BudgetLevel.Organization, second.RefusedBy);
        Assert.Equal(1, _book.OpenCount);
    }

    [Fact]
    public async Task Spending_of_a_scope_is_answered_from_memory_once_it_is_there()
    {
        var spent = new ScopeSpending(new Spending(new Money(1), new Money(2), new Money(3), new Money(4)), default);
        _budgets.SetSpending(OrganizationScope, spent);
        Assert.Equal(spent, await _book.GetSpendingAsync(Organization, OrganizationScope, CancellationToken.None));

        _database.IsDown = true;
        await Assert.ThrowsAsync<StorageUnavailableException>(
            async () => await _book.GetSpendingAsync(Organization, OrganizationScope, CancellationToken.None));
        _database.IsDown = false;
        await _book.OpenPathAsync(Organization, [OrganizationScope], null, CancellationToken.None);
        _database.IsDown = true;
        Assert.Equal(spent, await _book.GetSpendingAsync(Organization, OrganizationScope, CancellationToken.None));
    }

    private ValueTask<BudgetPath> OpenAsync(Money limit, ResetInterval interval)
    {
        var key = new BudgetScope(BudgetLevel.Key, Guid.CreateVersion7());
        return _book.OpenPathAsync(
            Organization, [OrganizationScope, key], new Budget(key, interval, limit), CancellationToken.None);
    }

    private async Task SpendAsync(BudgetPath path, Money amount)
    {
        var hold = (await _book.TryHoldAsync(path, amount, "gen-1")).Hold!;
        hold.Settle(amount, Money.Zero);
    }
}
