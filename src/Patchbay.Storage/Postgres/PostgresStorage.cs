using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Storage.Journal;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Postgres;

/// <summary>Everything in one PostgreSQL database.</summary>
internal sealed partial class PostgresStorage : PatchbayStorage
{
    private readonly NpgsqlDataSource _source;
    private readonly PostgresDatabase _database;
    private readonly PostgresWriter _writer;
    private readonly TimeProvider _timeProvider;
    private readonly PostgresServing? _serving;
    private bool _disposed;

    private PostgresStorage(
        NpgsqlDataSource source, PostgresDatabase database, PostgresWriter writer, PostgresServing? serving, TimeProvider timeProvider)
    {
        _source = source;
        _database = database;
        _writer = writer;
        _serving = serving;
        _timeProvider = timeProvider;
        Settlements = new SettlementLog(serving?.Journal, writer);
        Nodes = new PostgresNodeRoster(database);
        Counters = new PostgresCounters(database, timeProvider);
        ApiKeys = new PostgresApiKeyStore(database);
        Organizations = new PostgresOrganizationStore(database);
        Budgets = new PostgresBudgetStore(database);
        var tables = new PostgresTables(database);
        BudgetPlans = new BudgetPlanStore(tables);
        Workspaces = new WorkspaceStore(tables);
        Guardrails = new GuardrailStore(tables);
        Alerts = new AlertStore(tables);
        Generations = new PostgresGenerationStore(database);
        Ledger = new PostgresLedgerStore(database, timeProvider);
        Credits = new PostgresCreditStore(database, serving?.Node.Id, timeProvider);
        Payments = new PostgresPaymentStore(database);
        Idempotency = new PostgresIdempotencyStore(database, timeProvider);
        OpenHolds = new PostgresOpenHoldLog(database, serving?.Node.Id);
        RateLimits = new PostgresRateLimitStore(database);
        RateWindows = new PostgresRateWindows(database, Fleet, timeProvider);
        CatalogOverrides = new PostgresCatalogOverrideStore(database);
        ByokKeys = new PostgresByokKeyStore(database);
        DataKeys = new PostgresDataKeyStore(database);
        Usage = new PostgresUsageStore(database);
    }

    /// <inheritdoc/>
    public override string Kind => "postgres";

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
    public override IRateLimitStore RateLimits { get; }

    /// <inheritdoc/>
    public override IRateWindows RateWindows { get; }

    /// <inheritdoc/>
    public override ICatalogOverrideStore CatalogOverrides { get; }

    /// <inheritdoc/>
    public override IUsageStore Usage { get; }

    /// <inheritdoc/>
    public override IByokKeyStore ByokKeys { get; }

    /// <inheritdoc/>
    public override IDataKeyStore DataKeys { get; }

    /// <inheritdoc/>
    public override ISharedCounters Counters { get; }

    /// <inheritdoc/>
    public override FleetShare Fleet => _serving?.Node.Fleet ?? base.Fleet;

    /// <inheritdoc/>
    public override ILeaseStore? Leases => _serving?.Leases;

    /// <inheritdoc/>
    public override INodeRoster? Nodes { get; }

    /// <summary>The journal of a server, for tests that take the disk away from it.</summary>
    internal SettlementJournal? Journal => _serving?.Journal;

