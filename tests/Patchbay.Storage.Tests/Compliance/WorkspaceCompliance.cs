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
        Assert.Equal((WorkspaceChange.Done, changed), await UpdateAsync(tenant, "team", _ => changed));
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
        Assert.Equal(
            (WorkspaceChange.SlugTaken, null),
            await UpdateAsync(tenant, "team", workspace => workspace with { Slug = tenant.Workspace.Slug }));
        Assert.Equal(
            (WorkspaceChange.NotFound, null),
            await Storage.Workspaces.UpdateAsync(Guid.CreateVersion7(), "team", static found => found with { Slug = "new" }, Token));
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

    [Fact]
    public async Task Changes_of_different_members_at_the_same_time_do_not_undo_each_other()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        await Storage.Workspaces.CreateAsync(New(tenant, "team") with { Description = "" }, Token);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => UpdateAsync(
            tenant, "team", workspace => i % 2 == 0
                ? workspace with { Name = workspace.Name + "n" }
                : workspace with { Description = workspace.Description + "d" }))));
        var found = await FindAsync(tenant, "team");
        Assert.Equal(("Team" + new string('n', 10), new string('d', 10)), (found!.Name, found.Description));
    }

    [Fact]
    public async Task No_key_is_made_in_a_workspace_that_is_not_there()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var gone = New(tenant, "team");
        await Storage.Workspaces.CreateAsync(gone, Token);
        Assert.Equal(WorkspaceChange.Done, await DeleteAsync(tenant, gone));
        foreach (var workspace in (Guid[])[gone.Id, Guid.CreateVersion7()])
        {
            var key = Samples.KeyOf(tenant, Now) with { WorkspaceId = workspace };
            Assert.False(await Storage.ApiKeys.CreateAsync(key, Token));
            Assert.Null(await Storage.ApiKeys.FindAsync(key.Hash, Token));
            var own = ByokKeyCompliance.Sample(tenant.Organization.Id, Now) with { WorkspaceId = workspace };
            Assert.Null(await Storage.ByokKeys.CreateAsync(own, Token));
            Assert.Null(await Storage.ByokKeys.FindAsync(own.Id, tenant.Organization.Id, Token));
        }

        var other = Samples.KeyOf(tenant, Now) with { OrganizationId = Guid.CreateVersion7() };
        Assert.False(await Storage.ApiKeys.CreateAsync(other, Token));
    }

    [Fact]
    public async Task Of_a_key_that_is_made_and_its_workspace_that_is_deleted_at_the_same_moment_one_wins()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var (made, deleted) = (0, 0);
        for (var i = 0; i < 40; i++)
        {
            var workspace = New(tenant, $"team-{i}");
            await Storage.Workspaces.CreateAsync(workspace, Token);
            var key = Samples.KeyOf(tenant, Now, $"key {i}") with { WorkspaceId = workspace.Id };
            var own = ByokKeyCompliance.Sample(tenant.Organization.Id, Now) with { WorkspaceId = workspace.Id };
            var creating = Task.Run(async () => i % 2 == 0
                ? await Storage.ApiKeys.CreateAsync(key, Token)
                : await Storage.ByokKeys.CreateAsync(own, Token) is not null);
            var deleting = Task.Run(() => DeleteAsync(tenant, workspace));

            Assert.NotEqual(await creating, await deleting == WorkspaceChange.Done);
            Assert.Equal(await creating, await FindAsync(tenant, workspace.Slug) is not null);
            made += await creating ? 1 : 0;
            deleted += await creating ? 0 : 1;
        }

        Assert.Equal(40, made + deleted);
        TestContext.Current.TestOutputHelper?.WriteLine($"{made} keys were made, {deleted} workspaces deleted");
    }

    private Task<(WorkspaceChange Change, Workspace? Workspace)> UpdateAsync(
        DefaultTenant tenant, string idOrSlug, Func<Workspace, Workspace> change) =>
        Storage.Workspaces.UpdateAsync(tenant.Organization.Id, idOrSlug, change, Token);

    private Workspace New(DefaultTenant tenant, string slug) => new(Guid.CreateVersion7(), tenant.Organization.Id, slug, "Team", Now);

    private Task<Workspace?> FindAsync(DefaultTenant tenant, string idOrSlug) =>
        Storage.Workspaces.FindAsync(tenant.Organization.Id, idOrSlug, Token);

    private Task<WorkspaceChange> DeleteAsync(DefaultTenant tenant, Workspace workspace) =>
        Storage.Workspaces.DeleteAsync(workspace.Id, tenant.Organization.Id, Now, Token);
}
