using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Storage.Postgres;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage;

/// <summary>An open database with one store per contract. All stores are thread-safe and throw
/// <see cref="StorageUnavailableException"/> when the database cannot answer; a row that breaks a rule of the schema is a
/// programming error and throws <see cref="InvalidOperationException"/>. Disposing finishes what was begun and releases
/// every file and connection.</summary>
public abstract class PatchbayStorage : IAsyncDisposable
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>API keys.</summary>
    public abstract IApiKeyStore ApiKeys { get; }

    /// <summary>Organizations, workspaces, users and members.</summary>
    public abstract IOrganizationStore Organizations { get; }

    /// <summary>Budgets and spending.</summary>
    public abstract IBudgetStore Budgets { get; }

    /// <summary>Budgets as owners set them.</summary>
    public abstract IBudgetPlans BudgetPlans { get; }

    /// <summary>Workspaces.</summary>
    public abstract IWorkspaceStore Workspaces { get; }

    /// <summary>Guardrails.</summary>
    public abstract IGuardrailStore Guardrails { get; }

    /// <summary>What owners are told.</summary>
    public abstract IAlertStore Alerts { get; }

    /// <summary>Generations, for reading.</summary>
    public abstract IGenerationStore Generations { get; }

    /// <summary>The way by which usage enters the books.</summary>
    public abstract ISettlementLog Settlements { get; }

    /// <summary>The books.</summary>
    public abstract ILedgerStore Ledger { get; }

    /// <summary>Credits and their transactions.</summary>
    public abstract ICreditStore Credits { get; }

    /// <summary>Requests with an Idempotency-Key.</summary>
    public abstract IIdempotencyStore Idempotency { get; }

    /// <summary>Payments and payers.</summary>
    public abstract IPaymentStore Payments { get; }

    /// <summary>Long-lived holds.</summary>
    public abstract IOpenHoldLog OpenHolds { get; }

    /// <summary>Rate limits.</summary>
    public abstract IRateLimitStore RateLimits { get; }

    /// <summary>Counts of the last minute, shared by all servers of the database.</summary>
    public abstract IRateWindows RateWindows { get; }

    /// <summary>What operators have decided of models and endpoints.</summary>
    public abstract ICatalogOverrideStore CatalogOverrides { get; }

    /// <summary>Callers' own provider keys.</summary>
    public abstract IByokKeyStore ByokKeys { get; }

    /// <summary>The wrapped keys of tenants' secrets.</summary>
    public abstract IDataKeyStore DataKeys { get; }

    /// <summary>Counts against limits that hold for all servers of the database together.</summary>
    public abstract ISharedCounters Counters { get; }

    /// <summary>How many servers use the database, and this one's share of what they cannot ask each other about.</summary>
    public virtual FleetShare Fleet { get; } = new();

    /// <summary>Shares of the limits that several servers have in common; null where a server is alone, and for commands.
    /// </summary>
    public virtual ILeaseStore? Leases => null;

    /// <summary>The servers of the database; null where there can only be one.</summary>
    public virtual INodeRoster? Nodes => null;

    /// <summary>Hands over what other processes change, until it is cancelled; what could not be handled, since the database
    /// went away, is handed over again. Ends at once where a server is alone.</summary>
    public virtual Task FollowChangesAsync(
        Func<StorageChange, CancellationToken, Task> handle, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What generations add up to.</summary>
    public abstract IUsageStore Usage { get; }

    /// <summary>Opens the database, brings its schema up to date and checks it.</summary>
    /// <param name="options">Which database.</param>
    /// <param name="exclusive">True for a server: takes the data folder for itself, and with SQLite the database. False for
    /// commands that run beside it.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="loggerFactory">Where to log.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <exception cref="StorageRefusedException">Another server holds the lock, the schema is newer or different, or the
    /// file is damaged.</exception>
    /// <exception cref="StorageUnavailableException">The database cannot be reached or written.</exception>
    public static async Task<PatchbayStorage> OpenAsync(
        StorageOptions options,
        bool exclusive,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken) =>
        string.IsNullOrWhiteSpace(options.PostgresConnectionString)
            ? await SqliteStorage.OpenFolderAsync(options, exclusive, timeProvider, loggerFactory, cancellationToken)
            : await PostgresStorage.ConnectAsync(
                options, exclusive, timeProvider, loggerFactory, cancellationToken);

    /// <summary>Whether a write becomes durable at this moment; never throws for a database that is down.</summary>
    public abstract Task<bool> CanWriteAsync(CancellationToken cancellationToken);

    /// <summary>Whether a settlement becomes durable at this moment, in the database or in a journal that it takes them from later;
    /// never throws for a database that is down.</summary>
    public virtual Task<bool> CanSettleAsync(CancellationToken cancellationToken) => CanWriteAsync(cancellationToken);

    /// <summary>Writes a consistent copy of the whole database into a new file, also while a server uses it. Everything
    /// that was durable when the call began is in it.</summary>
    /// <exception cref="StorageRefusedException">The file exists already, or this database has its own tools for that.
    /// </exception>
    public abstract Task BackupAsync(string file, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
