using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Providers;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>What a caller may use of its organization's own provider keys, at one state of the directory.</summary>
internal sealed record ByokView(int Version, IReadOnlyList<ByokRoute> Routes);

/// <summary>The own provider keys of all organizations, in memory; their secrets only once a caller of that organization came.
/// Callers without any pay the comparison of two numbers. Thread-safe.</summary>
public sealed partial class ByokDirectory(
    IByokKeyStore store, SecretVault vault, CatalogHolder catalog, ILogger<ByokDirectory> log)
    : IDisposable
{
    private readonly ConcurrentDictionary<Guid, Room> _rooms = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _revision;
    private int _version = 1;

    /// <summary>Takes in what has changed in the database, and puts it in force before it returns.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot answer; what was known stays in force.</exception>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var changes = await store.ListChangedAsync(_revision, cancellationToken);
            if (changes.Keys.Count > 0)
            {
                foreach (var changed in changes.Keys.GroupBy(static key => key.OrganizationId))
                {
                    var before = _rooms.TryGetValue(changed.Key, out var room) ? room.Keys : [];
                    _rooms[changed.Key] = new Room(Merge(before, changed));
                }

                Interlocked.Increment(ref _version);
            }

            _revision = changes.Revision;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The keys that the caller may use, in the order in which they are tried. Completes at once when nothing has
    /// changed since its last request.</summary>
    /// <exception cref="StorageUnavailableException">Their secrets cannot be read.</exception>
    public ValueTask<IReadOnlyList<ByokRoute>> ForAsync(Caller caller)
    {
        var version = Volatile.Read(ref _version);
        if (caller.Byok is { } known && known.Version == version)
        {
            return ValueTask.FromResult(known.Routes);
        }

        if (_rooms.TryGetValue(caller.OrganizationId, out var room))
        {
            return new ValueTask<IReadOnlyList<ByokRoute>>(SelectAsync(caller, room, version));
        }

        caller.Byok = new ByokView(version, []);
        return ValueTask.FromResult<IReadOnlyList<ByokRoute>>([]);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static ImmutableArray<ByokKey> Merge(ImmutableArray<ByokKey> before, IEnumerable<ByokKey> changed)
    {
        var keys = before.ToDictionary(static key => key.Id);
        foreach (var key in changed)
        {
            keys.Remove(key.Id);
            if (key.DeletedAt is null)
            {
                keys.Add(key.Id, key);
            }
        }

        return [.. keys.Values.OrderBy(static key => key.SortOrder).ThenBy(static key => key.Id)];
    }

    private async Task<IReadOnlyList<ByokRoute>> SelectAsync(Caller caller, Room room, int version)
    {
        var routes = new List<ByokRoute>();
        foreach (var key in room.Keys)
        {
            if (MayUse(caller, key) && await room.RouteAsync(key, OpenAsync) is { } route)
            {
                routes.Add(route);
            }
        }

        caller.Byok = new ByokView(version, routes);
        return routes;
    }

    private static bool MayUse(Caller caller, ByokKey key) =>
        !key.Disabled
        && (key.WorkspaceId is not { } workspace || workspace == caller.WorkspaceId)
        && (key.AllowedApiKeyHashes is not { } hashes || (caller.Key is { } own && hashes.Contains(own.Hash.ToString())))
        && (key.AllowedUserIds is not { } users
            || (caller.Key?.CreatorUserId is { } user && users.Contains(user.ToString(), StringComparer.OrdinalIgnoreCase)));

    // A secret that does not open is left out, and said: other keys of the organization still work.
    private async Task<ByokRoute?> OpenAsync(ByokKey key)
    {
        try
        {
            var text = await vault.OpenAsync(key.Place, key.Sealed, CancellationToken.None);
            var listing = catalog.Current.TryGetProvider(key.Provider, out var found) ? found : null;
            if (AccountText.Parse(listing?.Auth ?? "bearer", listing?.AddressNames ?? [], text, out _) is { } accounts)
            {
                return new ByokRoute(key.Id, key.Provider, accounts)
                {
                    Credential = CredentialOf(key),
                    AllowedModels = key.AllowedModels,
                    IsFallback = key.IsFallback,
                    IsRequired = key.IsRequired,
                    IsByokOnly = key.IsByokOnly,
                    DeclaredZdr = key.DeclaredZdr,
                };
            }

            Log.NotUsable(log, key.Id, "it no longer has the form that the provider needs");
        }
        catch (SecretException exception)
        {
            Log.NotUsable(log, key.Id, exception.Message);
        }

        return null;
    }

    // The end of a version 7 id is random.
    private static CredentialId CredentialOf(ByokKey key)
    {
        Span<byte> id = stackalloc byte[16];
        key.Id.TryWriteBytes(id);
        var value = BinaryPrimitives.ReadInt64LittleEndian(id[8..]) + key.SecretVersion;
        return new CredentialId(value == CredentialId.Operators.Value ? long.MinValue : value);
    }

    /// <summary>The keys of one organization, and those of their secrets that were needed.</summary>
    private sealed class Room(ImmutableArray<ByokKey> keys)
    {
        private readonly ConcurrentDictionary<Guid, Lazy<Task<ByokRoute?>>> _routes = new();

        public ImmutableArray<ByokKey> Keys => keys;

        public async Task<ByokRoute?> RouteAsync(ByokKey key, Func<ByokKey, Task<ByokRoute?>> open)
        {
            var pending = _routes.GetOrAdd(key.Id, _ => new Lazy<Task<ByokRoute?>>(() => open(key)));
            try
            {
                return await pending.Value;
            }
            catch (StorageUnavailableException)
            {
                _routes.TryRemove(KeyValuePair.Create(key.Id, pending));
                throw;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1040, LogLevel.Error, "The own provider key {Id} cannot be used: {Problem}.")]
        public static partial void NotUsable(ILogger logger, Guid id, string problem);
    }
}
