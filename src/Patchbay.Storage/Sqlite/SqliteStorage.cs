using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Storage.Journal;
using SQLitePCL;

namespace Patchbay.Storage.Sqlite;

/// <summary>Everything in one SQLite file: one writing connection with its thread, several reading ones, and before them the
/// journal, in which a server's settlements become durable.</summary>
internal sealed partial class SqliteStorage : PatchbayStorage
{
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly SqliteCounters _counters;
    private readonly string _path;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private ServerLock? _lock;
    private PendingSettlements? _pending;
    private Func<CancellationToken, ValueTask> _catchUp;
    private bool _disposed;

    private SqliteStorage(
        string path,
        SqliteWriter writer,
        SettlementJournal? journal,
        Func<CancellationToken, ValueTask> catchUp,
        TimeProvider timeProvider,
        ILogger logger)
    {
        _path = path;
        _writer = writer;
        _catchUp = catchUp;
        _readers = new SqliteReaders(SqliteDatabase.ConnectionString(path, SqliteOpenMode.ReadOnly), catchUp);
        _timeProvider = timeProvider;
        _logger = logger;
        _counters = new SqliteCounters(writer, _readers);
        Journal = journal;
        ApiKeys = new SqliteApiKeyStore(writer, _readers);
        Organizations = new SqliteOrganizationStore(writer, _readers);
        Budgets = new SqliteBudgetStore(writer, _readers);
        var tables = new SqliteTables(writer, _readers);
        BudgetPlans = new BudgetPlanStore(tables);
        Workspaces = new WorkspaceStore(tables);
        Guardrails = new GuardrailStore(tables);
        Alerts = new AlertStore(tables);
        Generations = new SqliteGenerationStore(_readers);
        Settlements = new SettlementLog(journal, writer);
        Ledger = new SqliteLedgerStore(writer, _readers, timeProvider);
        Credits = new SqliteCreditStore(writer, _readers, timeProvider);
        Payments = new SqlitePaymentStore(writer, _readers);
        Idempotency = new SqliteIdempotencyStore(writer, timeProvider);
        OpenHolds = new SqliteOpenHoldLog(writer, _readers);
        RateLimits = new SqliteRateLimitStore(writer, _readers);
        RateWindows = new MemoryRateWindows(timeProvider);
        CatalogOverrides = new SqliteCatalogOverrideStore(writer, _readers);
        ByokKeys = new SqliteByokKeyStore(writer, _readers);
        DataKeys = new SqliteDataKeyStore(writer, _readers);
        Usage = new SqliteUsageStore(writer, _readers);
    }

    /// <inheritdoc/>
    public override string Kind => "sqlite";

    /// <inheritdoc/>
    public override IApiKeyStore ApiKeys { get; }

    /// <inheritdoc/>
    public override IOrganizationStore Organizations { get; }

    /// <inheritdoc/>
    public override IBudgetStore Budgets { get; }

    /// <inheritdoc/>
    public override IBudgetPlans BudgetPlans { get; }

    /// <inheritdoc/>
    public override IWorkspaceStore Workspaces { get; }

    /// <inheritdoc/>
    public override IGuardrailStore Guardrails { get; }

    /// <inheritdoc/>
    public override IAlertStore Alerts { get; }

    /// <inheritdoc/>
    public override IGenerationStore Generations { get; }

    /// <inheritdoc/>
    public override ISettlementLog Settlements { get; }

    /// <inheritdoc/>
    public override ILedgerStore Ledger { get; }

    /// <inheritdoc/>
    public override ICreditStore Credits { get; }

    /// <inheritdoc/>
    public override IIdempotencyStore Idempotency { get; }

    /// <inheritdoc/>
    public override IPaymentStore Payments { get; }

    /// <inheritdoc/>
    public override IOpenHoldLog OpenHolds { get; }

    /// <inheritdoc/>
    public override ISharedCounters Counters => _counters;

    /// <inheritdoc/>
    public override IRateLimitStore RateLimits { get; }

    /// <inheritdoc/>
    public override IRateWindows RateWindows { get; }

    /// <inheritdoc/>
    public override ICatalogOverrideStore CatalogOverrides { get; }

    /// <inheritdoc/>
    public override IByokKeyStore ByokKeys { get; }

    /// <inheritdoc/>
    public override IDataKeyStore DataKeys { get; }

    /// <inheritdoc/>
    public override IUsageStore Usage { get; }

    /// <summary>The writing thread, for tests that take the disk away from it.</summary>
    internal SqliteWriter Writer => _writer;

    /// <summary>The journal of a server, for tests that take the disk away from it.</summary>
    internal SettlementJournal? Journal { get; }

