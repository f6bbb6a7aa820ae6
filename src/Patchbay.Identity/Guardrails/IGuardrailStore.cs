using Patchbay.Core;

namespace Patchbay.Identity;

/// <summary>What a guardrail can be assigned to.</summary>
public enum GuardrailSubject
{
    /// <summary>An API key.</summary>
    Key = 0,

    /// <summary>A member.</summary>
    Member = 1,
}

/// <summary>A guardrail that is assigned to a key or a member.</summary>
/// <param name="Id">The assignment's own id.</param>
/// <param name="GuardrailId">The guardrail.</param>
/// <param name="AssignedBy">The user who did; null for the master key.</param>
/// <param name="CreatedAt">When, UTC.</param>
public sealed record GuardrailAssignment(Guid Id, Guid GuardrailId, Guid? AssignedBy, DateTimeOffset CreatedAt)
{
    /// <summary>The key; null for a member.</summary>
    public AssignedKey? Key { get; init; }

    /// <summary>The member's user; null for a key.</summary>
    public Guid? UserId { get; init; }
}

/// <summary>A key that has a guardrail.</summary>
/// <param name="Hash">Its public identifier.</param>
/// <param name="Name">Its name.</param>
/// <param name="Label">The masked key.</param>
public sealed record AssignedKey(string Hash, string Name, string Label);

/// <summary>Where guardrails and their assignments are kept. Thread-safe; throws <see cref="StorageUnavailableException"/>.
/// </summary>
public interface IGuardrailStore
{
    /// <summary>The guardrails of a workspace in the order in which they were made.</summary>
    Task<IReadOnlyList<Guardrail>> ListAsync(
        Guid organizationId, Guid workspaceId, int offset, int limit, CancellationToken cancellationToken);

    /// <summary>How many a workspace has.</summary>
    Task<int> CountAsync(Guid organizationId, Guid workspaceId, CancellationToken cancellationToken);

    /// <summary>The guardrail with this id; null when the organization has none.</summary>
    Task<Guardrail?> FindAsync(Guid organizationId, Guid id, CancellationToken cancellationToken);

    /// <summary>Those that concern the requests of a key: its workspace's default, its member's and its own, in this order.
    /// </summary>
    Task<IReadOnlyList<Guardrail>> ListForAsync(
        Guid workspaceId, Guid? memberId, Guid? keyId, CancellationToken cancellationToken);

    /// <summary>Replaces the guardrail with its id, or where <paramref name="mayBeNew"/> makes it. False when it, or its
    /// workspace, is gone.</summary>
    Task<bool> SaveAsync(Guardrail guardrail, bool mayBeNew, CancellationToken cancellationToken);

    /// <summary>Deletes a guardrail with its assignments; false when the organization has none with this id.</summary>
    Task<bool> DeleteAsync(Guid organizationId, Guid id, CancellationToken cancellationToken);

    /// <summary>Assignments in the order in which they were made: those of one guardrail, or for null of all.</summary>
    Task<IReadOnlyList<GuardrailAssignment>> ListAssignmentsAsync(
        Guid organizationId, GuardrailSubject subject, Guid? guardrailId, int offset, int limit, CancellationToken cancellationToken);

    /// <summary>How many there are of them.</summary>
    Task<int> CountAssignmentsAsync(
        Guid organizationId, GuardrailSubject subject, Guid? guardrailId, CancellationToken cancellationToken);

    /// <summary>Assigns a guardrail to all of these, in place of what was assigned to them. False, and nothing is changed, when
    /// the guardrail or one of them is gone.</summary>
    Task<bool> AssignAsync(
        Guardrail guardrail, GuardrailSubject subject, IReadOnlyList<Guid> ids, Guid? assignedBy, DateTimeOffset now,
        CancellationToken cancellationToken);

    /// <summary>Takes a guardrail away from these; returns from how many, since others do not have it.</summary>
    Task<int> UnassignAsync(
        Guardrail guardrail, GuardrailSubject subject, IReadOnlyList<Guid> ids, CancellationToken cancellationToken);
}
