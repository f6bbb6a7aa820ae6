using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Patchbay.Storage.Journal;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Postgres;

/// <summary>What a server has besides the stores.</summary>
/// <param name="Node">Its name and epoch.</param>
/// <param name="Journal">Where settlements become durable; null when that is the database.</param>
/// <param name="Pending">What is durable there and not in the tables yet.</param>
/// <param name="Leases">Its slices of shared limits.</param>
/// <param name="Changes">What other servers change.</param>
/// <param name="Folder">The lock on the data folder.</param>
internal sealed record PostgresServing(
    PostgresNode Node, SettlementJournal? Journal, PendingSettlements? Pending, PostgresLeaseStore Leases,
    PostgresChangeFeed Changes, ServerLock Folder)
{
    /// <summary>Brings everything into the tables as far as the database takes it, and says good-bye.</summary>
    public async Task CloseAsync(PostgresWriter writer)
    {
        if (Journal is not null)
        {
            await Journal.DisposeAsync();
        }

        await writer.DisposeAsync();
        var isComplete = Pending is null or { Any: false };
        Pending?.Dispose();
        try
        {
            if (isComplete)
            {
                await Node.StopAsync(CancellationToken.None);
                Folder.MarkClean();
            }
        }
        catch (Core.StorageUnavailableException)
        {
            // It is missed like one that died, and known again when it starts.
        }

        Folder.Dispose();
    }
}

/// <summary>Opens the database for a server.</summary>
internal sealed class PostgresOpening(
    NpgsqlDataSource source, PostgresDatabase database, WriterSession session, PostgresNode node, StorageOptions options,
    TimeProvider clock, ILoggerFactory loggers)
{
    private const string StateSql = """
        INSERT INTO node_journal (node_id, sequence) VALUES (@id, 0) ON CONFLICT (node_id) DO NOTHING;
        SELECT i.database_id, j.sequence FROM installation i, node_journal j WHERE j.node_id = @id
        """;

    /// <summary>Registers the server, brings in what its last run left in the journal, and only then frees what it had leased.
    /// </summary>
    public async Task<(PostgresWriter Writer, PostgresServing Serving)> RunAsync(
        ServerLock folder, CancellationToken cancellationToken)
    {
        var leases = new PostgresLeaseStore(database, node, options);
        var changes = new PostgresChangeFeed(source, leases, clock, loggers.CreateLogger<PostgresChangeFeed>());
        await database.UseAsync(
            async connection =>
            {
                await changes.BeginAsync(connection, cancellationToken);
                return true;
            },
            cancellationToken);
        await node.RegisterAsync(cancellationToken);
        var (databaseId, sequence) = await database.UseAsync(
            connection => connection.QuerySingleAsync<(Guid DatabaseId, long Sequence)>(
                new CommandDefinition(StateSql, new { id = node.Id }, cancellationToken: cancellationToken)),
            cancellationToken);

        var transaction = new SettlementTransaction(session, node, clock, loggers.CreateLogger<SettlementTransaction>());
        var journal = new JournalFolder(options.DataDirectory, clock);
        var pending = new PendingSettlements(sequence, clock);
        var journaled = new JournaledSettlements(pending, new RefusedSettlements(journal.RefusedFile));
        await ReplayAsync(journal, databaseId, journaled, transaction, cancellationToken);
        await node.FreeEarlierAsync(cancellationToken);
        var writer = new PostgresWriter(
            session, transaction, options.UsesJournal ? journaled : null, loggers.CreateLogger<PostgresWriter>());
        database.CatchUp = writer.CatchUpAsync;
        if (!options.UsesJournal)
        {
            pending.Dispose();
            return (writer, new PostgresServing(node, null, null, leases, changes, folder));
        }

        var segments = new JournalSegments(journal, databaseId, options.JournalSegmentBytes);
        segments.Prepare();
        var log = new SettlementJournal(segments, pending, writer, loggers.CreateLogger<SettlementJournal>());
        return (writer, new PostgresServing(node, log, pending, leases, changes, folder));
    }

    private Task ReplayAsync(
        JournalFolder folder, Guid databaseId, JournaledSettlements journaled, SettlementTransaction transaction,
        CancellationToken cancellationToken)
    {
        var ingest = new PostgresIngest(session, transaction, journaled, loggers.CreateLogger<PostgresIngest>());
        var replay = new JournalReplay(
            folder, databaseId, journaled.Pending,
            () => ingest.RunAsync(cancellationToken).GetAwaiter().GetResult(), loggers.CreateLogger<JournalReplay>());
        return Task.Run(replay.Run, cancellationToken);
    }
}
