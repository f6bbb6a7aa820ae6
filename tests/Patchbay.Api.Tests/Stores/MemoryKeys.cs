using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api.Tests;

internal sealed class MemoryKeys(MemoryDatabase database) : IApiKeyStore
{
    private readonly Lock _gate = new();
    private readonly List<ApiKey> _keys = [];
    private int _lookups;

    public int Lookups => Volatile.Read(ref _lookups);

    /// <summary>When set, a look-up that has read its key waits for it before it returns.</summary>
    public Task? HoldLookups { get; set; }

    public async Task<ApiKey?> FindAsync(KeyHash hash, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lookups);
        database.Ask();
        ApiKey? found;
        lock (_gate)
        {
            found = _keys.Find(key => key.Hash == hash);
        }

        await (HoldLookups ?? Task.CompletedTask);
        return found;
    }

    public Task<IReadOnlyList<ApiKey>> ListAsync(ApiKeyQuery query, CancellationToken cancellationToken)
    {
        database.Ask();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ApiKey>>([.. _keys
                .AsEnumerable()
                .Reverse()
                .Where(key => key.OrganizationId == query.OrganizationId)
                .Where(key => query.WorkspaceId is null || key.WorkspaceId == query.WorkspaceId)
                .Where(key => query.IncludeDisabled || !key.Disabled)
                .Skip(query.Offset)
                .Take(query.Limit)]);
        }
    }

    public Task<bool> CreateAsync(ApiKey key, CancellationToken cancellationToken)
    {
        database.Ask();
        lock (_gate)
        {
            _keys.RemoveAll(other => other.Id == key.Id);
            _keys.Add(key);
        }

        return Task.FromResult(true);
    }

    public Task<bool> UpdateAsync(ApiKey key, CancellationToken cancellationToken)
    {
        database.Ask();
        lock (_gate)
        {
            var index = _keys.FindIndex(k => k.Hash == key.Hash && k.OrganizationId == key.OrganizationId);
            if (index >= 0)
            {
                _keys[index] = key;
            }

            return Task.FromResult(index >= 0);
        }
    }

    public Task<bool> DeleteAsync(KeyHash hash, Guid organizationId, CancellationToken cancellationToken)
    {
        database.Ask();
        lock (_gate)
        {
            return Task.FromResult(_keys.RemoveAll(k => k.Hash == hash && k.OrganizationId == organizationId) > 0);
        }
    }
}
