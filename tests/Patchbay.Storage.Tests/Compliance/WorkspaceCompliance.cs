using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Storage.Tests;

public abstract class WorkspaceCompliance(TestDatabase database) : StorageCompliance(database)
{
    [Fact]
    public async Task A_workspace_is_made_found_by_id_and_slug_changed_and_listed()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var made = New(tenant, "team") with { Description = "what for", CreatedBy = tenant.Owner.UserId, LoggingDiscount = true };
        Assert.Equal(WorkspaceChange.Done, await Storage.Workspaces.CreateAsync(made, Token));
        Assert.Equal(WorkspaceChange.Done, await Storage.Workspaces.CreateAsync(made, Token));
        Assert.Equal(made, await FindAsync(tenant, "team"));
        Assert.Equal(made, await FindAsync(tenant, made.Id.ToString("D")));
        Assert.Null(await Storage.Workspaces.FindAsync(Guid.CreateVersion7(), "team", Token));

        var changed = made with { Name = "Other", Slug = "other", Description = null, LoggingDiscount = false, UpdatedAt = Now.AddDays(1) };
        Assert.Equal(WorkspaceChange.Done, await Storage.Workspaces.UpdateAsync(changed, Token));
        Assert.Equal(changed, await FindAsync(tenant, "other"));
        Assert.Null(await FindAsync(tenant, "team"));
        Assert.Equal(2, await Storage.Workspaces.CountAsync(tenant.Organization.Id, Token));
        Assert.Equal([changed], await Storage.Workspaces.ListAsync(tenant.Organization.Id, 1, 5, Token));
        Assert.Equal(tenant.Owner, Assert.Single(await Storage.Workspaces.ListMembersAsync(tenant.Organization.Id, Token)));
    }

    [Fact]
    public async Task A_slug_belongs_to_one_workspace_of_an_organization()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var made = New(tenant, "team");
        await Storage.Workspaces.CreateAsync(made, Token);
        Assert.Equal(WorkspaceChange.SlugTaken, await Storage.Workspaces.CreateAsync(New(tenant, "team"), Token));
        Assert.Equal(WorkspaceChange.SlugTaken, await Storage.Workspaces.UpdateAsync(made with { Slug = tenant.Workspace.Slug }, Token));
        Assert.Equal(
            WorkspaceChange.NotFound,
            await Storage.Workspaces.UpdateAsync(made with { Slug = "new", OrganizationId = Guid.CreateVersion7() }, Token));
        Assert.Equal(made, await FindAsync(tenant, "team"));
    }

    [Fact]
    public async Task A_deleted_workspace_is_gone_with_its_budgets_and_its_slug_is_free()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var made = New(tenant, "team");
        await Storage.Workspaces.CreateAsync(made, Token);
        var scope = new BudgetScope(BudgetLevel.Workspace, made.Id);
        await Storage.BudgetPlans.SetAsync(new BudgetChange(scope, ResetInterval.Daily, new Money(1)), Now, Token);
        await Storage.Alerts.AddTargetAsync(AlertCompliance.Target(tenant, Now) with { WorkspaceId = made.Id }, Token);
        var key = Samples.KeyOf(tenant, Now) with { WorkspaceId = made.Id };
        await Storage.ApiKeys.CreateAsync(key, Token);

        Assert.Equal(WorkspaceChange.HasKeys, await DeleteAsync(tenant, made));
        Assert.Single(await Storage.Budgets.ListAsync(scope, Token));
        await Storage.ApiKeys.DeleteAsync(key.Hash, tenant.Organization.Id, Token);
        Assert.Equal(WorkspaceChange.NotFound, await Storage.Workspaces.DeleteAsync(made.Id, Guid.CreateVersion7(), Now, Token));
        Assert.Equal(WorkspaceChange.Done, await DeleteAsync(tenant, made));

        Assert.Empty(await Storage.Budgets.ListAsync(scope, Token));
        Assert.Empty(await Storage.Alerts.ListTargetsAsync(tenant.Organization.Id, Token));
        Assert.Null(await Storage.Organizations.FindWorkspaceAsync(made.Id, Token));
        Assert.Null(await FindAsync(tenant, made.Id.ToString("D")));
        Assert.Equal(WorkspaceChange.NotFound, await DeleteAsync(tenant, made));
        Assert.Equal(WorkspaceChange.Done, await Storage.Workspaces.CreateAsync(New(tenant, "team"), Token));
    }

    private Workspace New(DefaultTenant tenant, string slug) => new(Guid.CreateVersion7(), tenant.Organization.Id, slug, "Team", Now);

    private Task<Workspace?> FindAsync(DefaultTenant tenant, string idOrSlug) =>
        Storage.Workspaces.FindAsync(tenant.Organization.Id, idOrSlug, Token);

    private Task<WorkspaceChange> DeleteAsync(DefaultTenant tenant, Workspace workspace) =>
        Storage.Workspaces.DeleteAsync(workspace.Id, tenant.Organization.Id, Now, Token);
}