    /// <summary>Connects, takes the name of the server when exclusive, brings the schema up to date, and brings in what the last
    /// run left in the journal.</summary>
    public static async Task<PostgresStorage> ConnectAsync(
        StorageOptions options,
        bool exclusive,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken)
    {
        var source = PostgresDatabase.CreateSource(options.PostgresConnectionString!);
        WriterSession? session = null;
        ServerLock? folder = null;
        try
        {
            if (exclusive)
            {
                Directory.CreateDirectory(options.DataDirectory);
                folder = await ServerLock.TakeAsync(options.DataDirectory, timeProvider, cancellationToken);
            }

            Guid? name = exclusive ? NodeFile.Ensure(options.DataDirectory) : null;
            session = new WriterSession(source, name, timeProvider);
            await TakeLockAsync(session, cancellationToken);
            var database = new PostgresDatabase(source);
            var migrator = new SchemaMigrator(Migration.Embedded("Postgres"), timeProvider);
            var logger = loggerFactory.CreateLogger<PostgresStorage>();
            await database.UseAsync(
                async connection => await MigrateAsync(connection, migrator, logger, cancellationToken), cancellationToken);
            if (folder is not null)
            {
                var node = new PostgresNode(database, name!.Value, options.LeaseGrace, options.LeaseLifetime, timeProvider);
                var opening = new PostgresOpening(source, database, session, node, options, timeProvider, loggerFactory);
                var (server, serving) = await opening.RunAsync(folder, cancellationToken);
                return new PostgresStorage(source, database, server, serving, timeProvider);
            }

            var transaction = new SettlementTransaction(
                session, node: null, timeProvider, loggerFactory.CreateLogger<SettlementTransaction>());
            var writer = new PostgresWriter(session, transaction, journaled: null, loggerFactory.CreateLogger<PostgresWriter>());
            database.CatchUp = await PostgresFollower.OfAsync(options, database, timeProvider, cancellationToken);
            return new PostgresStorage(source, database, writer, serving: null, timeProvider);
        }
        catch (Exception exception)
        {
            if (session is not null)
            {
                await session.DisposeAsync();
            }

            folder?.Dispose();
            await source.DisposeAsync();
            var translated = PostgresErrors.Translate(exception);
            if (ReferenceEquals(translated, exception))
            {
                throw;
            }

            throw translated;
        }
    }

    /// <summary>Brings the schema up to date; other openers wait for the transaction. Returns how many steps it took.</summary>
    internal static async Task<int> MigrateAsync(
        NpgsqlConnection connection, SchemaMigrator migrator, ILogger logger, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            AdvisoryLock.Migrate, transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken));
        var names = await migrator.MigrateAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var name in names)
        {
            Log.Migrated(logger, name);
        }

        return names.Count;
    }

    /// <inheritdoc/>
    public override async Task<bool> CanWriteAsync(CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO readiness (id, checked_at) VALUES (1, @now)
            ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at
            """;
        try
        {
            return await _database.UseAsync(
                connection => connection.ExecuteAsync(new CommandDefinition(
                    sql, new { now = PostgresTime.Of(_timeProvider.GetUtcNow()) }, cancellationToken: cancellationToken)),
                cancellationToken) == 1;
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override async Task<bool> CanSettleAsync(CancellationToken cancellationToken) =>
        (Journal is { } journal && await journal.IsOpenAsync(cancellationToken)) || await CanWriteAsync(cancellationToken);

    /// <inheritdoc/>
    public override Task BackupAsync(string file, CancellationToken cancellationToken) =>
        throw new StorageRefusedException("PostgreSQL is backed up with its own tools: see pg_dump and pg_basebackup.");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_serving is not null)
        {
            await _serving.CloseAsync(_writer);
        }
        else
        {
            await _writer.DisposeAsync();
        }

        await _source.DisposeAsync();
    }

    /// <inheritdoc/>
    public override Task FollowChangesAsync(
        Func<StorageChange, CancellationToken, Task> handle, CancellationToken cancellationToken) =>
        _serving is null ? Task.CompletedTask : _serving.Changes.FollowAsync(handle, cancellationToken);

    private static async Task TakeLockAsync(WriterSession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.GetAsync(cancellationToken);
        }
        catch (StorageUnavailableException exception)
        {
            throw new StorageRefusedException(exception.Message, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7002, Level = LogLevel.Information, Message = "Applied migration {Migration}.")]
        public static partial void Migrated(ILogger logger, string migration);
    }
}
