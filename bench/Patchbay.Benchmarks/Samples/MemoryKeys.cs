using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Benchmarks;

/// <summary>A database with one key.</summary>
internal sealed class MemoryKeys(ApiKey key) : IApiKeyStore
{
    public Task<ApiKey?> FindAsync(KeyHash hash, CancellationToken cancellationToken) =>
        Task.FromResult(hash == key.Hash ? key : null);

    public Task<IReadOnlyList<ApiKey>> ListAsync(ApiKeyQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ApiKey>>([key]);

    public Task<bool> CreateAsync(ApiKey key, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<bool> UpdateAsync(ApiKey key, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<bool> DeleteAsync(KeyHash hash, Guid organizationId, CancellationToken cancellationToken) =>
        Task.FromResult(false);
}
