using System.Collections.Concurrent;
using System.Text;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>Finds the caller of a credential. Warm keys are answered from memory; a key is looked up once however many
/// requests present it at the same time; a database that is down never turns a good key into a bad one.</summary>
public sealed class CallerDirectory(IApiKeyStore keys, HoldBook holds, DefaultTenant tenant, MasterKey master, TimeProvider clock)
{
    /// <summary>How long a key is used before the database is asked again, in the background.</summary>
    public static readonly TimeSpan RefreshAfter = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(3);
    private const int MostUnknown = 10_000;

    private static readonly GatewayError Missing = new(
        GatewayErrorKind.Unauthenticated, "Missing Authentication header: send 'Authorization: Bearer <key>'.");

    private static readonly GatewayError Unknown = new(
        GatewayErrorKind.Unauthenticated, "This API key is not valid. Check it for typing errors, or create a new one.");

    private static readonly GatewayError Disabled = new(
        GatewayErrorKind.Unauthenticated, "This API key is disabled.");

    private static readonly GatewayError Expired = new(
        GatewayErrorKind.Unauthenticated, "This API key has expired.");

    private static readonly GatewayError Unavailable = new(
        GatewayErrorKind.AuthUnavailable, "The key cannot be checked right now. Try again shortly.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    private readonly ConcurrentDictionary<KeyHash, Entry> _entries = new();
    private readonly ConcurrentDictionary<KeyHash, Lazy<Task<Entry>>> _loading = new();
    private Entry? _master;

    /// <summary>Finds the caller of the value of an <c>Authorization</c> header or of a bare key.</summary>
    public ValueTask<AuthenticationResult> AuthenticateAsync(ReadOnlySpan<char> credential)
    {
        credential = StripScheme(credential);
        if (credential.IsEmpty)
        {
            return ValueTask.FromResult(new AuthenticationResult(null, Missing));
        }

        if (credential.Length > MasterKey.LongestLength)
        {
            return ValueTask.FromResult(new AuthenticationResult(null, Unknown));
        }

        Span<byte> bytes = stackalloc byte[MasterKey.LongestLength * 3];
        var key = bytes[..Encoding.UTF8.GetBytes(credential, bytes)];
        var hash = KeyHash.Of(key);
        if (master.Matches(hash))
        {
            return _master is { } known ? Answer(known) : LoadMasterAsync();
        }

        if (_entries.TryGetValue(hash, out var entry))
        {
            var age = clock.GetUtcNow() - entry.LoadedAt;
            if (entry.Key is not null)
            {
                if (age > RefreshAfter && entry.TryBeginRefresh())
                {
                    _ = RefreshAsync(hash, entry);
                }

                return Answer(entry);
            }

            if (age < UnknownFor)
            {
                return ValueTask.FromResult(new AuthenticationResult(null, Unknown));
            }
        }

        return ApiKeyFormat.IsWellFormed(key)
            ? LoadAsync(hash)
            : ValueTask.FromResult(new AuthenticationResult(null, Unknown));
    }

    /// <summary>Forgets what is known of a key, so that the next request sees the database's state.</summary>
    public void Forget(KeyHash hash) => _entries.TryRemove(hash, out _);

    private static ReadOnlySpan<char> StripScheme(ReadOnlySpan<char> credential)
    {
        credential = credential.Trim();
        return credential.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? credential[7..].TrimStart() : credential;
    }

    private ValueTask<AuthenticationResult> Answer(Entry entry)
    {
        if (entry.Key is { } key && !key.IsUsableAt(clock.GetUtcNow()))
        {
            return ValueTask.FromResult(new AuthenticationResult(null, key.Disabled ? Disabled : Expired));
        }

        return ValueTask.FromResult(new AuthenticationResult(entry.Caller, entry.Caller is null ? Unknown : null));
    }

    private async ValueTask<AuthenticationResult> LoadMasterAsync()
    {
        try
        {
            var caller = new Caller(null, tenant.Organization.Id, tenant.Workspace.Id, await OpenPathAsync(null));
            _master = new Entry(null, caller, clock.GetUtcNow());
            return new AuthenticationResult(caller, null);
        }
        catch (StorageUnavailableException)
        {
            return new AuthenticationResult(null, Unavailable);
        }
    }

    private async ValueTask<AuthenticationResult> LoadAsync(KeyHash hash)
    {
        try
        {
            // One look-up per key, however many requests wait for it.
            var pending = _loading.GetOrAdd(hash, static (h, self) => new Lazy<Task<Entry>>(() => self.FindAsync(h)), this);
            try
            {
                var entry = await pending.Value;
                return entry.Key is null ? new AuthenticationResult(null, Unknown) : await Answer(entry);
            }
            finally
            {
                _loading.TryRemove(KeyValuePair.Create(hash, pending));
            }
        }
        catch (StorageUnavailableException)
        {
            return new AuthenticationResult(null, Unavailable);
        }
    }

    private async Task<Entry> FindAsync(KeyHash hash)
    {
        var key = await keys.FindAsync(hash, CancellationToken.None);
        var entry = key is null
            ? new Entry(null, null, clock.GetUtcNow())
            : new Entry(key, new Caller(key, key.OrganizationId, key.WorkspaceId, await OpenPathAsync(key)), clock.GetUtcNow());
        if (key is not null || _entries.Count < MostUnknown)
        {
            _entries[hash] = entry;
        }

        return entry;
    }

    private async Task RefreshAsync(KeyHash hash, Entry stale)
    {
        try
        {
            await FindAsync(hash);
        }
        catch (StorageUnavailableException)
        {
            // The key stays good; the next request asks again.
            stale.EndRefresh();
        }
    }

    private ValueTask<BudgetPath> OpenPathAsync(ApiKey? key)
    {
        var organization = key?.OrganizationId ?? tenant.Organization.Id;
        var scopes = new List<BudgetScope>
        {
            new(BudgetLevel.Organization, organization),
            new(BudgetLevel.Workspace, key?.WorkspaceId ?? tenant.Workspace.Id),
        };
        if (key?.MemberId is { } member)
        {
            scopes.Add(new BudgetScope(BudgetLevel.Member, member));
        }

        Budget? limit = null;
        if (key is not null)
        {
            var scope = new BudgetScope(BudgetLevel.Key, key.Id);
            scopes.Add(scope);
            limit = key.Limit is { } amount ? new Budget(scope, key.LimitReset, amount) : null;
            holds.SetBudgets(organization, scope, limit is null ? [] : [limit]);
        }

        return holds.OpenPathAsync(organization, scopes, limit, CancellationToken.None);
    }

    private sealed class Entry(ApiKey? key, Caller? caller, DateTimeOffset loadedAt)
    {
        private int _refreshing;

        public ApiKey? Key { get; } = key;

        public Caller? Caller { get; } = caller;

        public DateTimeOffset LoadedAt { get; } = loadedAt;

        public bool TryBeginRefresh() => Interlocked.CompareExchange(ref _refreshing, 1, 0) == 0;

        public void EndRefresh() => Volatile.Write(ref _refreshing, 0);
    }
}
