using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Patchbay.Storage.Sqlite;

/// <summary>Transactions of the writing connection, all or nothing.</summary>
/// <param name="session">The connection.</param>
/// <param name="diskFailed">Ends the process when the disk did not confirm what was written.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class WriteTransaction(SqliteSession session, Action<Exception> diskFailed, ILogger logger)
{
    /// <summary>Executes the work and commits it. False when it failed and had no effect.</summary>
    public bool TryCommit<T>(T state, Action<T> work, [NotNullWhen(false)] out Exception? exception)
    {
        try
        {
            session.Begin();
            work(state);
            session.Commit();
            exception = null;
            return true;
        }
        catch (Exception caught)
        {
            if (SqliteErrors.IsLostFlush(caught))
            {
                diskFailed(caught);
            }

            exception = caught;
            TryRollback();
            return false;
        }
    }

    private void TryRollback()
    {
        try
        {
            session.Rollback();
        }
        catch (SqliteException exception)
        {
            Log.RollbackFailed(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7009, Level = LogLevel.Error, Message = "A failed transaction could not be rolled back.")]
        public static partial void RollbackFailed(ILogger logger, Exception exception);
    }
}
