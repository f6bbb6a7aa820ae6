using System.Text;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api.Tests;

/// <summary>Two organizations, the stores, and what stands on them. The default organization has two workspaces.</summary>
internal sealed class World
{
    public const string Master = "the-operators-master-key";

    public World()
    {
        var day = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var organization = new Organization(Guid.CreateVersion7(), "default", "Default", day);
        var workspace = new Workspace(Guid.CreateVersion7(), organization.Id, "default", "Default", day);
        var owner = new Member(Guid.CreateVersion7(), organization.Id, Guid.CreateVersion7(), MemberRole.Owner, day);
        Tenant = new DefaultTenant(organization, workspace, owner);
        SecondWorkspace = new Workspace(Guid.CreateVersion7(), organization.Id, "second", "Second", day);
        OtherWorkspace = new Workspace(Guid.CreateVersion7(), Guid.CreateVersion7(), "other", "Other", day);
        Keys = new MemoryKeys(Database);
        Budgets = new MemoryBudgets(Database);
        Generations = new MemoryGenerations(Database);
        Ledger = new MemoryLedger(Database);
        Credits = new MemoryCredits(Database, Ledger, Clock);
        Idempotency = new MemoryIdempotency(Database, Clock);
        Organizations = new MemoryOrganizations(Database, Tenant);
        Organizations.Workspaces.AddRange([SecondWorkspace, OtherWorkspace]);
        Holds = new HoldBook(Budgets, Clock);
        Callers = new CallerDirectory(Keys, Holds, Tenant, new MasterKey(Master), Clock);
    }

    /// <summary>A Wednesday.</summary>
    public ManualClock Clock { get; } = new(new DateTimeOffset(2026, 3, 11, 12, 0, 0, TimeSpan.Zero));

    public MemoryDatabase Database { get; } = new();

    public DefaultTenant Tenant { get; }

    public Workspace SecondWorkspace { get; }

    public Workspace OtherWorkspace { get; }

    public MemoryKeys Keys { get; }

    public MemoryBudgets Budgets { get; }

    public MemoryGenerations Generations { get; }

    public MemoryLedger Ledger { get; }

    public MemoryCredits Credits { get; }

    public MemoryIdempotency Idempotency { get; }

    public MemoryOrganizations Organizations { get; }

    public HoldBook Holds { get; }

    public CallerDirectory Callers { get; }

    /// <summary>Keeps a new key and returns it with its text.</summary>
    public async Task<(string Text, ApiKey Key)> AddKeyAsync(
        Func<ApiKey, ApiKey>? shape = null, Workspace? workspace = null)
    {
        var text = ApiKeyFormat.Create();
        var home = workspace ?? Tenant.Workspace;
        var key = new ApiKey
        {
            Id = Guid.CreateVersion7(),
            Hash = KeyHash.Of(Encoding.UTF8.GetBytes(text)),
            Name = "a key",
            Label = ApiKeyFormat.LabelOf(text),
            OrganizationId = home.OrganizationId,
            WorkspaceId = home.Id,
            CreatedAt = Clock.GetUtcNow(),
        };
        key = shape?.Invoke(key) ?? key;
        await Keys.CreateAsync(key, CancellationToken.None);
        return (text, key);
    }

    public async Task<string> AddManagementKeyAsync(Workspace? workspace = null) =>
        (await AddKeyAsync(key => key with { IsManagement = true }, workspace)).Text;

    public async Task<Caller> CallAsync(string text)
    {
        var found = await Callers.AuthenticateAsync(text);
        return found.Caller ?? throw new InvalidOperationException(found.Error!.Message);
    }

    /// <summary>Spends by a hold, as a request would.</summary>
    public async Task SpendAsync(string text, Money amount)
    {
        var caller = await CallAsync(text);
        var result = await Holds.TryHoldAsync(caller.Budgets, amount, "gen-test");
        result.Hold!.Settle(amount, Money.Zero);
    }
}
