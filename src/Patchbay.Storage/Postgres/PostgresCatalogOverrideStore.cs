using Dapper;
using Npgsql;
using Patchbay.Catalog;

namespace Patchbay.Storage.Postgres;

/// <summary>Overrides of the catalogue in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresCatalogOverrideStore(PostgresDatabase database) : ICatalogOverrideStore
{
    private const string Record = """
        INSERT INTO catalog_override_change (revision, subject, facts, note, author, changed_at)
        SELECT coalesce(max(revision), 0) + 1, @subject, @facts, @note, @author, @at FROM catalog_override_change
        RETURNING revision
        """;

    /// <inheritdoc/>
    public Task<long> GetRevisionAsync(CancellationToken cancellationToken) => database.UseAsync(
        connection => connection.ExecuteScalarAsync<long>(
            new CommandDefinition(CatalogOverrideRow.RevisionSql, cancellationToken: cancellationToken)),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<CatalogOverrides> LoadAsync(CancellationToken cancellationToken)
    {
        var revision = await GetRevisionAsync(cancellationToken);
        var all = await database.UseAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(
                    """SELECT subject, facts, note, author, unix_ms(set_at) FROM catalog_override ORDER BY subject COLLATE "C" """,
                    cancellationToken: cancellationToken));
                return await rows.ListAsync(CatalogOverrideRow.Read, cancellationToken);
            },
            cancellationToken);
        return new CatalogOverrides(revision, all);
    }

    /// <inheritdoc/>
    public Task<long> SetAsync(CatalogOverride value, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            subject = value.Subject,
            facts = value.WriteFacts(),
            note = value.Note,
            author = value.Author,
            at = PostgresTime.Of(value.SetAt),
        };
        return ChangeAsync(
            async (connection, transaction) =>
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    """
                    INSERT INTO catalog_override (subject, facts, note, author, set_at) VALUES (@subject, @facts, @note, @author, @at)
                    ON CONFLICT (subject) DO UPDATE SET
                      facts = excluded.facts, note = excluded.note, author = excluded.author, set_at = excluded.set_at
                    """,
                    parameters, transaction, cancellationToken: cancellationToken));
                return await connection.ExecuteScalarAsync<long>(
                    new CommandDefinition(Record, parameters, transaction, cancellationToken: cancellationToken));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(string subject, string author, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var parameters = new { subject, facts = (string?)null, note = (string?)null, author, at = PostgresTime.Of(now) };
        return ChangeAsync(
            async (connection, transaction) =>
            {
                if (await connection.ExecuteAsync(new CommandDefinition(
                    "DELETE FROM catalog_override WHERE subject = @subject",
                    parameters, transaction, cancellationToken: cancellationToken)) == 0)
                {
                    return false;
                }

                await connection.ExecuteAsync(
                    new CommandDefinition(Record, parameters, transaction, cancellationToken: cancellationToken));
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogOverrideChange>> ListChangesAsync(int most, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(
                    """
                    SELECT subject, facts, note, author, unix_ms(changed_at), revision FROM catalog_override_change
                    ORDER BY revision DESC LIMIT @most
                    """,
                    new { most },
                    cancellationToken: cancellationToken));
                return await rows.ListAsync(CatalogOverrideRow.ReadChange, cancellationToken);
            },
            cancellationToken);

    /// <summary>One change at a time, so that whoever sees a revision sees every lower one.</summary>
    private Task<T> ChangeAsync<T>(Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> change, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await connection.ExecuteAsync(new CommandDefinition(
                    AdvisoryLock.Catalogue, transaction: transaction, cancellationToken: cancellationToken));
                var result = await change(connection, transaction);
                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken);
}
