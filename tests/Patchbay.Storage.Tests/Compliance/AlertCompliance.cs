using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Storage.Tests;

public abstract class AlertCompliance(TestDatabase database) : StorageCompliance(database)
{
    public static AlertTarget Target(DefaultTenant tenant, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(),
        OrganizationId = tenant.Organization.Id,
        Kind = AlertTargetKind.Webhook,
        Address = "https://hooks.example/a",
        Sealed = [1, 2, 3],
        CreatedAt = now,
    };

    [Fact]
    public async Task An_alert_goes_once_to_each_target_that_it_concerns()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var everything = Target(tenant, Now);
        var ours = Target(tenant, Now.AddSeconds(1)) with { WorkspaceId = tenant.Workspace.Id, Kind = AlertTargetKind.Email, Sealed = null };
        await Storage.Alerts.AddTargetAsync(everything, Token);
        await Storage.Alerts.AddTargetAsync(ours, Token);
        Assert.Equal(
            [everything.Id, ours.Id], (await Storage.Alerts.ListTargetsAsync(tenant.Organization.Id, Token)).Select(static t => t.Id));
        Assert.Equal(everything.Sealed, (await Storage.Alerts.FindTargetAsync(everything.Id, tenant.Organization.Id, Token))!.Sealed);
        Assert.Null(await Storage.Alerts.FindTargetAsync(everything.Id, Guid.CreateVersion7(), Token));

        // By both servers at once, and again after a restart.
        var alerts = Enumerable.Range(0, 8).Select(_ => New(tenant, "one") with { WorkspaceId = tenant.Workspace.Id });
        var added = await Task.WhenAll(alerts.Select(alert => Storage.Alerts.AddAsync(alert, Token)));
        Assert.Single(added, static isNew => isNew);
        await RestartAsync();
        Assert.False(await Storage.Alerts.AddAsync(New(tenant, "one"), Token));
        Assert.True(await Storage.Alerts.AddAsync(New(tenant, "whole"), Token));
        var fresh = Target(tenant, Now) with { WorkspaceId = tenant.Workspace.Id };
        await Storage.Alerts.AddTargetAsync(fresh, Token);
        Assert.True(await Storage.Alerts.AddTestAsync(New(tenant, "test", Alert.TestKind), fresh.Id, Now, Token));

