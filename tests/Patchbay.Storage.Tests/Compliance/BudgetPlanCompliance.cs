using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public abstract class BudgetPlanCompliance(TestDatabase database) : StorageCompliance(database)
{
    [Fact]
    public async Task A_budget_is_kept_with_its_times_and_percentages()
    {
        var scope = await WorkspaceAsync();
        var first = (await Storage.BudgetPlans.SetAsync(new BudgetChange(scope, ResetInterval.Daily, new Money(5)), Now, Token)).Plan!;
        Assert.Equal(new Budget(scope, ResetInterval.Daily, new Money(5)), first.Budget);
        Assert.Equal((Now, Now), (first.CreatedAt, first.UpdatedAt));
        Assert.Equal(BudgetPlan.UsualPercents, first.AlertPercents);

        var later = Now.AddHours(1);
        var changed = (await Storage.BudgetPlans.SetAsync(
            new BudgetChange(scope, ResetInterval.Daily, new Money(5)) { AlertPercents = [10, 99] }, later, Token)).Plan!;
        Assert.Equal((Now, later), (changed.CreatedAt, changed.UpdatedAt));
        Assert.Equal([10, 99], changed.AlertPercents);
        Assert.Equal(first.Id, changed.Id);

        // Said again, nothing changes; and what is not said stays.
        var again = (await Storage.BudgetPlans.SetAsync(
            new BudgetChange(scope, ResetInterval.Daily, new Money(5)), later.AddHours(1), Token)).Plan!;
        Assert.Equal((Now, later), (again.CreatedAt, again.UpdatedAt));
        Assert.Equal([10, 99], again.AlertPercents);
        var none = (await Storage.BudgetPlans.SetAsync(
            new BudgetChange(scope, ResetInterval.Daily, new Money(5)) { AlertPercents = [] }, later, Token)).Plan!;
        Assert.Empty(none.AlertPercents);
    }

    [Fact]
    public async Task A_budget_that_contradicts_another_changes_nothing()
    {
        var scope = await WorkspaceAsync();
        await SetAsync(scope, ResetInterval.Monthly, 100);
        foreach (var limit in (int[])[100, 101])
        {
            var refused = await Storage.BudgetPlans.SetAsync(
                new BudgetChange(scope, ResetInterval.Weekly, new Money(limit)) { IncludesByok = true }, Now, Token);
            Assert.Null(refused.Plan);
            Assert.Equal(ResetInterval.Monthly, refused.Conflict!.Interval);
        }

        Assert.Single(await Storage.BudgetPlans.ListAsync(scope, Token));
        Assert.False(await Storage.BudgetPlans.IncludesByokAsync(scope, Token));
    }

    [Fact]
    public async Task Of_contradicting_budgets_that_are_set_at_once_one_is_kept()
    {
        var scope = await WorkspaceAsync();
        var outcomes = await Task.WhenAll(
            Storage.BudgetPlans.SetAsync(new BudgetChange(scope, ResetInterval.Daily, new Money(20)), Now, Token),
            Storage.BudgetPlans.SetAsync(new BudgetChange(scope, ResetInterval.Weekly, new Money(10)), Now, Token));
        Assert.Single(outcomes, static outcome => outcome.Plan is not null);
        Assert.Single(await Storage.BudgetPlans.ListAsync(scope, Token));
    }

    [Fact]
    public async Task Counting_own_keys_holds_for_all_budgets_of_a_scope_and_stays_without_any()
    {
        var scope = await WorkspaceAsync();
        await SetAsync(scope, ResetInterval.Never, 100);
        await Storage.BudgetPlans.SetAsync(new BudgetChange(scope, ResetInterval.Daily, new Money(1)) { IncludesByok = true }, Now, Token);
        Assert.All(await Storage.Budgets.ListAsync(scope, Token), static budget => Assert.True(budget.IncludesByok));
        Assert.All(await Storage.BudgetPlans.ListAsync(scope, Token), static plan => Assert.True(plan.Budget.IncludesByok));

        await Storage.BudgetPlans.RemoveAsync(scope, ResetInterval.Never, Token);
        await Storage.BudgetPlans.RemoveAsync(scope, ResetInterval.Daily, Token);
        await Storage.BudgetPlans.RemoveAsync(scope, ResetInterval.Daily, Token);
        Assert.Empty(await Storage.BudgetPlans.ListAsync(scope, Token));
        Assert.True(await Storage.BudgetPlans.IncludesByokAsync(scope, Token));
    }

    [Fact]
    public async Task All_budgets_of_an_organization_are_listed_widest_first_and_shortest_first()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        BudgetScope[] scopes =
        [
            new(BudgetLevel.Organization, tenant.Organization.Id), new(BudgetLevel.Workspace, tenant.Workspace.Id),
            new(BudgetLevel.Member, tenant.Owner.Id),
        ];
        foreach (var scope in scopes.Reverse())
        {
            await SetAsync(scope, ResetInterval.Never, 9);
            await SetAsync(scope, ResetInterval.Weekly, 2);
        }

        // Of no organization here.
        await SetAsync(new BudgetScope(BudgetLevel.Seat, Guid.CreateVersion7()), ResetInterval.Daily, 1, isListed: false);
        var plans = await Storage.BudgetPlans.ListAllAsync(tenant.Organization.Id, Token);
        Assert.Equal(
            scopes.SelectMany(scope => new[] { (scope, ResetInterval.Weekly), (scope, ResetInterval.Never) }),
            plans.Select(static plan => (plan.Budget.Scope, plan.Budget.Interval)));
        Assert.All(plans, plan => Assert.Equal(tenant.Organization.Id, plan.OrganizationId));
        Assert.Equal(plans, await Storage.BudgetPlans.ListAllAsync(null, Token), static (one, other) => one.Id == other.Id);
        Assert.Empty(await Storage.BudgetPlans.ListAllAsync(Guid.CreateVersion7(), Token));
    }

    [Fact]
    public async Task Days_are_listed_with_what_was_spent_on_them()
    {
        var key = new BudgetScope(BudgetLevel.Key, Samples.Key);
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now.AddDays(-2), 7));
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now, 3));
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now, 4));
        var today = DateOnly.FromDateTime(Now.UtcDateTime);
        Assert.Equal(
            [new DaySpending(today.AddDays(-2), new Money(7), Money.Zero), new DaySpending(today, new Money(7), Money.Zero)],
            await Storage.BudgetPlans.ListDaysAsync(key, today.AddDays(-2), today, Token));
        Assert.Single(await Storage.BudgetPlans.ListDaysAsync(key, today.AddDays(-1), today, Token));
    }

    private async Task<BudgetScope> WorkspaceAsync() =>
        new(BudgetLevel.Workspace, (await Storage.Organizations.EnsureDefaultAsync(Now, Token)).Workspace.Id);

    private async Task SetAsync(BudgetScope scope, ResetInterval interval, long limit, bool isListed = true)
    {
        if (isListed)
        {
            Assert.NotNull((await Storage.BudgetPlans.SetAsync(new BudgetChange(scope, interval, new Money(limit)), Now, Token)).Plan);
        }
        else
        {
            await Storage.Budgets.SetAsync(new Budget(scope, interval, new Money(limit)), Token);
        }
    }
}
