using Dapper;
using Patchbay.Storage.Journal;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Postgres;

/// <summary>Lets a command beside a server see what that has settled: it waits until the server has brought its journal into the
/// tables. What other servers have in theirs comes within the second, and is not waited for.</summary>
internal static class PostgresFollower
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private const long PatienceMs = 2000;

    /// <summary>How to wait, for a command with this data folder.</summary>
    public static async Task<Func<CancellationToken, ValueTask>> OfAsync(
        StorageOptions options, PostgresDatabase database, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (NodeFile.Find(options.DataDirectory) is not { } node)
        {
            return static _ => ValueTask.CompletedTask;
        }

        var databaseId = await database.UseAsync(
            connection => connection.ExecuteScalarAsync<Guid>(new CommandDefinition(
                "SELECT database_id FROM installation", cancellationToken: cancellationToken)),
            cancellationToken);
        var folder = new JournalFolder(options.DataDirectory, clock);
        return token => CatchUpAsync(folder, databaseId, node, options.DataDirectory, database, clock, token);
    }

    private static async ValueTask CatchUpAsync(
        JournalFolder folder, Guid databaseId, Guid node, string dataDirectory, PostgresDatabase database, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var target = folder.ReadLastSequence(databaseId);
        var giveUpAt = Environment.TickCount64 + PatienceMs;
        while (await ReadAsync(database, node, cancellationToken) < target && Environment.TickCount64 < giveUpAt)
        {
            using (var held = ServerLock.TryHold(dataDirectory))
            {
                if (held is not null)
                {
                    // No server runs: the next one brings it in when it starts.
                    return;
                }
            }

            await Task.Delay(Poll, clock, cancellationToken);
        }
    }

    private static Task<long> ReadAsync(PostgresDatabase database, Guid node, CancellationToken cancellationToken) =>
        database.UseAsync(
            connection => connection.ExecuteScalarAsync<long>(new CommandDefinition(
                "SELECT coalesce((SELECT sequence FROM node_journal WHERE node_id = @node), 0)",
                new { node },
                cancellationToken: cancellationToken)),
            cancellationToken);
}
