namespace Patchbay.Identity;

/// <summary>The organization, workspace and owner that a new installation starts with.</summary>
/// <param name="Organization">The default organization.</param>
/// <param name="Workspace">Its default workspace.</param>
/// <param name="Owner">The local operator's membership.</param>
public sealed record DefaultTenant(Organization Organization, Workspace Workspace, Member Owner);

/// <summary>Where organizations, workspaces, users and members are kept. Thread-safe.</summary>
public interface IOrganizationStore
{
    /// <summary>The default tenant, made on the first call; the same one ever after, also when several processes call at
    /// once.</summary>
    Task<DefaultTenant> EnsureDefaultAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The workspace with this id, or null.</summary>
    Task<Workspace?> FindWorkspaceAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Switches a workspace's logging discount (<see cref="Workspace.LoggingDiscount"/>) on or off. False when there is
    /// no such workspace in the organization.</summary>
    Task<bool> SetLoggingDiscountAsync(
        Guid workspaceId, Guid organizationId, bool enabled, CancellationToken cancellationToken);
}
