using Dapper;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Storage.Postgres;

/// <summary>API keys in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresApiKeyStore(PostgresDatabase database) : IApiKeyStore
{
    private const string Columns = """
        id, hash, name, label, organization_id, workspace_id, member_id, creator_user_id, limit_nanos, limit_reset,
        include_byok_in_limit, unix_ms(expires_at), disabled, is_management, unix_ms(created_at), unix_ms(updated_at)
        """;

    // Whoever deletes the workspace waits for the key, or the key for the end of the workspace.
    private const string InsertSql = """
        WITH home AS MATERIALIZED (
          SELECT id FROM workspace WHERE id = @WorkspaceId AND organization_id = @OrganizationId AND deleted_at IS NULL FOR SHARE)
        INSERT INTO api_key (id, hash, name, label, organization_id, workspace_id, member_id, creator_user_id, limit_nanos,
          limit_reset, include_byok_in_limit, expires_at, disabled, is_management, created_at, updated_at)
        SELECT @Id, @Hash, @Name, @Label, @OrganizationId, home.id, @MemberId::uuid, @CreatorUserId::uuid, @Limit::bigint,
          @LimitReset, @IncludeByokInLimit, @ExpiresAt::timestamptz, @Disabled, @IsManagement, @CreatedAt, @UpdatedAt::timestamptz
        FROM home
        ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, label = excluded.label, created_at = excluded.created_at
        """;

    private const string UpdateSql = """
        UPDATE api_key SET name = @Name, limit_nanos = @Limit, limit_reset = @LimitReset,
          include_byok_in_limit = @IncludeByokInLimit, expires_at = @ExpiresAt, disabled = @Disabled, updated_at = @UpdatedAt
        WHERE hash = @Hash AND organization_id = @OrganizationId
        """;

    private const string ListSql = $"""
        SELECT {Columns} FROM api_key
        WHERE organization_id = @organization AND (@workspace::uuid IS NULL OR workspace_id = @workspace)
          AND (NOT disabled OR @includeDisabled)
        ORDER BY created_at DESC, id DESC LIMIT @limit OFFSET @offset
        """;

    /// <inheritdoc/>
    public Task<ApiKey?> FindAsync(KeyHash hash, CancellationToken cancellationToken) =>
        database.UseAsync(
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
        database.UseAsync(
            async connection =>
            {
                var parameters = new
                {
                    organization = query.OrganizationId,
                    workspace = query.WorkspaceId,
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
        ExecuteAsync(InsertSql, Parameters(key), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> UpdateAsync(ApiKey key, CancellationToken cancellationToken) =>
        ExecuteAsync(UpdateSql, Parameters(key), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(KeyHash hash, Guid organizationId, CancellationToken cancellationToken) =>
        ExecuteAsync(
            "DELETE FROM api_key WHERE hash = @hash AND organization_id = @organization",
            new { hash = hash.ToString(), organization = organizationId },
            cancellationToken);

    private Task<bool> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection => await connection.ExecuteAsync(
                new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)) == 1,
            cancellationToken);

    private static object Parameters(ApiKey key) => new
    {
        key.Id,
        Hash = key.Hash.ToString(),
        key.Name,
        key.Label,
        key.OrganizationId,
        key.WorkspaceId,
        key.MemberId,
        key.CreatorUserId,
        Limit = key.Limit?.Nanos,
        LimitReset = (short)key.LimitReset,
        key.IncludeByokInLimit,
        ExpiresAt = PostgresTime.Of(key.ExpiresAt),
        key.Disabled,
        key.IsManagement,
        CreatedAt = PostgresTime.Of(key.CreatedAt),
        UpdatedAt = PostgresTime.Of(key.UpdatedAt),
    };
}
