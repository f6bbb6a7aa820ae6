using Microsoft.Data.Sqlite;
using Patchbay.Core;
using SQLitePCL;

namespace Patchbay.Storage.Sqlite;

/// <summary>What an error of SQLite means to a caller.</summary>
internal static class SqliteErrors
{
    /// <summary>Whether the row is wrong rather than the database: others may still be written.</summary>
    public static bool IsFaultOfRow(Exception exception) =>
        exception is not SqliteException
        {
            SqliteErrorCode: not (raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG),
        };

    /// <summary>Whether the disk refused to make durable what was written. Never tried again: the system may have forgotten what
    /// it could not write, so that a second flush would succeed without it.</summary>
    public static bool IsLostFlush(Exception exception) =>
        exception is SqliteException { SqliteExtendedErrorCode: raw.SQLITE_IOERR_FSYNC or raw.SQLITE_IOERR_DIR_FSYNC };

    /// <summary>The exception for a caller who must wait until the database takes the settlements before.</summary>
    public static StorageUnavailableException Unavailable(Exception exception) =>
        new($"The database does not take settlements at the moment: {exception.Message}", exception);

    /// <summary>The exception for the caller.</summary>
    public static Exception Translate(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: raw.SQLITE_ERROR } => exception,
        SqliteException error when IsFaultOfRow(error) =>
            new InvalidOperationException("The row breaks a rule of the database's schema.", error),
        SqliteException error =>
            new StorageUnavailableException($"The database cannot be used: {error.Message}", error),
        IOException or UnauthorizedAccessException =>
            new StorageUnavailableException($"The database file cannot be used: {exception.Message}", exception),
        _ => exception,
    };
}
