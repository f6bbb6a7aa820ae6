using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Storage.Tests;

public abstract class GuardrailCompliance(TestDatabase database) : StorageCompliance(database)
{
    [Fact]
    public async Task A_guardrail_is_kept_changed_listed_and_deleted()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var made = New(tenant) with
        {
            Description = "what for",
            Limit = new Money(7),
            Reset = ResetInterval.Weekly,
            IncludesByok = true,
            Policy = new GuardrailPolicy
            {
                AllowedModels = new NameList(["a/one", "b/two:free"]),
                IgnoredProviders = new NameList(["c"]),
                ZdrOther = true,
                PaidTraining = false,
            },
        };
        Assert.True(await Storage.Guardrails.SaveAsync(made, mayBeNew: true, Token));
        Assert.Equal(made, await FindAsync(made));
        Assert.Null(await Storage.Guardrails.FindAsync(Guid.CreateVersion7(), made.Id, Token));

        var changed = New(tenant) with { Id = made.Id, Name = "other", UpdatedAt = Now.AddHours(1) };
        Assert.True(await Storage.Guardrails.SaveAsync(changed, mayBeNew: false, Token));
        Assert.Equal(changed, await FindAsync(made));
        var fallback = Guardrail.DefaultOf(tenant.Workspace, Now.AddSeconds(1));
        Assert.True(await Storage.Guardrails.SaveAsync(fallback, mayBeNew: true, Token));
        var (organization, workspace) = (tenant.Organization.Id, tenant.Workspace.Id);
        Assert.Equal([changed, fallback], await Storage.Guardrails.ListAsync(organization, workspace, 0, 10, Token));
        Assert.Equal([fallback], await Storage.Guardrails.ListAsync(organization, workspace, 1, 1, Token));
        Assert.Equal(2, await Storage.Guardrails.CountAsync(organization, workspace, Token));
        Assert.Equal(0, await Storage.Guardrails.CountAsync(Guid.CreateVersion7(), workspace, Token));

