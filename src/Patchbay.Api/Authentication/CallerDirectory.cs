using System.Collections.Concurrent;
using System.Text;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Finds the caller of a credential. Warm keys are answered from memory; a key is looked up once however many
/// requests present it at the same time; a database that is down never turns a good key into a bad one.</summary>
public sealed class CallerDirectory(IApiKeyStore keys, HoldBook holds, DefaultTenant tenant, MasterKey master, TimeProvider clock,
    IOrganizationStore? workspaces = null, IGuardrailStore? guardrails = null)
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
    private readonly ConcurrentDictionary<KeyHash, DateTimeOffset> _unknown = new();
    private readonly ConcurrentDictionary<KeyHash, Lazy<Task<Entry?>>> _loading = new();
    private readonly Lock _gate = new();
    private int _version;
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
            if (_master is not { } known)
            {
                return LoadMasterAsync();
            }

            if (clock.GetUtcNow() - known.LoadedAt > RefreshAfter && known.TryBeginRefresh())
            {
                _ = RefreshMasterAsync();
            }

            return ValueTask.FromResult(new AuthenticationResult(known.Caller, null));
        }

        if (_entries.TryGetValue(hash, out var entry))
        {
            if (clock.GetUtcNow() - entry.LoadedAt > RefreshAfter && entry.TryBeginRefresh())
            {
                _ = RefreshAsync(hash, entry);
            }

            return ValueTask.FromResult(Answer(entry));
        }

        return ApiKeyFormat.IsWellFormed(key) && !IsKnownToBeUnknown(hash)
            ? LoadAsync(hash)
            : ValueTask.FromResult(new AuthenticationResult(null, Unknown));
    }

    /// <summary>Forgets what is known of a key, so that the next request sees the database's state. A look-up that began
    /// before is not remembered.</summary>
    public void Forget(KeyHash hash)
    {
        lock (_gate)
        {
            _version++;
            _loading.TryRemove(hash, out _);
            _entries.TryRemove(hash, out _);
            _unknown.TryRemove(hash, out _);
        }
    }

    /// <summary>Forgets what is known of all callers of a workspace.</summary>
    public void ForgetWorkspace(Guid workspaceId) =>
        Forget(caller => caller.WorkspaceId == workspaceId, workspaceId == tenant.Workspace.Id);

    /// <summary>Forgets what is known of all callers of an organization.</summary>
    public void ForgetOrganization(Guid organizationId) =>
        Forget(caller => caller.OrganizationId == organizationId, organizationId == tenant.Organization.Id);

    private void Forget(Predicate<Caller> concerns, bool isMaster)
    {
        lock (_gate)
        {
            _version++;
            _loading.Clear();
            foreach (var (hash, entry) in _entries)
            {
                if (concerns(entry.Caller))
                {
                    _entries.TryRemove(hash, out _);
                }
            }

            _master = isMaster ? null : _master;
        }
    }

    /// <summary>The key in the value of an <c>Authorization</c> header, or the bare key itself.</summary>
    internal static ReadOnlySpan<char> StripScheme(ReadOnlySpan<char> credential)
    {
        credential = credential.Trim();
        if (!credential.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return credential;
        }

        var rest = credential[6..];
        return rest.IsEmpty || rest[0] == ' ' ? rest.TrimStart() : credential;
    }

    private AuthenticationResult Answer(Entry entry)
    {
        var key = entry.Caller.Key!;
        return key.IsUsableAt(clock.GetUtcNow())
            ? new AuthenticationResult(entry.Caller, null)
            : new AuthenticationResult(null, key.Disabled ? Disabled : Expired);
    }

    private async ValueTask<AuthenticationResult> LoadMasterAsync()
    {
        try
        {
            var version = Volatile.Read(ref _version);
            var caller = new Caller(null, tenant.Organization.Id, tenant.Workspace.Id, await OpenPathAsync(null, null))
            {
                GetsLoggingDiscount = await IsDiscountedAsync(tenant.Workspace.Id),
                Guardrails = await ListGuardrailsAsync(tenant.Workspace.Id, null),
            };
            lock (_gate)
            {
                // What was read before a change is not remembered.
                if (_version == version)
                {
                    _master = new Entry(caller, clock.GetUtcNow());
                }
                else
                {
                    _master?.EndRefresh();
                }
            }

            return new AuthenticationResult(caller, null);
        }
        catch (StorageUnavailableException)
        {
            _master?.EndRefresh();
            return new AuthenticationResult(null, Unavailable);
        }
    }

    private async Task RefreshMasterAsync() => await LoadMasterAsync();

    private async ValueTask<AuthenticationResult> LoadAsync(KeyHash hash)
    {
        try
        {
            // One look-up per key, however many requests wait for it.
            var pending = _loading.GetOrAdd(
                hash, static (h, self) => new Lazy<Task<Entry?>>(() => self.FindOnceAsync(h)), this);
            try
            {
                return await pending.Value is { } entry ? Answer(entry) : new AuthenticationResult(null, Unknown);
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

    /// <summary>The entry that a look-up left which ended between a request's glance at the entries and its turn, or else
    /// a new look-up.</summary>
    private Task<Entry?> FindOnceAsync(KeyHash hash) =>
        _entries.TryGetValue(hash, out var entry) ? Task.FromResult<Entry?>(entry)
        : IsKnownToBeUnknown(hash) ? Task.FromResult<Entry?>(null)
        : FindAsync(hash);

    private async Task<Entry?> FindAsync(KeyHash hash)
    {
        var version = Volatile.Read(ref _version);
        if (await keys.FindAsync(hash, CancellationToken.None) is not { } key)
        {
            RememberUnknown(hash, version);
            return null;
        }

        var scope = new BudgetScope(BudgetLevel.Key, key.Id);
        var limit = key.Limit is { } amount ? new Budget(scope, key.LimitReset, amount) { IncludesByok = key.IncludeByokInLimit } : null;
        var path = await OpenPathAsync(key, limit);
        var caller = new Caller(key, key.OrganizationId, key.WorkspaceId, path)
        {
            GetsLoggingDiscount = await IsDiscountedAsync(key.WorkspaceId),
            Guardrails = await ListGuardrailsAsync(key.WorkspaceId, key),
        };
        var entry = new Entry(caller, clock.GetUtcNow());
        lock (_gate)
        {
            // What was read before a change is neither remembered nor allowed to bring back an old limit.
            if (_version == version)
            {
                holds.SetBudgets(key.OrganizationId, scope, limit is null ? [] : [limit]);
                _entries[hash] = entry;
                _unknown.TryRemove(hash, out _);
            }
        }

        return entry;
    }

    private async ValueTask<bool> IsDiscountedAsync(Guid workspaceId) =>
        workspaces is not null
        && await workspaces.FindWorkspaceAsync(workspaceId, CancellationToken.None) is { LoggingDiscount: true };

    private async ValueTask<IReadOnlyList<RoutePreferences>> ListGuardrailsAsync(Guid workspaceId, ApiKey? key) =>
        guardrails is null
            ? []
            : GuardrailLevel.Of(await guardrails.ListForAsync(workspaceId, key?.MemberId, key?.Id, CancellationToken.None));

    private void RememberUnknown(KeyHash hash, int version)
    {
        lock (_gate)
        {
            if (_version != version)
            {
                return;
            }

            _entries.TryRemove(hash, out _);
            if (_unknown.Count >= MostUnknown)
            {
                _unknown.Clear();
            }

            _unknown[hash] = clock.GetUtcNow();
        }
    }

    private bool IsKnownToBeUnknown(KeyHash hash) =>
        _unknown.TryGetValue(hash, out var since) && clock.GetUtcNow() - since < UnknownFor;

    private async Task RefreshAsync(KeyHash hash, Entry stale)
    {
        try
        {
            await FindAsync(hash);
        }
        catch (StorageUnavailableException)
        {
            // The key stays good; the next request asks again.
        }
        finally
        {
            stale.EndRefresh();
        }
    }

    private ValueTask<BudgetPath> OpenPathAsync(ApiKey? key, Budget? limit)
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

        if (key is not null)
        {
            scopes.Add(new BudgetScope(BudgetLevel.Key, key.Id));
        }

        if (key?.MemberId is { } seated)
        {
            scopes.Add(BudgetScope.SeatOf(key.WorkspaceId, seated));
        }

        return holds.OpenPathAsync(organization, scopes, limit, CancellationToken.None);
    }

    private sealed class Entry(Caller caller, DateTimeOffset loadedAt)
    {
        private int _refreshing;

        public Caller Caller { get; } = caller;

        public DateTimeOffset LoadedAt { get; } = loadedAt;

        public bool TryBeginRefresh() => Interlocked.CompareExchange(ref _refreshing, 1, 0) == 0;

        public void EndRefresh() => Volatile.Write(ref _refreshing, 0);
    }
}
