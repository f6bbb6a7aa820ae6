using Patchbay.Core;

namespace Patchbay.Identity;

/// <summary>How a change of a workspace ended.</summary>
public enum WorkspaceChange
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>There is no such workspace in the organization.</summary>
    NotFound,

    /// <summary>Another workspace of the organization has the slug.</summary>
    SlugTaken,

    /// <summary>API keys belong to it.</summary>
    HasKeys,

    /// <summary>Own provider keys belong to it.</summary>
    HasProviderKeys,
}

/// <summary>Where workspaces are kept. Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface IWorkspaceStore
{
    /// <summary>The workspaces of an organization in the order in which they were made.</summary>
    Task<IReadOnlyList<Workspace>> ListAsync(Guid organizationId, int offset, int limit, CancellationToken cancellationToken);

    /// <summary>How many there are.</summary>
    Task<int> CountAsync(Guid organizationId, CancellationToken cancellationToken);

    /// <summary>The workspace with this id, or else this slug; null when the organization has none.</summary>
    Task<Workspace?> FindAsync(Guid organizationId, string idOrSlug, CancellationToken cancellationToken);

    /// <summary>Keeps a new workspace. One with the same id, which an interrupted execution of the same request made, is left as
    /// it is.</summary>
    Task<WorkspaceChange> CreateAsync(Workspace workspace, CancellationToken cancellationToken);

    /// <summary>Changes name, slug, description, discount and time of change of a workspace as it is at that moment: no other
    /// change, at whichever server, comes between.</summary>
    /// <param name="organizationId">Whose.</param>
    /// <param name="idOrSlug">Its id, or else its slug.</param>
    /// <param name="change">What becomes of it; nothing is written when it stays the same. May be asked more than once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How it ended, and the workspace as it is now; null when it was not changed.</returns>
    Task<(WorkspaceChange Change, Workspace? Workspace)> UpdateAsync(
        Guid organizationId, string idOrSlug, Func<Workspace, Workspace> change, CancellationToken cancellationToken);

    /// <summary>Deletes a workspace with its budgets, guardrails, rate limits and targets of alerts; what was used in it stays in the
    /// statements. Nothing happens while keys belong to it.</summary>
    Task<WorkspaceChange> DeleteAsync(Guid id, Guid organizationId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The members of an organization in the order in which they joined.</summary>
    Task<IReadOnlyList<Member>> ListMembersAsync(Guid organizationId, CancellationToken cancellationToken);
}
