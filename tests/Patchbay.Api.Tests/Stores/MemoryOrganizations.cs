using Patchbay.Identity;

namespace Patchbay.Api.Tests;

internal sealed class MemoryOrganizations(MemoryDatabase database, DefaultTenant tenant) : IOrganizationStore
{
    public List<Workspace> Workspaces { get; } = [tenant.Workspace];

    public Task<DefaultTenant> EnsureDefaultAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        database.Ask();
        return Task.FromResult(tenant);
    }

    public Task<Workspace?> FindWorkspaceAsync(Guid id, CancellationToken cancellationToken)
    {
        database.Ask();
        return Task.FromResult(Workspaces.Find(workspace => workspace.Id == id));
    }
}
