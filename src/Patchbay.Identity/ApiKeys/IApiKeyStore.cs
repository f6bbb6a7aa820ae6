using Patchbay.Core;

namespace Patchbay.Identity;

/// <summary>Which keys a list holds.</summary>
/// <param name="OrganizationId">Only keys of this organization.</param>
/// <param name="WorkspaceId">Only keys of this workspace, when given.</param>
/// <param name="IncludeDisabled">Whether switched-off keys are listed.</param>
/// <param name="Offset">How many to leave out at the front.</param>
/// <param name="Limit">How many to return at most.</param>
public readonly record struct ApiKeyQuery(
    Guid OrganizationId, Guid? WorkspaceId, bool IncludeDisabled, int Offset, int Limit);

/// <summary>Where API keys are kept. Thread-safe. Every method throws <see cref="StorageUnavailableException"/> when the
/// database cannot answer, which is never the same as "no such key".</summary>
public interface IApiKeyStore
{
    /// <summary>The key with this hash, or null when there is none (an authoritative answer).</summary>
    Task<ApiKey?> FindAsync(KeyHash hash, CancellationToken cancellationToken);

    /// <summary>Keys in the order they were made, newest first.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(ApiKeyQuery query, CancellationToken cancellationToken);

    /// <summary>Keeps a new key; durable when the task completes. A key with the same id, which an interrupted execution of the
    /// same request made, is given the new text instead: the old one was never told to anybody. False when its organization has no such
    /// workspace; also one that is deleted at the same moment has either no key or is not deleted.</summary>
    Task<bool> CreateAsync(ApiKey key, CancellationToken cancellationToken);

    /// <summary>Replaces name, limit, reset, BYOK flag, expiry, disabled flag and the time of change of an existing key.
    /// False when there is none with this hash in the key's organization.</summary>
    Task<bool> UpdateAsync(ApiKey key, CancellationToken cancellationToken);

    /// <summary>Deletes a key of this organization for good; its usage stays. False when there is none.</summary>
    Task<bool> DeleteAsync(KeyHash hash, Guid organizationId, CancellationToken cancellationToken);
}
