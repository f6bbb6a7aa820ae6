using Dapper;
using Patchbay.Billing;

namespace Patchbay.Storage.Sqlite;

/// <summary>Open holds in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteOpenHoldLog(SqliteWriter writer, SqliteReaders readers) : IOpenHoldLog
{
    private const string Columns = """
        generation_id, created_at, organization_id, workspace_id, key_id, member_id, model, provider_name, provider_slug,
        endpoint_id, streamed, amount_nanos, estimated_cost_nanos
        """;

    // A hold may be written down just after its generation was settled; it is not open then.
    private const string InsertSql = $"""
        INSERT INTO open_hold ({Columns})
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
        WHERE NOT EXISTS (SELECT 1 FROM generation WHERE id = ?1)
        ON CONFLICT (generation_id) DO NOTHING
        """;

    /// <inheritdoc/>
    public Task RecordAsync(IReadOnlyList<OpenHold> holds, CancellationToken cancellationToken) =>
        writer.WriteAsync(
            session =>
            {
                var statement = session.Statement(InsertSql);
                foreach (var hold in holds)
                {
                    statement.Start()
                        .Add(hold.GenerationId)
                        .Add(hold.CreatedAt)
                        .Add(hold.OrganizationId)
                        .Add(hold.WorkspaceId)
                        .Add(hold.KeyId)
                        .Add(hold.MemberId)
                        .Add(hold.Model)
                        .Add(hold.ProviderName)
                        .Add(hold.ProviderSlug)
                        .Add(hold.EndpointId)
                        .Add(hold.Streamed)
                        .Add(hold.Amount.Nanos)
                        .Add(hold.EstimatedCost.Nanos)
                        .Execute();
                }

                return holds.Count;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(IReadOnlyList<string> generationIds, CancellationToken cancellationToken) =>
        writer.WriteAsync(
            session =>
            {
                var statement = session.Statement("DELETE FROM open_hold WHERE generation_id = ?");
                foreach (var id in generationIds)
                {
                    statement.Start().Add(id).Execute();
                }

                return generationIds.Count;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<OpenHold>> ListAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    $"SELECT {Columns} FROM open_hold ORDER BY created_at, generation_id",
                    cancellationToken: cancellationToken));
                return await row.ListAsync(OpenHoldRow.Read, cancellationToken);
            },
            cancellationToken);
}
