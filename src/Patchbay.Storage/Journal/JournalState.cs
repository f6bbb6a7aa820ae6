using Dapper;
using Microsoft.Data.Sqlite;

namespace Patchbay.Storage.Journal;

/// <summary>What the database knows of its journal.</summary>
/// <param name="DatabaseId">Names the database in the journal's files.</param>
/// <param name="Sequence">Of the last journaled settlement in the tables.</param>
internal readonly record struct JournalState(Guid DatabaseId, long Sequence)
{
    /// <summary>Reads it.</summary>
    public static async Task<JournalState> ReadAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
            "SELECT database_id, sequence FROM journal_state WHERE id = 1", cancellationToken: cancellationToken));
        return await row.ReadAsync(cancellationToken)
            ? new JournalState(row.Id(0), row.GetInt64(1))
            : throw new StorageRefusedException("The database does not say which settlements it holds. Restore a backup.");
    }
}
