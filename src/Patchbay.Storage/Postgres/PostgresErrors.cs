using System.Net.Sockets;
using Npgsql;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>What an error of PostgreSQL means to a caller.</summary>
internal static class PostgresErrors
{
    /// <summary>Whether the database rather than the row or the statement is at fault.</summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException error => !IsFaultOfRow(error) && !error.SqlState.StartsWith("42", StringComparison.Ordinal),
        NpgsqlException or TimeoutException or SocketException or IOException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>The exception for the caller.</summary>
    public static Exception Translate(Exception exception)
    {
        if (exception is PostgresException error && IsFaultOfRow(error))
        {
            return new InvalidOperationException("The row breaks a rule of the database's schema.", exception);
        }

        return IsUnavailable(exception)
            ? new StorageUnavailableException($"PostgreSQL cannot be used: {exception.Message}", exception)
            : exception;
    }

    // Class 22: a value that no column can hold. Class 23: a constraint.
    private static bool IsFaultOfRow(PostgresException error) =>
        error.SqlState.StartsWith("22", StringComparison.Ordinal) || error.SqlState.StartsWith("23", StringComparison.Ordinal);
}
