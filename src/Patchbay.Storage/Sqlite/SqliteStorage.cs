using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;
using SQLitePCL;

namespace Patchbay.Storage.Sqlite;

/// <summary>Everything in one SQLite file: one writing connection with its thread, several reading ones.</summary>
internal sealed partial class SqliteStorage : PatchbayStorage
{
    private const long QuickCheckAbove = 256L << 20;

    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly string _path;
    private readonly ServerLock? _lock;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private bool _disposed;

    private SqliteStorage(
        SqliteWriter writer, SqliteReaders readers, string path, ServerLock? serverLock, TimeProvider timeProvider, ILogger logger)
    {
        _path = path;
        _writer = writer;
        _readers = readers;
        _lock = serverLock;
        _timeProvider = timeProvider;
        _logger = logger;
        ApiKeys = new SqliteApiKeyStore(writer, readers);
        Organizations = new SqliteOrganizationStore(writer, readers);
        Budgets = new SqliteBudgetStore(writer, readers);
        Generations = new SqliteGenerationStore(readers);
        Settlements = new SqliteSettlementLog(writer);
        Ledger = new SqliteLedgerStore(writer, readers, timeProvider);
        OpenHolds = new SqliteOpenHoldLog(writer, readers);
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
    public override IGenerationStore Generations { get; }

    /// <inheritdoc/>
    public override ISettlementLog Settlements { get; }

    /// <inheritdoc/>
    public override ILedgerStore Ledger { get; }

    /// <inheritdoc/>
    public override IOpenHoldLog OpenHolds { get; }

    /// <summary>The writing thread, for tests that take the disk away from it.</summary>
    internal SqliteWriter Writer => _writer;

    /// <summary>Opens or makes <c>patchbay.db</c> in the folder.</summary>
    public static async Task<SqliteStorage> OpenAsync(
        string dataDirectory,
        bool exclusive,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken)
    {
        Batteries_V2.Init();
        var logger = loggerFactory.CreateLogger<SqliteStorage>();
        ServerLock? serverLock = null;
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(dataDirectory);
            serverLock = exclusive ? ServerLock.Take(dataDirectory) : null;
            var path = Path.Combine(dataDirectory, "patchbay.db");
            connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWriteCreate));
            await connection.OpenAsync(cancellationToken);
            await PrepareAsync(connection, exclusive, cancellationToken);
            if (serverLock is { WasUnclean: true })
            {
                await CheckIntegrityAsync(connection, new FileInfo(path).Length, logger, cancellationToken);
            }

            await MigrateAsync(connection, new SchemaMigrator(Migration.Embedded("Sqlite"), timeProvider), logger, cancellationToken);
            return new SqliteStorage(
                new SqliteWriter(connection, exclusive, timeProvider, loggerFactory.CreateLogger<SqliteWriter>()),
                new SqliteReaders(ConnectionString(path, SqliteOpenMode.ReadOnly)),
                path,
                serverLock,
                timeProvider,
                logger);
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

    /// <summary>Brings the schema up to date; other openers wait for the transaction.</summary>
    internal static async Task MigrateAsync(
        SqliteConnection connection, SchemaMigrator migrator, ILogger logger, CancellationToken cancellationToken)
    {
        await using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var name in await migrator.MigrateAsync(connection, transaction, cancellationToken))
        {
            Log.Migrated(logger, name);
        }

        await transaction.CommitAsync(cancellationToken);
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
    public override Task BackupAsync(string file, CancellationToken cancellationToken) =>
        SqliteBackup.WriteAsync(ConnectionString(_path, SqliteOpenMode.ReadOnly), file, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _readers.DisposeAsync();
        await _writer.DisposeAsync();
        if (_writer.StoppedCleanly)
        {
            _lock?.MarkClean();
        }

        _lock?.Dispose();
        Log.Closed(_logger);
    }

    private static string ConnectionString(string path, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        Pooling = false,
    }.ToString();

    /// <summary>WAL with a flush per commit. Pages of 8 KiB cost a fifth less system time per settlement than those of 4 KiB;
    /// the log is moved into the database at 32 MiB. Only the server checkpoints: one connection that writes and checkpoints keeps
    /// clear of the WAL-reset fault of SQLite before 3.51.3.</summary>
    private static async Task PrepareAsync(SqliteConnection connection, bool exclusive, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition("""
            PRAGMA busy_timeout = 5000;
            PRAGMA page_size = 8192;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -16384;
            """, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(
            exclusive ? "PRAGMA wal_autocheckpoint = 4000" : "PRAGMA wal_autocheckpoint = 0",
            cancellationToken: cancellationToken));
        var journal = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            "PRAGMA journal_mode", cancellationToken: cancellationToken));
        if (!string.Equals(journal, "wal", StringComparison.OrdinalIgnoreCase))
        {
            throw new StorageRefusedException(
                $"The data folder's file system does not allow SQLite's write-ahead log (journal mode is {journal}). Use a local disk.");
        }
    }

    private static async Task CheckIntegrityAsync(
        SqliteConnection connection, long bytes, ILogger logger, CancellationToken cancellationToken)
    {
        Log.Checking(logger, bytes);
        var result = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            bytes > QuickCheckAbove ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)",
            commandTimeout: 0, cancellationToken: cancellationToken));
        if (result != "ok")
        {
            throw new StorageRefusedException(
                string.Create(CultureInfo.InvariantCulture, $"The database file is damaged: {result}. Restore a backup."));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7005, Level = LogLevel.Information, Message = "Applied migration {Migration}.")]
        public static partial void Migrated(ILogger logger, string migration);

        [LoggerMessage(EventId = 7006, Level = LogLevel.Warning,
            Message = "The last server did not stop cleanly; checking the database of {Bytes} bytes.")]
        public static partial void Checking(ILogger logger, long bytes);

        [LoggerMessage(EventId = 7007, Level = LogLevel.Debug, Message = "The database is closed.")]
        public static partial void Closed(ILogger logger);
    }
}
