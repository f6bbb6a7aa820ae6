using Patchbay.Identity;

namespace Patchbay.Storage.Tests;

public abstract class OrganizationCompliance(TestDatabase database) : StorageCompliance(database)
{
    [Fact]
    public async Task The_default_tenant_is_made_once()
    {
        var first = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        Assert.Equal(MemberRole.Owner, first.Owner.Role);
        Assert.Equal(first.Organization.Id, first.Workspace.OrganizationId);
        Assert.Equal(first.Organization.Id, first.Owner.OrganizationId);
        Assert.Equal(Now, first.Organization.CreatedAt);

        await RestartAsync();
        Assert.Equal(first, await Storage.Organizations.EnsureDefaultAsync(Now.AddDays(1), Token));
    }

    [Fact]
    public async Task Several_processes_at_once_get_the_same_default_tenant()
    {
        await using var beside = await Database.OpenAsync(exclusive: false);
        var tenants = await Task.WhenAll(Enumerable.Range(0, 10).Select(
            i => (i % 2 == 0 ? Storage : beside).Organizations.EnsureDefaultAsync(Now, Token)));
        Assert.Single(tenants.Distinct());
        Assert.Equal(1, await Database.CountAsync("SELECT count(*) FROM app_user"));
    }

    [Fact]
    public async Task A_workspace_is_found_by_its_id()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        Assert.Equal(tenant.Workspace, await Storage.Organizations.FindWorkspaceAsync(tenant.Workspace.Id, Token));
        Assert.Null(await Storage.Organizations.FindWorkspaceAsync(Guid.CreateVersion7(), Token));
    }

    [Fact]
    public async Task The_logging_discount_of_a_workspace_is_switched_by_its_organization_only()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var (workspace, organization) = (tenant.Workspace.Id, tenant.Organization.Id);
        Assert.False(await Storage.Organizations.SetLoggingDiscountAsync(workspace, Guid.CreateVersion7(), true, Token));
        Assert.False((await Storage.Organizations.FindWorkspaceAsync(workspace, Token))!.LoggingDiscount);
        Assert.True(await Storage.Organizations.SetLoggingDiscountAsync(workspace, organization, true, Token));
        Assert.True((await Storage.Organizations.FindWorkspaceAsync(workspace, Token))!.LoggingDiscount);
        Assert.True(await Storage.Organizations.SetLoggingDiscountAsync(workspace, organization, false, Token));
        Assert.False((await Storage.Organizations.FindWorkspaceAsync(workspace, Token))!.LoggingDiscount);
    }
}
