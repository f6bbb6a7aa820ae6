using System.Text;
using Patchbay.Api;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Benchmarks;

/// <summary>From the credential to the caller.</summary>
internal static class CallerLeaves
{
    private static readonly string Key = ApiKeyFormat.Create();

    public static Action Hash()
    {
        var key = Encoding.UTF8.GetBytes(Key);
        return () => KeyHash.Of(key);
    }

    public static Action IsWellFormed()
    {
        var key = Encoding.UTF8.GetBytes(Key);
        return () => ApiKeyFormat.IsWellFormed(key);
    }

    public static Action WarmLookUp()
    {
        var now = TimeProvider.System.GetUtcNow();
        var organization = new Organization(Guid.CreateVersion7(), "default", "Default", now);
        var workspace = new Workspace(Guid.CreateVersion7(), organization.Id, "default", "Default", now);
        var owner = new Member(Guid.CreateVersion7(), organization.Id, Guid.CreateVersion7(), MemberRole.Owner, now);
        var key = new ApiKey
        {
            Id = Guid.CreateVersion7(),
            Hash = KeyHash.Of(Encoding.UTF8.GetBytes(Key)),
            Name = "bench",
            Label = ApiKeyFormat.LabelOf(Key),
            OrganizationId = organization.Id,
            WorkspaceId = workspace.Id,
            Limit = Money.FromDollars(1_000_000),
            CreatedAt = now,
        };
        var directory = new CallerDirectory(
            new MemoryKeys(key), new HoldBook(new MemoryBudgets(), TimeProvider.System),
            new DefaultTenant(organization, workspace, owner), new MasterKey("sk-pb-master-key-of-the-benchmark"),
            TimeProvider.System);
        var header = "Bearer " + Key;
        return () =>
        {
            if (Completed.Take(directory.AuthenticateAsync(header)).Caller is null)
            {
                throw new InvalidOperationException("The key was refused.");
            }
        };
    }

    public static Action GenerationId()
    {
        var now = TimeProvider.System.GetUtcNow();
        return () => Core.GenerationId.Create(now);
    }
}