        var deliveries = await Storage.Alerts.ListDeliveriesAsync(tenant.Organization.Id, 0, 10, Token);
        Assert.Equal(
            new[] { ("one", everything.Id), ("one", ours.Id), ("test", fresh.Id), ("whole", everything.Id) }.Order(),
            deliveries.Select(static delivery => (delivery.Alert.Key, delivery.Target.Id)).Order());
        Assert.Equal(2, (await Storage.Alerts.ListDeliveriesAsync(tenant.Organization.Id, 2, 10, Token)).Count);
    }

    [Fact]
    public async Task A_delivery_is_made_by_one_at_a_time_and_again_after_a_claim_that_nobody_ended()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        await Storage.Alerts.AddTargetAsync(Target(tenant, Now), Token);
        await Storage.Alerts.AddAsync(New(tenant, "one"), Token);
        var due = Assert.Single(await Storage.Alerts.ListDueAsync(Now, 8, 10, Token));
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Storage.Alerts.ClaimAsync(due, Now.AddSeconds(15), Token)));
        Assert.Single(claims, static isMine => isMine);
        Assert.Empty(await Storage.Alerts.ListDueAsync(Now.AddSeconds(14), 8, 10, Token));

        var again = Assert.Single(await Storage.Alerts.ListDueAsync(Now.AddSeconds(15), 8, 10, Token));
        Assert.Equal((due.Id, 1), (again.Id, again.Attempts));
        Assert.True(await Storage.Alerts.ClaimAsync(again, Now.AddSeconds(30), Token));
        await Storage.Alerts.FinishAsync(due.Id, AlertDeliveryState.Waiting, Now.AddMinutes(1), "it answered 500", Token);
        Assert.Empty(await Storage.Alerts.ListDueAsync(Now.AddSeconds(59), 8, 10, Token));
        var third = Assert.Single(await Storage.Alerts.ListDueAsync(Now.AddMinutes(1), 8, 10, Token));
        Assert.Equal((2, "it answered 500"), (third.Attempts, third.Problem));

        await Storage.Alerts.FinishAsync(due.Id, AlertDeliveryState.Delivered, Now.AddMinutes(2), null, Token);
        await Storage.Alerts.FinishAsync(due.Id, AlertDeliveryState.GivenUp, Now.AddMinutes(3), "too late", Token);
        Assert.Empty(await Storage.Alerts.ListDueAsync(Now.AddDays(9), 8, 10, Token));
        var ended = Assert.Single(await Storage.Alerts.ListDeliveriesAsync(tenant.Organization.Id, 0, 10, Token));
        Assert.Equal((AlertDeliveryState.Delivered, Now.AddMinutes(2), null), (ended.State, ended.EndedAt, ended.Problem));
    }

    [Fact]
    public async Task A_deleted_target_is_told_nothing_more()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var target = Target(tenant, Now);
        await Storage.Alerts.AddTargetAsync(target, Token);
        await Storage.Alerts.AddAsync(New(tenant, "one"), Token);
        Assert.False(await Storage.Alerts.DeleteTargetAsync(target.Id, Guid.CreateVersion7(), Token));
        Assert.Single(await Storage.Alerts.ListDueAsync(Now, 8, 10, Token));
        Assert.True(await Storage.Alerts.DeleteTargetAsync(target.Id, tenant.Organization.Id, Token));
        Assert.False(await Storage.Alerts.DeleteTargetAsync(target.Id, tenant.Organization.Id, Token));
        Assert.Empty(await Storage.Alerts.ListDueAsync(Now, 8, 10, Token));
        Assert.True(await Storage.Alerts.AddAsync(New(tenant, "two"), Token));
    }

    [Fact]
    public async Task The_limit_of_low_funds_is_kept_for_each_organization()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        Assert.Null(await Storage.Alerts.GetLowCreditsAsync(tenant.Organization.Id, Token));
        await Storage.Alerts.SetLowCreditsAsync(tenant.Organization.Id, new Money(5), Token);
        Assert.Equal(new Money(5), await Storage.Alerts.GetLowCreditsAsync(tenant.Organization.Id, Token));
        Assert.Equal([new LowCredits(tenant.Organization.Id, new Money(5))], await Storage.Alerts.ListLowCreditsAsync(Token));
        await Storage.Alerts.SetLowCreditsAsync(tenant.Organization.Id, null, Token);
        Assert.Empty(await Storage.Alerts.ListLowCreditsAsync(Token));
    }

    [Fact]
    public async Task A_target_is_tried_out_when_nothing_waits_for_it_and_not_too_often()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var first = Target(tenant, Now);
        await Storage.Alerts.AddTargetAsync(first, Token);
        var test = New(tenant, "test", Alert.TestKind);
        Assert.True(await Storage.Alerts.AddTestAsync(test, first.Id, Now.AddMinutes(-1), Token));
        Assert.True(await Storage.Alerts.AddTestAsync(test, first.Id, Now.AddMinutes(-1), Token));
        var due = Assert.Single(await Storage.Alerts.ListDueAsync(Now, 8, 10, Token));

        // It waits; then it is too soon; then it may be tried out again.
        Assert.False(await TryOutAsync(first, Now.AddMinutes(9)));
        await Storage.Alerts.FinishAsync(due.Id, AlertDeliveryState.Delivered, Now, null, Token);
        Assert.False(await TryOutAsync(first, Now.AddMinutes(-1)));
        Assert.True(await TryOutAsync(first, Now));

        // New targets do not help for ever: the sixth of the organization is refused.
        for (var made = 3; made <= 6; made++)
        {
            var another = Target(tenant, Now);
            await Storage.Alerts.AddTargetAsync(another, Token);
            Assert.Equal(made < 6, await TryOutAsync(another, Now.AddMinutes(-1)));
            await Storage.Alerts.DeleteTargetAsync(another.Id, tenant.Organization.Id, Token);
        }

        Task<bool> TryOutAsync(AlertTarget target, DateTimeOffset since) =>
            Storage.Alerts.AddTestAsync(New(tenant, Guid.CreateVersion7().ToString(), Alert.TestKind), target.Id, since, Token);
    }

    [Fact]
    public async Task Deliveries_that_ended_long_ago_are_forgotten_but_no_alert_is_told_again()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var target = Target(tenant, Now);
        await Storage.Alerts.AddTargetAsync(target, Token);
        await Storage.Alerts.AddAsync(New(tenant, "one"), Token);
        await Storage.Alerts.AddAsync(New(tenant, "two"), Token);
        foreach (var due in await Storage.Alerts.ListDueAsync(Now, 8, 10, Token))
        {
            await Storage.Alerts.FinishAsync(
                due.Id, AlertDeliveryState.Delivered, due.Alert.Key == "one" ? Now : Now.AddDays(1), null, Token);
        }

        Assert.True(await Storage.Alerts.AddTestAsync(New(tenant, "waits", Alert.TestKind), target.Id, Now, Token));
        Assert.Equal(1, await Storage.Alerts.ForgetAsync(Now.AddDays(1), Token));
        Assert.Equal(
            ["two", "waits"],
            (await Storage.Alerts.ListDeliveriesAsync(tenant.Organization.Id, 0, 10, Token)).Select(static d => d.Alert.Key).Order());
        Assert.False(await Storage.Alerts.AddAsync(New(tenant, "one"), Token));
    }

    [Fact]
    public async Task No_organization_has_more_than_its_share_of_what_is_due()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        await Storage.Alerts.AddTargetAsync(Target(tenant, Now), Token);
        for (var i = 0; i < 4; i++)
        {
            await Storage.Alerts.AddAsync(New(tenant, $"{i}") with { CreatedAt = Now.AddSeconds(-i) }, Token);
        }

        Assert.Equal(
            ["3", "2", "1"], (await Storage.Alerts.ListDueAsync(Now, 3, 10, Token)).Select(static delivery => delivery.Alert.Key));
        Assert.Equal(4, (await Storage.Alerts.ListDueAsync(Now, 8, 10, Token)).Count);
    }

    private Alert New(DefaultTenant tenant, string key, string kind = Alert.BudgetKind) => new()
    {
        Id = Guid.CreateVersion7(),
        Key = key,
        Kind = kind,
        OrganizationId = tenant.Organization.Id,
        Summary = "Something.",
        Data = "{}",
        CreatedAt = Now,
    };
}
