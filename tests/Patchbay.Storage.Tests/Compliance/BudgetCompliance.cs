using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public abstract class BudgetCompliance(TestDatabase database) : StorageCompliance(database)
{
    private static readonly BudgetScope Key = new(BudgetLevel.Key, Samples.Key);

    [Fact]
    public async Task A_scope_has_one_budget_per_interval()
    {
        await Storage.Budgets.SetAsync(new Budget(Key, ResetInterval.Daily, new Money(1)), Token);
        await Storage.Budgets.SetAsync(new Budget(Key, ResetInterval.Monthly, new Money(5)), Token);
        await Storage.Budgets.SetAsync(new Budget(Key, ResetInterval.Daily, new Money(2)), Token);

        var budgets = (await Storage.Budgets.ListAsync(Key, Token)).OrderBy(budget => budget.Interval);
        Assert.Equal(
            [new Budget(Key, ResetInterval.Daily, new Money(2)), new Budget(Key, ResetInterval.Monthly, new Money(5))], budgets);
        Assert.Empty(await Storage.Budgets.ListAsync(Key with { Level = BudgetLevel.Member }, Token));
    }

    [Fact]
    public async Task A_null_limit_removes_the_budget()
    {
        await Storage.Budgets.SetAsync(new Budget(Key, ResetInterval.Never, new Money(1)), Token);
        await Storage.Budgets.SetAsync(new Budget(Key, ResetInterval.Never, null), Token);
        Assert.Empty(await Storage.Budgets.ListAsync(Key, Token));
    }

    [Fact]
    public async Task Funds_are_what_was_put_in_whatever_was_used_of_it()
    {
        var credits = LedgerAccount.Credits(Samples.Organization);
        Assert.Equal(Money.Zero, await Storage.Budgets.GetFundsAsync(Samples.Organization, Token));
        await Storage.Ledger.PostAsync([new LedgerEntry(LedgerAccount.EquityGrants, credits, 1000, "grant:1")], Token);
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now, 7));
        Assert.Equal(new Money(1000), await Storage.Budgets.GetFundsAsync(Samples.Organization, Token));
        await Storage.Ledger.PostAsync([new LedgerEntry(credits, LedgerAccount.EquityGrants, 300, "grant:1:back")], Token);
        Assert.Equal(new Money(700), await Storage.Budgets.GetFundsAsync(Samples.Organization, Token));
    }

    [Fact]
    public async Task A_scope_without_usage_has_spent_nothing()
    {
        Assert.Equal(default, await Storage.Budgets.GetSpendingAsync(Key, Now, Token));
    }

    // 2026-03-18 is a Wednesday: its week began on Monday the 16th.
    [Theory]
    [InlineData("2026-03-18T00:00:00Z", 1, 1, 1, 1)]
    [InlineData("2026-03-17T23:59:59.999Z", 0, 1, 1, 1)]
    [InlineData("2026-03-16T00:00:00Z", 0, 1, 1, 1)]
    [InlineData("2026-03-15T23:59:59.999Z", 0, 0, 1, 1)]
    [InlineData("2026-03-01T00:00:00Z", 0, 0, 1, 1)]
    [InlineData("2026-02-28T23:59:59.999Z", 0, 0, 0, 1)]
    [InlineData("2026-03-17T23:30:00-02:00", 1, 1, 1, 1)]
    public async Task Spending_counts_in_the_windows_that_hold_it(string time, int today, int week, int month, int lifetime)
    {
        var at = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        await Storage.Settlements.SettleAsync(Samples.Settlement(at, 1));

        var spending = (await Storage.Budgets.GetSpendingAsync(Key, Now, Token)).Credits;
        Assert.Equal(new Spending(new Money(today), new Money(week), new Money(month), new Money(lifetime)), spending);
    }
}