        Assert.False(await Storage.Guardrails.DeleteAsync(Guid.CreateVersion7(), made.Id, Token));
        Assert.True(await Storage.Guardrails.DeleteAsync(organization, made.Id, Token));
        Assert.False(await Storage.Guardrails.DeleteAsync(organization, made.Id, Token));
        Assert.Null(await FindAsync(made));
        Assert.False(await Storage.Guardrails.SaveAsync(made, mayBeNew: false, Token));
        Assert.Null(await FindAsync(made));
        Assert.False(await Storage.Guardrails.SaveAsync(made with { WorkspaceId = Guid.CreateVersion7() }, mayBeNew: true, Token));
    }

    [Fact]
    public async Task A_key_and_a_member_have_one_guardrail_each_and_lose_it_with_the_guardrail_or_themselves()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var (one, two) = (New(tenant) with { Limit = new Money(5), Reset = ResetInterval.Daily }, New(tenant));
        await Storage.Guardrails.SaveAsync(one, mayBeNew: true, Token);
        await Storage.Guardrails.SaveAsync(two, mayBeNew: true, Token);
        ApiKey[] keys = [Samples.KeyOf(tenant, Now, "a"), Samples.KeyOf(tenant, Now, "b")];
        foreach (var key in keys)
        {
            await Storage.ApiKeys.CreateAsync(key, Token);
        }

        Assert.False(await AssignAsync(one, GuardrailSubject.Key, keys[0].Id, Guid.CreateVersion7()));
        Assert.Equal(0, await CountAsync(tenant, null));
        Assert.True(await AssignAsync(one, GuardrailSubject.Key, keys[0].Id, keys[1].Id));
        Assert.True(await AssignAsync(one, GuardrailSubject.Member, tenant.Owner.Id));
        Assert.True(await AssignAsync(two, GuardrailSubject.Key, keys[1].Id));
        Assert.Equal((2, 1, 1), (await CountAsync(tenant, null), await CountAsync(tenant, one), await CountAsync(tenant, two)));
        var listed = Assert.Single(await Storage.Guardrails.ListAssignmentsAsync(
            tenant.Organization.Id, GuardrailSubject.Key, one.Id, 0, 5, Token));
        Assert.Equal((new AssignedKey(keys[0].Hash.ToString(), "a", keys[0].Label), null, one.Id), (listed.Key, listed.UserId, listed.GuardrailId));
        var member = Assert.Single(await Storage.Guardrails.ListAssignmentsAsync(
            tenant.Organization.Id, GuardrailSubject.Member, null, 0, 5, Token));
        Assert.Equal((null, tenant.Owner.UserId), (member.Key, member.UserId));
        Assert.Empty(await Storage.Guardrails.ListAssignmentsAsync(Guid.CreateVersion7(), GuardrailSubject.Key, null, 0, 5, Token));
        Assert.Equal(
            [one.Id, two.Id],
            (await Storage.Guardrails.ListForAsync(tenant.Workspace.Id, tenant.Owner.Id, keys[1].Id, Token)).Select(static g => g.Id));

        // Only a guardrail with a limit has a budget.
        var budgets = await Storage.Budgets.ListGuardrailsAsync(tenant.Organization.Id, Token);
        Assert.Equal([keys[0].Id], budgets.ByKey.Keys);
        Assert.Equal([tenant.Owner.Id], budgets.ByMember.Keys);
        Assert.Empty(budgets.ByWorkspace);
        Assert.Equal(
            new GuardrailBudget(new GuardrailName(one.Id, one.Name), ResetInterval.Daily, new Money(5), IncludesByok: false),
            budgets.ByKey[keys[0].Id]);

        Assert.Equal(0, await Storage.Guardrails.UnassignAsync(one, GuardrailSubject.Key, [keys[1].Id], Token));
        Assert.Equal(1, await Storage.Guardrails.UnassignAsync(two, GuardrailSubject.Key, [keys[0].Id, keys[1].Id], Token));
        await Storage.ApiKeys.DeleteAsync(keys[0].Hash, tenant.Organization.Id, Token);
        Assert.Equal(0, await CountAsync(tenant, null));
        await Storage.Guardrails.DeleteAsync(tenant.Organization.Id, one.Id, Token);
        Assert.Equal(0, await Storage.Guardrails.CountAssignmentsAsync(tenant.Organization.Id, GuardrailSubject.Member, null, Token));
    }

    [Fact]
    public async Task A_deleted_workspace_takes_its_guardrails_along()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var workspace = new Workspace(Guid.CreateVersion7(), tenant.Organization.Id, "team", "Team", Now);
        await Storage.Workspaces.CreateAsync(workspace, Token);
        var guardrail = New(tenant) with { WorkspaceId = workspace.Id };
        await Storage.Guardrails.SaveAsync(guardrail, mayBeNew: true, Token);
        await AssignAsync(guardrail, GuardrailSubject.Member, tenant.Owner.Id);

        Assert.Equal(WorkspaceChange.Done, await Storage.Workspaces.DeleteAsync(workspace.Id, tenant.Organization.Id, Now, Token));
        Assert.Null(await FindAsync(guardrail));
        Assert.Equal(0, await Storage.Guardrails.CountAssignmentsAsync(tenant.Organization.Id, GuardrailSubject.Member, null, Token));
        Assert.False(await Storage.Guardrails.SaveAsync(guardrail, mayBeNew: true, Token));
    }

    [Fact]
    public async Task What_a_member_spends_in_a_workspace_is_counted_apart_and_the_audit_knows_it()
    {
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now, 7));
        var elsewhere = Samples.Settlement(Now, 3);
        var workspace = Guid.CreateVersion7();
        await Storage.Settlements.SettleAsync(
            elsewhere with { Generation = elsewhere.Generation with { WorkspaceId = workspace } });
        foreach (var (id, spent) in ((Guid, long)[])[(Samples.Workspace, 7), (workspace, 3)])
        {
            var found = await Storage.Budgets.GetSpendingAsync(BudgetScope.SeatOf(id, Samples.Member), Now, Token);
            Assert.Equal(new Money(spent), found.Credits.Today);
        }

        Assert.Empty(await Storage.Ledger.AuditAsync(Token));
    }

    [Fact]
    public async Task What_was_spent_before_there_were_seats_is_added_up_by_the_migration()
    {
        for (var i = 0; i < 3; i++)
        {
            await Storage.Settlements.SettleAsync(Samples.Settlement(Now.AddDays(-i), 5 + i));
        }

        var nobodys = Samples.Settlement(Now, 9);
        await Storage.Settlements.SettleAsync(nobodys with { Generation = nobodys.Generation with { MemberId = null } });
        Assert.Empty(await Storage.Ledger.AuditAsync(Token));
        var seats = await Database.CountAsync("SELECT count(*) FROM spending WHERE level = 4");

        await Database.ExecuteAsync("DELETE FROM spending WHERE level = 4");
        Assert.NotEmpty(await Storage.Ledger.AuditAsync(Token));
        var migration = Database.EmbeddedMigrations.Single(static migration => migration.Name == "guardrails").Sql;
        var begin = migration.IndexOf("INSERT INTO spending", StringComparison.Ordinal);
        await Database.ExecuteAsync(migration[begin..(migration.IndexOf(';', begin) + 1)]);

        Assert.Empty(await Storage.Ledger.AuditAsync(Token));
        Assert.Equal((3, seats), (seats, await Database.CountAsync("SELECT count(*) FROM spending WHERE level = 4")));
    }

    private Guardrail New(DefaultTenant tenant) =>
        new(Guid.CreateVersion7(), tenant.Organization.Id, tenant.Workspace.Id, "team", Now);

    private Task<Guardrail?> FindAsync(Guardrail guardrail) =>
        Storage.Guardrails.FindAsync(guardrail.OrganizationId, guardrail.Id, Token);

    private Task<bool> AssignAsync(Guardrail guardrail, GuardrailSubject subject, params Guid[] ids) =>
        Storage.Guardrails.AssignAsync(guardrail, subject, ids, null, Now, Token);

    private Task<int> CountAsync(DefaultTenant tenant, Guardrail? guardrail) =>
        Storage.Guardrails.CountAssignmentsAsync(tenant.Organization.Id, GuardrailSubject.Key, guardrail?.Id, Token);
}
