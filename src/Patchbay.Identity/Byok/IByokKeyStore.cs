using Patchbay.Core;

namespace Patchbay.Identity;

/// <summary>Which of an organization's own provider keys a list holds.</summary>
/// <param name="OrganizationId">Only of this organization.</param>
/// <param name="WorkspaceId">Only what belongs to this workspace alone, or to all.</param>
/// <param name="Provider">Only of this provider, when given.</param>
/// <param name="Offset">How many to leave out at the front.</param>
/// <param name="Limit">How many to return at most.</param>
public readonly record struct ByokKeyQuery(Guid OrganizationId, Guid WorkspaceId, string? Provider, int Offset, int Limit);

/// <summary>The changes since a revision.</summary>
/// <param name="Revision">The number of the last change of all.</param>
/// <param name="Keys">The keys that have changed, each as it is now; deleted ones too.</param>
public sealed record ByokKeyChanges(long Revision, IReadOnlyList<ByokKey> Keys);

/// <summary>Where callers' own provider keys are kept. Thread-safe; throws <see cref="StorageUnavailableException"/>. Every
/// change has a number, so that whoever knows one can ask for what came after it.</summary>
public interface IByokKeyStore
{
    /// <summary>Keys that are not deleted, by provider and then in the order in which they are tried.</summary>
    Task<IReadOnlyList<ByokKey>> ListAsync(ByokKeyQuery query, CancellationToken cancellationToken);

    /// <summary>How many there are in all for this query, its offset and limit aside.</summary>
    Task<int> CountAsync(ByokKeyQuery query, CancellationToken cancellationToken);

    /// <summary>The key with this id in this organization, or null when there is none, or when it is deleted.</summary>
    Task<ByokKey?> FindAsync(Guid id, Guid organizationId, CancellationToken cancellationToken);

    /// <summary>Keeps a new key, as the last of its provider, and returns it with its place; durable when the task
    /// completes. Null when its organization has no such workspace, or has none any more.</summary>
    Task<ByokKey?> CreateAsync(ByokKey key, CancellationToken cancellationToken);

    /// <summary>Replaces everything of an existing key but its ids, workspace, provider, place and time. The secret is
    /// replaced only when <see cref="ByokKey.SecretVersion"/> is one more than the stored one. False when there is no such
    /// key, or when another has changed the secret meanwhile.</summary>
    Task<bool> UpdateAsync(ByokKey key, CancellationToken cancellationToken);

    /// <summary>Marks the key as deleted and wipes its secret. False when there is none.</summary>
    Task<bool> DeleteAsync(Guid id, Guid organizationId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>What has changed after the revision; 0 for everything.</summary>
    Task<ByokKeyChanges> ListChangedAsync(long revision, CancellationToken cancellationToken);
}
