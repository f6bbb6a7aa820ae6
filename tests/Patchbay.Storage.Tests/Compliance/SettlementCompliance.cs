using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public abstract class SettlementCompliance(TestDatabase database) : StorageCompliance(database)
{
    private static readonly BudgetScope[] Scopes =
    [
        new(BudgetLevel.Organization, Samples.Organization),
        new(BudgetLevel.Workspace, Samples.Workspace),
        new(BudgetLevel.Member, Samples.Member),
        new(BudgetLevel.Key, Samples.Key),
    ];

    [Fact]
    public async Task A_settled_generation_is_visible_at_once_and_after_a_restart()
    {
        var generation = Samples.Full(Now);
        await Storage.Settlements.SettleAsync(new Settlement(generation, "acme", []));
        Assert.Equivalent(generation, await Storage.Generations.FindAsync(generation.Id, Samples.Organization, Token), strict: true);

        await RestartAsync();
        Assert.Equivalent(generation, await Storage.Generations.FindAsync(generation.Id, Samples.Organization, Token), strict: true);
    }

    [Fact]
    public async Task A_settlement_moves_money_between_accounts_and_counts_as_spending()
    {
        var generation = Samples.Full(Now) with
        {
            Charge = new Money(900),
            ProviderCost = new Money(600),
            IsByok = false,
            Fee = Money.Zero,
            Discount = Money.Zero,
        };
        var loss = new LossPosting(LedgerAccount.LossFallback, "other", new Money(50));
        await Storage.Settlements.SettleAsync(new Settlement(generation, "acme", [loss]));

        Assert.Equal(-900, (await BalanceAsync(LedgerAccount.Credits(Samples.Organization))).Nanos);
        Assert.Equal(900, (await BalanceAsync(LedgerAccount.RevenueUsage)).Nanos);
        Assert.Equal(-600, (await BalanceAsync(LedgerAccount.ProviderExpense("acme"))).Nanos);
        Assert.Equal(600, (await BalanceAsync(LedgerAccount.ProviderPayable("acme"))).Nanos);
        Assert.Equal(-50, (await BalanceAsync(LedgerAccount.LossFallback)).Nanos);
        Assert.Equal(50, (await BalanceAsync(LedgerAccount.ProviderPayable("other"))).Nanos);
        foreach (var scope in Scopes)
        {
            Assert.Equal(900, (await Storage.Budgets.GetSpendingAsync(scope, Now, Token)).Credits.Lifetime.Nanos);
        }

        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_fee_for_an_own_key_is_revenue_of_its_own_and_nothing_is_owed_to_the_provider()
    {
        var generation = Samples.Full(Now) with
        {
            Charge = new Money(30),
            Fee = new Money(30),
            ProviderCost = new Money(600),
            IsByok = true,
            Loss = Money.Zero,
            Discount = Money.Zero,
        };
        await Storage.Settlements.SettleAsync(new Settlement(generation, "acme", []));

        Assert.Equal(-30, (await BalanceAsync(LedgerAccount.Credits(Samples.Organization))).Nanos);
        Assert.Equal(30, (await BalanceAsync(LedgerAccount.RevenueFees)).Nanos);
        Assert.Equal(0, (await BalanceAsync(LedgerAccount.RevenueUsage)).Nanos);
        Assert.Equal(0, (await BalanceAsync(LedgerAccount.ProviderPayable("acme"))).Nanos);
        foreach (var scope in Scopes)
        {
            var spent = await Storage.Budgets.GetSpendingAsync(scope, Now, Token);
            Assert.Equal((30, 600), (spent.Credits.Lifetime.Nanos, spent.Byok.Lifetime.Nanos));
        }

        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_discount_is_booked_besides_the_full_price()
    {
        var generation = Samples.Full(Now) with
        {
            Charge = new Money(990),
            Discount = new Money(10),
            Fee = Money.Zero,
            ProviderCost = new Money(1000),
            IsByok = false,
            Loss = Money.Zero,
        };
        await Storage.Settlements.SettleAsync(new Settlement(generation, "acme", []));

        Assert.Equal(-990, (await BalanceAsync(LedgerAccount.Credits(Samples.Organization))).Nanos);
        Assert.Equal(1000, (await BalanceAsync(LedgerAccount.RevenueUsage)).Nanos);
        Assert.Equal(-10, (await BalanceAsync(LedgerAccount.LoggingDiscount)).Nanos);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task Settling_twice_charges_once()
    {
        var settlement = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(settlement);
        await Storage.Settlements.SettleAsync(settlement);
        await AssertChargedOnceAsync(settlement);
    }

    [Fact]
    public async Task Settling_the_same_generation_in_parallel_charges_once()
    {
        var settlement = Samples.Settlement(Now);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Storage.Settlements.SettleAsync(settlement).AsTask()));
        await AssertChargedOnceAsync(settlement);
    }

    [Fact]
    public async Task Settling_again_after_a_restart_charges_once()
    {
        var settlement = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(settlement);
        await RestartAsync();
        await Storage.Settlements.SettleAsync(settlement);
        await AssertChargedOnceAsync(settlement);
    }

    [Fact]
    public async Task Settling_again_with_another_time_and_charge_changes_nothing()
    {
        var settlement = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(settlement);
        await Storage.Settlements.SettleAsync(settlement with
        {
            Generation = settlement.Generation with { CreatedAt = Now.AddDays(-3), Charge = new Money(9_999_999) },
        });
        await AssertChargedOnceAsync(settlement);
    }

    [Fact]
    public async Task Two_thousand_parallel_settlements_add_up_exactly()
    {
        var random = new Random(7);
        var settlements = Enumerable.Range(0, 2000).Select(_ => Samples.Settlement(Now, random.Next(0, 1_000_000))).ToList();
        await Task.WhenAll(settlements.Select(settlement => Task.Run(() => Storage.Settlements.SettleAsync(settlement).AsTask(), Token)));

        var sum = settlements.Sum(settlement => settlement.Generation.Charge.Nanos);
        Assert.Equal(-sum, (await BalanceAsync(LedgerAccount.Credits(Samples.Organization))).Nanos);
        foreach (var scope in Scopes)
        {
            Assert.Equal(sum, (await Storage.Budgets.GetSpendingAsync(scope, Now, Token)).Credits.Today.Nanos);
        }

        var totals = await Storage.Ledger.GetTotalsAsync(Token);
        Assert.Equal(2000, totals.Generations);
        Assert.Equal(sum, totals.Charges.Nanos);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task Settlements_of_several_days_in_one_commit_count_on_their_own_days()
    {
        var days = new[] { Now, Now.AddDays(-1), Now.AddDays(-1), Now.AddDays(-40), Now.AddYears(-3) };
        await Task.WhenAll(days.Select(day => Storage.Settlements.SettleAsync(Samples.Settlement(day, 100)).AsTask()));

        var spending = (await Storage.Budgets.GetSpendingAsync(Scopes[3], Now, Token)).Credits;
        Assert.Equal(new Spending(new Money(100), new Money(300), new Money(300), new Money(500)), spending);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task One_bad_settlement_does_not_fail_the_others()
    {
        var good = Enumerable.Range(0, 20).Select(_ => Samples.Settlement(Now)).ToList();
        var bad = Samples.Settlement(Now, charge: -5);
        var waits = good.Take(10).Append(bad).Concat(good.Skip(10))
            .Select(settlement => Storage.Settlements.SettleAsync(settlement).AsTask()).ToList();

        await Assert.ThrowsAsync<InvalidOperationException>(() => waits[10]);
        waits.RemoveAt(10);
        await Task.WhenAll(waits);
        Assert.Null(await Storage.Generations.FindAsync(bad.Generation.Id, Samples.Organization, Token));
        Assert.Equal(20_000, (await Storage.Ledger.GetTotalsAsync(Token)).Charges.Nanos);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_settlement_that_would_overflow_an_account_is_refused_whole()
    {
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now, (long.MaxValue / 2) + 1));
        await AssertRefusedAsync(Samples.Settlement(Now, (long.MaxValue / 2) + 1));
        Assert.Equal(1, (await Storage.Ledger.GetTotalsAsync(Token)).Generations);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task Uncharged_generations_are_kept_without_entries()
    {
        var generation = Samples.Lean(Now);
        await Storage.Settlements.SettleAsync(new Settlement(generation, null, []));

        Assert.Equivalent(generation, await Storage.Generations.FindAsync(generation.Id, Samples.Organization, Token), strict: true);
        Assert.Equal(0, (await Storage.Ledger.GetTotalsAsync(Token)).Entries);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task Byok_counts_the_list_price_apart_from_credits()
    {
        var generation = Samples.Full(Now) with { Charge = new Money(10), ProviderCost = new Money(200), IsByok = true };
        await Storage.Settlements.SettleAsync(new Settlement(generation, null, []));

        var spending = await Storage.Budgets.GetSpendingAsync(Scopes[0], Now, Token);
        Assert.Equal(10, spending.Credits.Today.Nanos);
        Assert.Equal(200, spending.Byok.Today.Nanos);
        await AssertBooksAreRightAsync();
    }

    /// <summary>The settlement does not get into the books, and is not lost without a word.</summary>
    protected virtual Task AssertRefusedAsync(Settlement settlement) =>
        Assert.ThrowsAnyAsync<Exception>(async () => await Storage.Settlements.SettleAsync(settlement));

    private Task<Money> BalanceAsync(string account) => Storage.Ledger.GetBalanceAsync(account, Token);

    private async Task AssertChargedOnceAsync(Settlement settlement)
    {
        var charge = settlement.Generation.Charge;
        Assert.Equal(new Money(-charge.Nanos), await BalanceAsync(LedgerAccount.Credits(Samples.Organization)));
        Assert.Equal(charge, (await Storage.Budgets.GetSpendingAsync(Scopes[3], Now, Token)).Credits.Lifetime);
        Assert.Equal(1, (await Storage.Ledger.GetTotalsAsync(Token)).Generations);
        Assert.Equal(charge, (await Storage.Generations.FindAsync(settlement.Generation.Id, Samples.Organization, Token))!.Charge);
        await AssertBooksAreRightAsync();
    }
}
