using Patchbay.Identity;

namespace Patchbay.Storage.Tests;

public abstract class ByokKeyCompliance(TestDatabase database) : StorageCompliance(database)
{
    private IByokKeyStore Keys => Storage.ByokKeys;

    [Fact]
    public async Task A_key_comes_back_with_all_its_parts_and_its_place()
    {
        var tenant = await TenantAsync();
        var full = Key(tenant) with
        {
            Name = "naïve",
            AllowedModels = ["a/b", "c/\"d\""],
            AllowedApiKeyHashes = [new string('a', 64)],
            AllowedUserIds = ["u"],
            Disabled = true,
            IsRequired = true,
            IsByokOnly = true,
            DeclaredZdr = false,
        };
        var first = (await Keys.CreateAsync(full, Token))!;
        var second = (await Keys.CreateAsync(Key(tenant) with { WorkspaceId = null }, Token))!;
        var other = (await Keys.CreateAsync(Key(tenant, "maker-b"), Token))!;
        Assert.Equal((0, 1, 0), (first.SortOrder, second.SortOrder, other.SortOrder));

        await RestartAsync();
        Assert.Equivalent(full with { SortOrder = 0 }, await Keys.FindAsync(full.Id, tenant.Organization.Id, Token), strict: true);
        Assert.Null(await Keys.FindAsync(full.Id, Guid.CreateVersion7(), Token));
        var query = new ByokKeyQuery(tenant.Organization.Id, tenant.Workspace.Id, null, 0, 10);
        Assert.Equal([first.Id, second.Id, other.Id], (await Keys.ListAsync(query, Token)).Select(key => key.Id));
        Assert.Equal([second.Id], (await Keys.ListAsync(query with { Provider = "maker", Offset = 1 }, Token)).Select(key => key.Id));
        Assert.Equal(2, await Keys.CountAsync(query with { Provider = "maker", Limit = 1 }, Token));
        Assert.Equal([second.Id], (await Keys.ListAsync(query with { WorkspaceId = Guid.CreateVersion7() }, Token)).Select(key => key.Id));
        Assert.Equal(0, await Keys.CountAsync(query with { OrganizationId = Guid.CreateVersion7() }, Token));
    }

    [Fact]
    public async Task A_secret_changes_only_from_one_version_to_the_next()
    {
        var tenant = await TenantAsync();
        var key = (await Keys.CreateAsync(Key(tenant), Token))!;
        Assert.True(await Keys.UpdateAsync(key with { Name = "new", Sealed = [9] }, Token));
        var renamed = await Keys.FindAsync(key.Id, tenant.Organization.Id, Token);
        Assert.Equal("new", renamed!.Name);
        Assert.Equal(key.Sealed, renamed.Sealed);

        Assert.True(await Keys.UpdateAsync(key with { SecretVersion = 2, Sealed = [2] }, Token));
        Assert.False(await Keys.UpdateAsync(key with { SecretVersion = 1, Sealed = [3] }, Token));
        Assert.False(await Keys.UpdateAsync(key with { SecretVersion = 4, Sealed = [4] }, Token));
        Assert.False(await Keys.UpdateAsync(key with { OrganizationId = Guid.CreateVersion7(), SecretVersion = 3 }, Token));
        Assert.Equal([2], (await Keys.FindAsync(key.Id, tenant.Organization.Id, Token))!.Sealed);
    }

    [Fact]
    public async Task A_deleted_key_is_gone_and_its_secret_is_wiped()
    {
        var tenant = await TenantAsync();
        var key = (await Keys.CreateAsync(Key(tenant), Token))!;
        Assert.False(await Keys.DeleteAsync(key.Id, Guid.CreateVersion7(), Now, Token));
        Assert.True(await Keys.DeleteAsync(key.Id, tenant.Organization.Id, Now, Token));
        Assert.False(await Keys.DeleteAsync(key.Id, tenant.Organization.Id, Now, Token));
        Assert.False(await Keys.UpdateAsync(key, Token));

        Assert.Null(await Keys.FindAsync(key.Id, tenant.Organization.Id, Token));
        Assert.Empty(await Keys.ListAsync(new ByokKeyQuery(tenant.Organization.Id, tenant.Workspace.Id, null, 0, 10), Token));
        var changed = Assert.Single((await Keys.ListChangedAsync(0, Token)).Keys);
        Assert.Equal(Now, changed.DeletedAt);
        Assert.Empty(changed.Sealed);
    }

    [Fact]
    public async Task Another_process_learns_of_every_change_by_its_revision()
    {
        var tenant = await TenantAsync();
        Assert.Equal(0, (await Keys.ListChangedAsync(0, Token)).Revision);
        await using var beside = await Database.OpenAsync(exclusive: false);
        var first = (await beside.ByokKeys.CreateAsync(Key(tenant), Token))!;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            (i % 2 == 0 ? Keys : beside.ByokKeys).CreateAsync(Key(tenant, "maker" + i), Token)));
        var all = await Keys.ListChangedAsync(0, Token);
        Assert.Equal((11, 11), (all.Revision, all.Keys.Count));

        Assert.Empty((await Keys.ListChangedAsync(11, Token)).Keys);
        await beside.ByokKeys.UpdateAsync(first with { Disabled = true }, Token);
        var later = await Keys.ListChangedAsync(11, Token);
        Assert.Equal((12, true), (later.Revision, Assert.Single(later.Keys).Disabled));
    }

    [Fact]
    public async Task The_first_data_key_of_an_organization_stays_and_is_wrapped_anew_only_from_what_it_is_under()
    {
        var organization = Guid.CreateVersion7();
        var first = new DataKey(organization, "k1", [1, 2], Now);
        Assert.Null(await Storage.DataKeys.FindAsync(organization, Token));
        Assert.Equivalent(first, await Storage.DataKeys.AddAsync(first, Token), strict: true);
        Assert.Equivalent(first, await Storage.DataKeys.AddAsync(first with { Wrapped = [3] }, Token), strict: true);

        Assert.False(await Storage.DataKeys.RewrapAsync(first with { KeyId = "k3" }, "k2", Token));
        Assert.True(await Storage.DataKeys.RewrapAsync(first with { KeyId = "k2", Wrapped = [4] }, "k1", Token));
        var stored = Assert.Single(await Storage.DataKeys.ListAsync(Token));
        Assert.Equal("k2", stored.KeyId);
        Assert.Equal([4], stored.Wrapped);
    }

    private Task<DefaultTenant> TenantAsync() => Storage.Organizations.EnsureDefaultAsync(Now, Token);

    private ByokKey Key(DefaultTenant tenant, string provider = "maker") =>
        Sample(tenant.Organization.Id, Now, provider) with { WorkspaceId = tenant.Workspace.Id };

    internal static ByokKey Sample(Guid organizationId, DateTimeOffset now, string provider = "maker") => new()
    {
        Id = Guid.CreateVersion7(),
        OrganizationId = organizationId,
        Provider = provider,
        Label = "sk...1",
        Sealed = [1, 2, 3],
        CreatedAt = now,
    };
}
