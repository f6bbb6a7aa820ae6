using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Storage.Postgres;

/// <summary>Everything in one PostgreSQL database.</summary>
internal sealed partial class PostgresStorage : PatchbayStorage
{
    private readonly NpgsqlDataSource _source;
    private readonly PostgresDatabase _database;
    private readonly PostgresSettlementLog _settlements;
    private readonly TimeProvider _timeProvider;
    private bool _disposed;

    private PostgresStorage(
        NpgsqlDataSource source, PostgresDatabase database, PostgresSettlementLog settlements, TimeProvider timeProvider)
    {
        _source = source;
        _database = database;
        _settlements = settlements;
        _timeProvider = timeProvider;
        ApiKeys = new PostgresApiKeyStore(database);
        Organizations = new PostgresOrganizationStore(database);
        Budgets = new PostgresBudgetStore(database);
        Generations = new PostgresGenerationStore(database);
        Ledger = new PostgresLedgerStore(database, timeProvider);
        Credits = new PostgresCreditStore(database, timeProvider);
        Payments = new PostgresPaymentStore(database);
        Idempotency = new PostgresIdempotencyStore(database, timeProvider);
        OpenHolds = new PostgresOpenHoldLog(database);
        CatalogOverrides = new PostgresCatalogOverrideStore(database);
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
    public override IGenerationStore Generations { get; }

    /// <inheritdoc/>
    public override ISettlementLog Settlements => _settlements;

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
    public override ICatalogOverrideStore CatalogOverrides { get; }

    /// <summary>Connects, takes the lock of the one server when exclusive, and brings the schema up to date.</summary>
    public static async Task<PostgresStorage> OpenAsync(
        string connectionString,
        bool exclusive,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken)
    {
        var source = PostgresDatabase.CreateSource(connectionString);
        WriterSession? session = null;
        try
        {
            session = new WriterSession(source, exclusive, timeProvider);
            await TakeLockAsync(session, cancellationToken);
            var database = new PostgresDatabase(source);
            var migrator = new SchemaMigrator(Migration.Embedded("Postgres"), timeProvider);
            var logger = loggerFactory.CreateLogger<PostgresStorage>();
            await database.UseAsync(
                async connection => await MigrateAsync(connection, migrator, logger, cancellationToken), cancellationToken);
            var settlements = new PostgresSettlementLog(
                session, timeProvider, loggerFactory.CreateLogger<PostgresSettlementLog>());
            return new PostgresStorage(source, database, settlements, timeProvider);
        }
        catch (Exception exception)
        {
            if (session is not null)
            {
                await session.DisposeAsync();
            }

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
        await _settlements.DisposeAsync();
        await _source.DisposeAsync();
    }

    private static async Task TakeLockAsync(WriterSession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.GetAsync(cancellationToken);
        }
        catch (StorageUnavailableException exception)
        {
            throw new StorageRefusedException(
                $"{exception.Message} This release runs one server per database; stop the other one first.", exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7002, Level = LogLevel.Information, Message = "Applied migration {Migration}.")]
        public static partial void Migrated(ILogger logger, string migration);
    }
}
