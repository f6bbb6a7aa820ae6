using Dapper;
using Patchbay.Billing;

namespace Patchbay.Storage.Sqlite;

/// <summary>Reads generations.</summary>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteGenerationStore(SqliteReaders readers) : IGenerationStore
{
    private const string FindSql =
        $"SELECT {GenerationRow.Columns} FROM generation WHERE id = @id AND organization_id = @organization";

    private const string ListByOrganization = $"""
        SELECT {GenerationRow.Columns} FROM generation WHERE organization_id = @organization
        ORDER BY created_at DESC, rowid DESC LIMIT @limit OFFSET @offset
        """;

    private const string ListByWorkspace = $"""
        SELECT {GenerationRow.Columns} FROM generation WHERE workspace_id = @workspace AND organization_id = @organization
        ORDER BY created_at DESC, rowid DESC LIMIT @limit OFFSET @offset
        """;

    private const string CountByOrganization = "SELECT count(*) FROM generation WHERE organization_id = @organization";

    private const string CountByWorkspace = """
        SELECT count(*) FROM generation WHERE workspace_id = @workspace AND organization_id = @organization
        """;

    /// <inheritdoc/>
    public Task<Generation?> FindAsync(string id, Guid organizationId, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    FindSql, new { id, organization = SqliteId.Of(organizationId) }, cancellationToken: cancellationToken));
                return await row.FirstAsync(GenerationRow.Read, cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Generation>> ListAsync(GenerationQuery query, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    query.WorkspaceId is null ? ListByOrganization : ListByWorkspace,
                    Parameters(query),
                    cancellationToken: cancellationToken));
                return await row.ListAsync(GenerationRow.Read, cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountAsync(GenerationQuery query, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            connection => connection.ExecuteScalarAsync<long>(new CommandDefinition(
                query.WorkspaceId is null ? CountByOrganization : CountByWorkspace,
                Parameters(query),
                cancellationToken: cancellationToken)),
            cancellationToken);

    private static object Parameters(GenerationQuery query) => new
    {
        organization = SqliteId.Of(query.OrganizationId),
        workspace = SqliteId.Of(query.WorkspaceId),
        limit = query.Limit,
        offset = query.Offset,
    };
}
