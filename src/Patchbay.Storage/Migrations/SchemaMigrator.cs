using System.Data.Common;
using Dapper;

namespace Patchbay.Storage;

/// <summary>Brings a database to the schema that this program knows, or refuses it.</summary>
/// <param name="migrations">The steps in order.</param>
/// <param name="timeProvider">The clock for the record of what was applied.</param>
internal sealed class SchemaMigrator(IReadOnlyList<Migration> migrations, TimeProvider timeProvider)
{
    private const string CreateTable = """
        CREATE TABLE IF NOT EXISTS schema_migration (
          version    integer NOT NULL PRIMARY KEY,
          name       text    NOT NULL,
          checksum   text    NOT NULL,
          applied_at bigint  NOT NULL
        )
        """;

    private const string Insert = """
        INSERT INTO schema_migration (version, name, checksum, applied_at)
        VALUES (@Version, @Name, @Checksum, @AppliedAt)
        """;

    /// <summary>Applies what is missing, all or nothing. The transaction must already exclude other migrators; the caller
    /// commits it. Returns the names of the steps applied.</summary>
    /// <exception cref="StorageRefusedException">The database is newer than this program, or was made by other steps.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(
        DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition(CreateTable, transaction: transaction, cancellationToken: cancellationToken));
        var applied = await connection.QueryAsync<(int Version, string Checksum)>(new CommandDefinition(
            "SELECT CAST(version AS int) AS version, checksum FROM schema_migration ORDER BY version",
            transaction: transaction, cancellationToken: cancellationToken));
        var done = Check([.. applied]);

        var names = new List<string>();
        foreach (var migration in migrations)
        {
            if (migration.Version <= done)
            {
                continue;
            }

            await connection.ExecuteAsync(new CommandDefinition(
                migration.Sql, transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            var row = new
            {
                migration.Version,
                migration.Name,
                migration.Checksum,
                AppliedAt = timeProvider.GetUtcNow().ToUnixTimeMilliseconds(),
            };
            await connection.ExecuteAsync(new CommandDefinition(
                Insert, row, transaction, cancellationToken: cancellationToken));
            names.Add($"{migration.Version:D4}_{migration.Name}");
        }

        return names;
    }

    private int Check(List<(int Version, string Checksum)> applied)
    {
        foreach (var (version, checksum) in applied)
        {
            if (version > migrations.Count)
            {
                throw new StorageRefusedException(
                    $"The database has schema version {applied[^1].Version}, but this program knows only up to {migrations.Count}. "
                    + "Start the newer version of Patchbay, or restore a backup made before the upgrade.");
            }

            var known = migrations[version - 1];
            if (known.Checksum != checksum)
            {
                throw new StorageRefusedException(
                    $"Migration {version:D4}_{known.Name} was applied to this database with another text than this program's "
                    + $"(checksum {checksum} in the database, {known.Checksum} here). Use the version of Patchbay that made the database.");
            }
        }

        return applied.Count == 0 ? 0 : applied[^1].Version;
    }
}
