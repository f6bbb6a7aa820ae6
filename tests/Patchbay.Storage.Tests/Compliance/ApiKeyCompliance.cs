using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Storage.Tests;

public abstract class ApiKeyCompliance(TestDatabase database) : StorageCompliance(database)
{
    [Fact]
    public async Task A_key_comes_back_as_it_was_kept()
    {
        var key = Samples.KeyOf(await TenantAsync(), Now);
        await Storage.ApiKeys.CreateAsync(key, Token);
        Assert.Equal(key, await Storage.ApiKeys.FindAsync(key.Hash, Token));

        await RestartAsync();
        Assert.Equal(key, await Storage.ApiKeys.FindAsync(key.Hash, Token));
    }

    [Fact]
    public async Task A_key_without_optional_fields_comes_back_as_it_was_kept()
    {
        var key = Samples.KeyOf(await TenantAsync(), Now) with
        {
            MemberId = null,
            CreatorUserId = null,
            Limit = null,
            LimitReset = ResetInterval.Never,
            IncludeByokInLimit = false,
            ExpiresAt = null,
            IsManagement = false,
            UpdatedAt = null,
        };
        await Storage.ApiKeys.CreateAsync(key, Token);
        Assert.Equal(key, await Storage.ApiKeys.FindAsync(key.Hash, Token));
    }

    [Fact]
    public async Task An_unknown_hash_finds_nothing()
    {
        Assert.Null(await Storage.ApiKeys.FindAsync(KeyHash.Of("nobody's"u8), Token));
    }

    [Fact]
    public async Task The_same_key_cannot_be_kept_twice()
    {
        var key = Samples.KeyOf(await TenantAsync(), Now);
        await Storage.ApiKeys.CreateAsync(key, Token);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Storage.ApiKeys.CreateAsync(key with { Id = Guid.CreateVersion7() }, Token));
        Assert.Equal(key, await Storage.ApiKeys.FindAsync(key.Hash, Token));
    }

    [Fact]
    public async Task A_list_is_newest_first_and_pages_without_gaps()
    {
        var tenant = await TenantAsync();
        for (var i = 0; i < 5; i++)
        {
            await Storage.ApiKeys.CreateAsync(Samples.KeyOf(tenant, Now.AddSeconds(i), $"key {i}"), Token);
        }

        var query = new ApiKeyQuery(tenant.Organization.Id, null, IncludeDisabled: true, Offset: 0, Limit: 2);
        var names = new List<string>();
        for (; query.Offset < 6; query = query with { Offset = query.Offset + 2 })
        {
            names.AddRange((await Storage.ApiKeys.ListAsync(query, Token)).Select(key => key.Name));
        }

        Assert.Equal(["key 4", "key 3", "key 2", "key 1", "key 0"], names);
    }

    [Fact]
    public async Task A_list_leaves_out_other_organizations_other_workspaces_and_disabled_keys()
    {
        var tenant = await TenantAsync();
        await Storage.ApiKeys.CreateAsync(Samples.KeyOf(tenant, Now, "on"), Token);
        await Storage.ApiKeys.CreateAsync(Samples.KeyOf(tenant, Now.AddSeconds(1), "off") with { Disabled = true }, Token);

        var all = new ApiKeyQuery(tenant.Organization.Id, tenant.Workspace.Id, IncludeDisabled: true, 0, 10);
        Assert.Equal(2, (await Storage.ApiKeys.ListAsync(all, Token)).Count);
        Assert.Equal("on", Assert.Single(await Storage.ApiKeys.ListAsync(all with { IncludeDisabled = false }, Token)).Name);
        Assert.Empty(await Storage.ApiKeys.ListAsync(all with { OrganizationId = Guid.CreateVersion7() }, Token));
        Assert.Empty(await Storage.ApiKeys.ListAsync(all with { WorkspaceId = Guid.CreateVersion7() }, Token));
    }

    [Fact]
    public async Task An_update_changes_what_may_change_and_nothing_else()
    {
        var key = Samples.KeyOf(await TenantAsync(), Now);
        await Storage.ApiKeys.CreateAsync(key, Token);
        var changed = key with
        {
            Name = "renamed'; DROP TABLE api_key; --",
            Limit = null,
            LimitReset = ResetInterval.Monthly,
            IncludeByokInLimit = false,
            ExpiresAt = null,
            Disabled = true,
            UpdatedAt = Now.AddHours(1),
        };

        Assert.True(await Storage.ApiKeys.UpdateAsync(changed with { Label = "other", IsManagement = false }, Token));
        Assert.Equal(changed, await Storage.ApiKeys.FindAsync(key.Hash, Token));
    }

    [Fact]
    public async Task Another_organization_can_neither_change_nor_delete_a_key()
    {
        var key = Samples.KeyOf(await TenantAsync(), Now);
        await Storage.ApiKeys.CreateAsync(key, Token);
        var stranger = Guid.CreateVersion7();

        Assert.False(await Storage.ApiKeys.UpdateAsync(key with { OrganizationId = stranger, Name = "mine" }, Token));
        Assert.False(await Storage.ApiKeys.DeleteAsync(key.Hash, stranger, Token));
        Assert.Equal(key, await Storage.ApiKeys.FindAsync(key.Hash, Token));
    }

    [Fact]
    public async Task A_deleted_key_is_gone_and_its_usage_stays()
    {
        var tenant = await TenantAsync();
        var key = Samples.KeyOf(tenant, Now);
        await Storage.ApiKeys.CreateAsync(key, Token);
        var settlement = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(settlement with { Generation = settlement.Generation with { KeyId = key.Id } });

        Assert.True(await Storage.ApiKeys.DeleteAsync(key.Hash, tenant.Organization.Id, Token));
        Assert.False(await Storage.ApiKeys.DeleteAsync(key.Hash, tenant.Organization.Id, Token));
        Assert.Null(await Storage.ApiKeys.FindAsync(key.Hash, Token));
        Assert.Equal(1, (await Storage.Ledger.GetTotalsAsync(Token)).Generations);
    }

    private Task<DefaultTenant> TenantAsync() => Storage.Organizations.EnsureDefaultAsync(Now, Token);
}
