using Dapper;
using Patchbay.Catalog;

namespace Patchbay.Storage.Sqlite;

/// <summary>Overrides of the catalogue in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteCatalogOverrideStore(SqliteWriter writer, SqliteReaders readers) : ICatalogOverrideStore
{
    private const string Record = """
        INSERT INTO catalog_override_change (revision, subject, facts, note, author, changed_at)
        SELECT coalesce(max(revision), 0) + 1, ?, ?, ?, ?, ? FROM catalog_override_change
        """;

    /// <inheritdoc/>
    public Task<long> GetRevisionAsync(CancellationToken cancellationToken) => readers.ReadApartAsync(
        connection => connection.ExecuteScalarAsync<long>(
            new CommandDefinition(CatalogOverrideRow.RevisionSql, cancellationToken: cancellationToken)),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<CatalogOverrides> LoadAsync(CancellationToken cancellationToken)
    {
        var revision = await GetRevisionAsync(cancellationToken);
        var all = await readers.ReadApartAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(
                    "SELECT subject, facts, note, author, set_at FROM catalog_override ORDER BY subject",
                    cancellationToken: cancellationToken));
                return await rows.ListAsync(CatalogOverrideRow.Read, cancellationToken);
            },
            cancellationToken);
        return new CatalogOverrides(revision, all);
    }

    /// <inheritdoc/>
    public Task<long> SetAsync(CatalogOverride value, CancellationToken cancellationToken)
    {
        var facts = value.WriteFacts();
        return writer.WriteApartAsync(
            session =>
            {
                session.Statement("""
                    INSERT INTO catalog_override (subject, facts, note, author, set_at) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (subject) DO UPDATE SET
                      facts = excluded.facts, note = excluded.note, author = excluded.author, set_at = excluded.set_at
                    """).Start().Add(value.Subject).Add(facts).Add(value.Note).Add(value.Author).Add(value.SetAt).Execute();
                session.Statement(Record).Start()
                    .Add(value.Subject).Add(facts).Add(value.Note).Add(value.Author).Add(value.SetAt).Execute();
                return Revision(session);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(string subject, string author, DateTimeOffset now, CancellationToken cancellationToken) =>
        writer.WriteApartAsync(
            session =>
            {
                if (session.Statement("DELETE FROM catalog_override WHERE subject = ?").Start().Add(subject).Execute() == 0)
                {
                    return false;
                }

                session.Statement(Record).Start().Add(subject).Skip().Skip().Add(author).Add(now).Execute();
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogOverrideChange>> ListChangesAsync(int most, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(
                    """
                    SELECT subject, facts, note, author, changed_at, revision FROM catalog_override_change
                    ORDER BY revision DESC LIMIT @most
                    """,
                    new { most },
                    cancellationToken: cancellationToken));
                return await rows.ListAsync(CatalogOverrideRow.ReadChange, cancellationToken);
            },
            cancellationToken);

    private static long Revision(SqliteSession session)
    {
        var statement = session.Statement(CatalogOverrideRow.RevisionSql).Start();
        statement.Read();
        var revision = statement.Int64(0);
        statement.Reset();
        return revision;
    }
}
