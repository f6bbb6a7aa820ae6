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
        await Storage.Alerts.AddAsync(New(tenant, "test"), ours.Id, Token);

        var deliveries = await Storage.Alerts.ListDeliveriesAsync(tenant.Organization.Id, 0, 10, Token);
        Assert.Equal(
            new[] { ("one", everything.Id), ("one", ours.Id), ("test", ours.Id), ("whole", everything.Id) }.Order(),
            deliveries.Select(static delivery => (delivery.Alert.Key, delivery.Target.Id)).Order());
        Assert.Equal(2, (await Storage.Alerts.ListDeliveriesAsync(tenant.Organization.Id, 2, 10, Token)).Count);
    }

    [Fact]
    public async Task A_delivery_is_made_by_one_at_a_time_and_again_after_a_claim_that_nobody_ended()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        await Storage.Alerts.AddTargetAsync(Target(tenant, Now), Token);
        await Storage.Alerts.AddAsync(New(tenant, "one"), Token);
        var due = Assert.Single(await Storage.Alerts.ListDueAsync(Now, 10, Token));
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Storage.Alerts.ClaimAsync(due, Now.AddSeconds(15), Token)));
        Assert.Single(claims, static isMine => isMine);
        Assert.Empty(await Storage.Alerts.ListDueAsync(Now.AddSeconds(14), 10, Token));

        var again = Assert.Single(await Storage.Alerts.ListDueAsync(Now.AddSeconds(15), 10, Token));
        Assert.Equal((due.Id, 1), (again.Id, again.Attempts));
        Assert.True(await Storage.Alerts.ClaimAsync(again, Now.AddSeconds(30), Token));
        await Storage.Alerts.FinishAsync(due.Id, AlertDeliveryState.Waiting, Now.AddMinutes(1), "it answered 500", Token);
        Assert.Empty(await Storage.Alerts.ListDueAsync(Now.AddSeconds(59), 10, Token));
        var third = Assert.Single(await Storage.Alerts.ListDueAsync(Now.AddMinutes(1), 10, Token));
        Assert.Equal((2, "it answered 500"), (third.Attempts, third.Problem));

        await Storage.Alerts.FinishAsync(due.Id, AlertDeliveryState.Delivered, Now.AddMinutes(2), null, Token);
        await Storage.Alerts.FinishAsync(due.Id, AlertDeliveryState.GivenUp, Now.AddMinutes(3), "too late", Token);
        Assert.Empty(await Storage.Alerts.ListDueAsync(Now.AddDays(9), 10, Token));
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
        Assert.Single(await Storage.Alerts.ListDueAsync(Now, 10, Token));
        Assert.True(await Storage.Alerts.DeleteTargetAsync(target.Id, tenant.Organization.Id, Token));
        Assert.False(await Storage.Alerts.DeleteTargetAsync(target.Id, tenant.Organization.Id, Token));
        Assert.Empty(await Storage.Alerts.ListDueAsync(Now, 10, Token));
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

    private Alert New(DefaultTenant tenant, string key) => new()
    {
        Id = Guid.CreateVersion7(),
        Key = key,
        Kind = Alert.TestKind,
        OrganizationId = tenant.Organization.Id,
        Summary = "Something.",
        Data = "{}",
        CreatedAt = Now,
    };
}
