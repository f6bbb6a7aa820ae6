using Dapper;
using Patchbay.Billing;

namespace Patchbay.Storage.Postgres;

/// <summary>Reads generations.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresGenerationStore(PostgresDatabase database) : IGenerationStore
{
    private const string Columns = "id, batch_id, unix_ms(created_at), " + GenerationRow.AfterTime;

    // The key's time leads to the one partition that can hold the row.
    private const string FindSql = $"""
        SELECT {Columns} FROM generation
        WHERE id = @id AND organization_id = @organization
          AND created_at = (SELECT k.created_at FROM generation_key k WHERE k.id = @id)
        """;

    private const string Filter =
        "FROM generation WHERE organization_id = @organization AND (@workspace::uuid IS NULL OR workspace_id = @workspace)";

    private const string ListSql = $"""
        SELECT {Columns} {Filter} ORDER BY created_at DESC, id DESC LIMIT @limit OFFSET @offset
        """;

    /// <inheritdoc/>
    public Task<Generation?> FindAsync(string id, Guid organizationId, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    FindSql, new { id, organization = organizationId }, cancellationToken: cancellationToken));
                return await row.FirstAsync(GenerationRow.Read, cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Generation>> ListAsync(GenerationQuery query, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(
                    new CommandDefinition(ListSql, Parameters(query), cancellationToken: cancellationToken));
                return await row.ListAsync(GenerationRow.Read, cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountAsync(GenerationQuery query, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            connection => connection.ExecuteScalarAsync<long>(new CommandDefinition(
                $"SELECT count(*) {Filter}", Parameters(query), cancellationToken: cancellationToken)),
            cancellationToken);

    private static object Parameters(GenerationQuery query) => new
    {
        organization = query.OrganizationId,
        workspace = query.WorkspaceId,
        limit = query.Limit,
        offset = query.Offset,
    };
}
