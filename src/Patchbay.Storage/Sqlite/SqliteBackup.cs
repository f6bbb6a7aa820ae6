using Dapper;
using Microsoft.Data.Sqlite;

namespace Patchbay.Storage.Sqlite;

/// <summary>Copies the database by <c>VACUUM INTO</c> (https://www.sqlite.org/lang_vacuum.html): a reader's view of one
/// moment, written to another file while the writer goes on.</summary>
internal static class SqliteBackup
{
    public static async Task WriteAsync(string connectionString, string file, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
        {
            throw new StorageRefusedException($"{file} exists already; a backup never overwrites a file.");
        }

        try
        {
            await using var connection = new SqliteConnection(connectionString);
            await connection.OpenAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                "VACUUM INTO @file", new { file }, commandTimeout: 0, cancellationToken: cancellationToken));
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.Translate(exception);
        }
    }
}
