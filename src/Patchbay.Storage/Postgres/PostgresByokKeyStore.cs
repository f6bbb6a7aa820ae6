using Dapper;
using Patchbay.Identity;

namespace Patchbay.Storage.Postgres;

/// <summary>Callers' own provider keys in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresByokKeyStore(PostgresDatabase database) : IByokKeyStore
{
    private const string Columns = """
        id, organization_id, workspace_id, provider, name, label, allowed_models, allowed_hashes, allowed_users, disabled,
        is_fallback, is_required, is_byok_only, declared_zdr, sort_order, secret_version, secret, unix_ms(created_at),
        unix_ms(deleted_at)
        """;

    private const string NextRevision = "(SELECT coalesce(max(revision), 0) + 1 FROM byok_key)";

    // Whoever deletes the workspace waits for the key, or the key for the end of the workspace.
    private const string InsertSql = $"""
        WITH home AS MATERIALIZED (
          SELECT id FROM workspace WHERE id = @WorkspaceId AND organization_id = @OrganizationId AND deleted_at IS NULL FOR SHARE)
        INSERT INTO byok_key (id, organization_id, workspace_id, provider, name, label, allowed_models, allowed_hashes,
          allowed_users, disabled, is_fallback, is_required, is_byok_only, declared_zdr, sort_order, secret_version, secret,
          created_at, revision)
        SELECT @Id, @OrganizationId, @WorkspaceId, @Provider, @Name, @Label, @Models, @Hashes, @Users, @Disabled, @IsFallback,
          @IsRequired, @IsByokOnly, @DeclaredZdr,
          (SELECT coalesce(max(sort_order) + 1, 0) FROM byok_key
           WHERE organization_id = @OrganizationId AND provider = @Provider AND deleted_at IS NULL),
          @SecretVersion, @Sealed, @CreatedAt, {NextRevision}
        WHERE @WorkspaceId IS NULL OR EXISTS (SELECT 1 FROM home)
        """;

    // A new secret is one version ahead; the same version keeps the stored one.
    private const string UpdateSql = $"""
        UPDATE byok_key SET name = @Name, label = @Label, allowed_models = @Models, allowed_hashes = @Hashes,
          allowed_users = @Users, disabled = @Disabled, is_fallback = @IsFallback, is_required = @IsRequired,
          is_byok_only = @IsByokOnly, declared_zdr = @DeclaredZdr,
          secret = CASE WHEN secret_version = @SecretVersion THEN secret ELSE @Sealed END, secret_version = @SecretVersion,
          revision = {NextRevision}
        WHERE id = @Id AND organization_id = @OrganizationId AND deleted_at IS NULL
          AND secret_version IN (@SecretVersion, @SecretVersion - 1)
        """;

    private const string DeleteSql = $"""
        UPDATE byok_key SET secret = ''::bytea, deleted_at = @at, revision = {NextRevision}
        WHERE id = @id AND organization_id = @organization AND deleted_at IS NULL
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ByokKey>> ListAsync(ByokKeyQuery query, CancellationToken cancellationToken) => ReadAsync(
        $"""
        SELECT {Columns} FROM byok_key WHERE {ByokKeyRow.Listed} AND (@provider::text IS NULL OR provider = @provider)
        ORDER BY provider COLLATE "C", is_fallback, sort_order, id LIMIT @limit OFFSET @offset
        """,
        Parameters(query),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> CountAsync(ByokKeyQuery query, CancellationToken cancellationToken) => database.UseAsync(
        connection => connection.ExecuteScalarAsync<int>(new CommandDefinition(
            $"SELECT count(*) FROM byok_key WHERE {ByokKeyRow.Listed} AND (@provider::text IS NULL OR provider = @provider)",
            Parameters(query),
            cancellationToken: cancellationToken)),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<ByokKey?> FindAsync(Guid id, Guid organizationId, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(
            $"SELECT {Columns} FROM byok_key WHERE id = @id AND organization_id = @organization AND deleted_at IS NULL",
            new { id, organization = organizationId },
            cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc/>
    public async Task<ByokKey?> CreateAsync(ByokKey key, CancellationToken cancellationToken) =>
        await ChangeAsync(InsertSql, Parameters(key), cancellationToken)
            ? await FindAsync(key.Id, key.OrganizationId, cancellationToken) ?? key
            : null;

    /// <inheritdoc/>
    public Task<bool> UpdateAsync(ByokKey key, CancellationToken cancellationToken) =>
        ChangeAsync(UpdateSql, Parameters(key), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(Guid id, Guid organizationId, DateTimeOffset now, CancellationToken cancellationToken) =>
        ChangeAsync(DeleteSql, new { id, organization = organizationId, at = PostgresTime.Of(now) }, cancellationToken);

    /// <inheritdoc/>
    public async Task<ByokKeyChanges> ListChangedAsync(long revision, CancellationToken cancellationToken)
    {
        // The revision first: what changes meanwhile is listed now and once more the next time.
        var last = await database.UseAsync(
            connection => connection.ExecuteScalarAsync<long>(
                new CommandDefinition(ByokKeyRow.RevisionSql, cancellationToken: cancellationToken)),
            cancellationToken);
        var keys = last == revision ? [] : await ReadAsync(
            $"SELECT {Columns} FROM byok_key WHERE revision > @revision ORDER BY revision", new { revision }, cancellationToken);
        return new ByokKeyChanges(last, keys);
    }

    private Task<IReadOnlyList<ByokKey>> ReadAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(
                    new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
                return await rows.ListAsync(ByokKeyRow.Read, cancellationToken);
            },
            cancellationToken);

    /// <summary>One change at a time, so that whoever sees a revision sees every lower one.</summary>
    private Task<bool> ChangeAsync(string sql, object parameters, CancellationToken cancellationToken) => database.UseAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                AdvisoryLock.ByokKeys, transaction: transaction, cancellationToken: cancellationToken));
            var changed = await connection.ExecuteAsync(
                new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken)) == 1;
            await transaction.CommitAsync(cancellationToken);
            return changed;
        },
        cancellationToken);

    private static object Parameters(ByokKeyQuery query) => new
    {
        organization = query.OrganizationId,
        workspace = query.WorkspaceId,
        provider = query.Provider,
        limit = query.Limit,
        offset = query.Offset,
    };

    private static object Parameters(ByokKey key) => new
    {
        key.Id,
        key.OrganizationId,
        key.WorkspaceId,
        key.Provider,
        key.Name,
        key.Label,
        Models = ByokKeyRow.Text(key.AllowedModels),
        Hashes = ByokKeyRow.Text(key.AllowedApiKeyHashes),
        Users = ByokKeyRow.Text(key.AllowedUserIds),
        key.Disabled,
        key.IsFallback,
        key.IsRequired,
        key.IsByokOnly,
        key.DeclaredZdr,
        key.SecretVersion,
        key.Sealed,
        CreatedAt = PostgresTime.Of(key.CreatedAt),
    };
}
