using Dapper;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Storage.Sqlite;

/// <summary>API keys in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteApiKeyStore(SqliteWriter writer, SqliteReaders readers) : IApiKeyStore
{
    private const string Columns = """
        id, hash, name, label, organization_id, workspace_id, member_id, creator_user_id, limit_nanos, limit_reset,
        include_byok_in_limit, expires_at, disabled, is_management, created_at, updated_at
        """;

    private const string InsertSql = $"""
        INSERT INTO api_key ({Columns}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
        WHERE EXISTS (SELECT 1 FROM workspace WHERE id = ? AND organization_id = ? AND deleted_at IS NULL)
        ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, label = excluded.label, created_at = excluded.created_at
        """;

    private const string UpdateSql = """
        UPDATE api_key SET name = ?, limit_nanos = ?, limit_reset = ?, include_byok_in_limit = ?, expires_at = ?,
          disabled = ?, updated_at = ?
        WHERE hash = ? AND organization_id = ?
        """;

    private const string ListSql = $"""
        SELECT {Columns} FROM api_key
        WHERE organization_id = @organization AND (@workspace IS NULL OR workspace_id = @workspace)
          AND (disabled = 0 OR @includeDisabled)
        ORDER BY created_at DESC, id DESC LIMIT @limit OFFSET @offset
        """;

    /// <inheritdoc/>
    public Task<ApiKey?> FindAsync(KeyHash hash, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    $"SELECT {Columns} FROM api_key WHERE hash = @hash",
                    new { hash = hash.ToString() },
                    cancellationToken: cancellationToken));
                return await row.FirstAsync(ApiKeyRow.Read, cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ApiKey>> ListAsync(ApiKeyQuery query, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            async connection =>
            {
                var parameters = new
                {
                    organization = SqliteId.Of(query.OrganizationId),
                    workspace = SqliteId.Of(query.WorkspaceId),
                    includeDisabled = query.IncludeDisabled,
                    limit = query.Limit,
                    offset = query.Offset,
                };
                await using var row = await connection.ExecuteReaderAsync(
                    new CommandDefinition(ListSql, parameters, cancellationToken: cancellationToken));
                return await row.ListAsync(ApiKeyRow.Read, cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> CreateAsync(ApiKey key, CancellationToken cancellationToken) =>
        writer.WriteApartAsync(
            session => session.Statement(InsertSql).Start()
                .Add(key.Id)
                .Add(key.Hash.ToString())
                .Add(key.Name)
                .Add(key.Label)
                .Add(key.OrganizationId)
                .Add(key.WorkspaceId)
                .Add(key.MemberId)
                .Add(key.CreatorUserId)
                .Add(key.Limit?.Nanos)
                .Add((long)key.LimitReset)
                .Add(key.IncludeByokInLimit)
                .Add(key.ExpiresAt?.ToUnixTimeMilliseconds())
                .Add(key.Disabled)
                .Add(key.IsManagement)
                .Add(key.CreatedAt)
                .Add(key.UpdatedAt?.ToUnixTimeMilliseconds())
                .Add(key.WorkspaceId)
                .Add(key.OrganizationId)
                .Execute() == 1,
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> UpdateAsync(ApiKey key, CancellationToken cancellationToken) =>
        writer.WriteApartAsync(
            session => session.Statement(UpdateSql).Start()
                .Add(key.Name)
                .Add(key.Limit?.Nanos)
                .Add((long)key.LimitReset)
                .Add(key.IncludeByokInLimit)
                .Add(key.ExpiresAt?.ToUnixTimeMilliseconds())
                .Add(key.Disabled)
                .Add(key.UpdatedAt?.ToUnixTimeMilliseconds())
                .Add(key.Hash.ToString())
                .Add(key.OrganizationId)
                .Execute() == 1,
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(KeyHash hash, Guid organizationId, CancellationToken cancellationToken) =>
        writer.WriteApartAsync(
            session => session.Statement("DELETE FROM api_key WHERE hash = ? AND organization_id = ?").Start()
                .Add(hash.ToString())
                .Add(organizationId)
                .Execute() == 1,
            cancellationToken);
}
