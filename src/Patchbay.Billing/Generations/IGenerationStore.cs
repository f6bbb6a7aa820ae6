using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Which generations a list holds.</summary>
/// <param name="OrganizationId">Only of this organization.</param>
/// <param name="WorkspaceId">Only of this workspace, when given.</param>
/// <param name="Offset">How many to leave out at the front.</param>
/// <param name="Limit">How many to return at most.</param>
public readonly record struct GenerationQuery(Guid OrganizationId, Guid? WorkspaceId, int Offset, int Limit);

/// <summary>Where generations are read. Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface IGenerationStore
{
    /// <summary>The generation with this id in this organization, or null. Sees every settlement whose task completed.</summary>
    Task<Generation?> FindAsync(string id, Guid organizationId, CancellationToken cancellationToken);

    /// <summary>Generations, the newest first.</summary>
    Task<IReadOnlyList<Generation>> ListAsync(GenerationQuery query, CancellationToken cancellationToken);

    /// <summary>How many there are in all for this query, its offset and limit aside.</summary>
    Task<long> CountAsync(GenerationQuery query, CancellationToken cancellationToken);
}
