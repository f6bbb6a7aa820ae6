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

    public Task<bool> SetLoggingDiscountAsync(
        Guid workspaceId, Guid organizationId, bool enabled, CancellationToken cancellationToken)
    {
        database.Ask();
        var place = Workspaces.FindIndex(workspace => workspace.Id == workspaceId && workspace.OrganizationId == organizationId);
        if (place >= 0)
        {
            Workspaces[place] = Workspaces[place] with { LoggingDiscount = enabled };
        }

        return Task.FromResult(place >= 0);
    }
}