    /// <summary>Opens or makes <c>patchbay.db</c> in the folder.</summary>
    public static async Task<SqliteStorage> OpenFolderAsync(
        StorageOptions options,
        bool exclusive,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken)
    {
        Batteries_V2.Init();
        var logger = loggerFactory.CreateLogger<SqliteStorage>();
        var path = Path.Combine(options.DataDirectory, "patchbay.db");
        ServerLock? serverLock = null;
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(options.DataDirectory);
            serverLock = exclusive ? await ServerLock.TakeAsync(options.DataDirectory, timeProvider, cancellationToken) : null;
            connection = await SqliteDatabase.OpenAsync(path, exclusive, cancellationToken);
            if (serverLock is { WasUnclean: true })
            {
                await SqliteDatabase.CheckIntegrityAsync(connection, new FileInfo(path).Length, logger, cancellationToken);
            }

            await SqliteDatabase.MigrateAsync(
                connection, new SchemaMigrator(Migration.Embedded("Sqlite"), timeProvider), logger, cancellationToken);
            if (serverLock is null)
            {
                return await BesideServerAsync(options, path, connection, timeProvider, loggerFactory, cancellationToken);
            }

            var state = await JournalState.ReadAsync(connection, cancellationToken);
            return AsServer(options, path, connection, state, serverLock, timeProvider, loggerFactory);
        }
        catch (Exception exception)
        {
            connection?.Dispose();
            serverLock?.Dispose();
            if (exception is SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB })
            {
                throw new StorageRefusedException($"The database file is damaged: {exception.Message} Restore a backup.", exception);
            }

            if (exception is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw SqliteErrors.Translate(exception);
            }

            throw;
        }
    }

    private static SqliteStorage AsServer(
        StorageOptions options,
        string path,
        SqliteConnection connection,
        JournalState state,
        ServerLock serverLock,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory)
    {
        var folder = new JournalFolder(options.DataDirectory, timeProvider);
        var pending = new PendingSettlements(state.Sequence, timeProvider);
        using (var session = new SqliteSession(connection))
        {
            SqliteDatabase.Replay(session, folder, state, pending, timeProvider, loggerFactory);
        }

        var segments = new JournalSegments(folder, state.DatabaseId, options.JournalSegmentBytes);
        segments.Prepare();
        var journaled = new JournaledSettlements(pending, new RefusedSettlements(folder.RefusedFile));
        var writer = new SqliteWriter(connection, journaled, options.DiskFailed, timeProvider, loggerFactory.CreateLogger<SqliteWriter>());
        var journal = new SettlementJournal(segments, pending, writer, loggerFactory.CreateLogger<SettlementJournal>());
        return new SqliteStorage(
            path, writer, journal, writer.CatchUpAsync, timeProvider, loggerFactory.CreateLogger<SqliteStorage>())
        {
            _lock = serverLock,
            _pending = pending,
        };
    }

    private static async Task<SqliteStorage> BesideServerAsync(
        StorageOptions options,
        string path,
        SqliteConnection connection,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken)
    {
        var follower = new JournalFollower(options.DataDirectory, path, timeProvider, loggerFactory);
        await follower.CatchUpAsync(cancellationToken);
        return new SqliteStorage(
            path,
            new SqliteWriter(connection, journaled: null, options.DiskFailed, timeProvider, loggerFactory.CreateLogger<SqliteWriter>()),
            journal: null,
            follower.CatchUpAsync,
            timeProvider,
            loggerFactory.CreateLogger<SqliteStorage>())
        {
            _catchUp = follower.RequireAsync,
        };
    }

    /// <inheritdoc/>
    public override async Task<bool> CanWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _writer.WriteAsync(
                session => session.Statement("""
                    INSERT INTO readiness (id, checked_at) VALUES (1, ?)
                    ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at
                    """).Start().Add(_timeProvider.GetUtcNow()).Execute() == 1,
                cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override async Task BackupAsync(string file, CancellationToken cancellationToken)
    {
        await _catchUp(cancellationToken);
        await SqliteBackup.WriteAsync(
            SqliteDatabase.ConnectionString(_path, SqliteOpenMode.ReadOnly), file, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _readers.DisposeAsync();
        if (Journal is not null)
        {
            await Journal.DisposeAsync();
        }

        await FlushCountsAsync();
        await _writer.DisposeAsync();
        _pending?.Dispose();
        if (_writer.StoppedCleanly)
        {
            _lock?.MarkClean();
        }

        _lock?.Dispose();
        Log.Closed(_logger);
    }

    private async Task FlushCountsAsync()
    {
        try
        {
            await _counters.FlushAsync();
        }
        catch (StorageUnavailableException)
        {
            // Then the next start goes on from what was written ahead, as after a crash.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7007, Level = LogLevel.Debug, Message = "The database is closed.")]
        public static partial void Closed(ILogger logger);
    }
}
