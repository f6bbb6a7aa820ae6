using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Patchbay.Storage.Journal;

namespace Patchbay.Storage.Sqlite;

/// <summary>Opens the database file and brings it into the state in which it is used.</summary>
internal static partial class SqliteDatabase
{
    private const long QuickCheckAbove = 256L << 20;

    /// <summary>How to open it.</summary>
    public static string ConnectionString(string path, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        Pooling = false,
    }.ToString();

    /// <summary>Opens or makes it for writing. WAL with a flush per commit. Pages of 8 KiB cost a fifth less system time per
    /// settlement than those of 4 KiB; the log is moved into the database at 32 MiB. Only the server checkpoints: one connection
    /// that writes and checkpoints keeps clear of the WAL-reset fault of SQLite before 3.51.3.</summary>
    public static async Task<SqliteConnection> OpenAsync(string path, bool isServer, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWriteCreate));
        try
        {
            await connection.OpenAsync(cancellationToken);
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
                isServer ? "PRAGMA wal_autocheckpoint = 4000" : "PRAGMA wal_autocheckpoint = 0",
                cancellationToken: cancellationToken));
            var journal = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
                "PRAGMA journal_mode", cancellationToken: cancellationToken));
            return string.Equals(journal, "wal", StringComparison.OrdinalIgnoreCase)
                ? connection
                : throw new StorageRefusedException(
                    $"The data folder's file system does not allow SQLite's write-ahead log (journal mode is {journal}). Use a local disk.");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads every page after an unclean stop, or the most important ones of a large file.</summary>
    /// <exception cref="StorageRefusedException">The file is damaged.</exception>
    public static async Task CheckIntegrityAsync(
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

    /// <summary>Brings the schema up to date; other openers wait for the transaction.</summary>
    public static async Task MigrateAsync(
        SqliteConnection connection, SchemaMigrator migrator, ILogger logger, CancellationToken cancellationToken)
    {
        await using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var name in await migrator.MigrateAsync(connection, transaction, cancellationToken))
        {
            Log.Migrated(logger, name);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Brings in what the last server left in its journal. The caller keeps every server away.</summary>
    public static void Replay(
        SqliteSession session,
        JournalFolder folder,
        JournalState state,
        PendingSettlements pending,
        TimeProvider clock,
        ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<JournalReplay>();
        var ingest = new SettlementIngest(
            session,
            new SettlementWriter(session, clock, logger),
            new JournaledSettlements(pending, new RefusedSettlements(folder.RefusedFile)),
            new WriteTransaction(session, static exception => throw SqliteErrors.Unavailable(exception), logger),
            logger);
        new JournalReplay(folder, state.DatabaseId, pending, ingest.Run, logger).Run();
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7005, Level = LogLevel.Information, Message = "Applied migration {Migration}.")]
        public static partial void Migrated(ILogger logger, string migration);

        [LoggerMessage(EventId = 7006, Level = LogLevel.Warning,
            Message = "The last server did not stop cleanly; checking the database of {Bytes} bytes.")]
        public static partial void Checking(ILogger logger, long bytes);
    }
}
