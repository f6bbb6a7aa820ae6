using Microsoft.Extensions.Logging;
using Patchbay.Core;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Journal;

/// <summary>Reads the journal for a command that has no journal of its own. While a server runs, it waits until that has
/// brought the journaled settlements into the database; when none runs, it does so itself.</summary>
/// <param name="dataDirectory">The data folder.</param>
/// <param name="database">The database file.</param>
/// <param name="clock">The clock.</param>
/// <param name="loggers">Where to log.</param>
internal sealed class JournalFollower(string dataDirectory, string database, TimeProvider clock, ILoggerFactory loggers)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PatienceToRead = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PatienceToCopy = TimeSpan.FromSeconds(10);

    private readonly JournalFolder _folder = new(dataDirectory, clock);

    /// <summary>Waits for a moment; what the server's database does not take cannot be read then.</summary>
    public async ValueTask CatchUpAsync(CancellationToken cancellationToken) =>
        await TryCatchUpAsync(PatienceToRead, cancellationToken);

    /// <summary>Waits until nothing is missing.</summary>
    /// <exception cref="StorageUnavailableException">The server's database does not take what is journaled.</exception>
    public async ValueTask RequireAsync(CancellationToken cancellationToken)
    {
        if (!await TryCatchUpAsync(PatienceToCopy, cancellationToken))
        {
            throw new StorageUnavailableException(
                "The running server has settlements in its journal that the database does not take at the moment. Its log says why.");
        }
    }

    private async Task<bool> TryCatchUpAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var connection = await SqliteDatabase.OpenAsync(database, isServer: false, cancellationToken);
        var state = await JournalState.ReadAsync(connection, cancellationToken);
        var target = _folder.ReadLastSequence(state.DatabaseId);
        var giveUpAt = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (state.Sequence < target)
        {
            using (var held = ServerLock.TryHold(dataDirectory))
            {
                if (held is not null)
                {
                    state = await JournalState.ReadAsync(connection, cancellationToken);
                    using var session = new SqliteSession(connection);
                    session.KeepLogOnClose();
                    using var pending = new PendingSettlements(state.Sequence, clock);
                    SqliteDatabase.Replay(session, _folder, state, pending, clock, loggers);
                    return true;
                }
            }

            if (Environment.TickCount64 > giveUpAt)
            {
                return false;
            }

            await Task.Delay(Poll, clock, cancellationToken);
            state = await JournalState.ReadAsync(connection, cancellationToken);
        }

        return true;
    }
}
