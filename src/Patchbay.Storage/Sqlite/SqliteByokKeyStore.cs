using Dapper;
using Patchbay.Identity;

namespace Patchbay.Storage.Sqlite;

/// <summary>Callers' own provider keys in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteByokKeyStore(SqliteWriter writer, SqliteReaders readers) : IByokKeyStore
{
    private const string Columns = """
        id, organization_id, workspace_id, provider, name, label, allowed_models, allowed_hashes, allowed_users, disabled,
        is_fallback, is_required, is_byok_only, declared_zdr, sort_order, secret_version, secret, created_at, deleted_at
        """;

    private const string NextRevision = "(SELECT coalesce(max(revision), 0) + 1 FROM byok_key)";

    private const string InsertSql = $"""
        INSERT INTO byok_key ({Columns}, revision) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
          (SELECT coalesce(max(sort_order) + 1, 0) FROM byok_key
           WHERE organization_id = ? AND provider = ? AND deleted_at IS NULL), ?, ?, ?, NULL, {NextRevision}
        WHERE ? IS NULL OR EXISTS (SELECT 1 FROM workspace WHERE id = ? AND organization_id = ? AND deleted_at IS NULL)
        """;

    // A new secret is one version ahead; the same version keeps the stored one.
    private const string UpdateSql = $"""
        UPDATE byok_key SET name = ?, label = ?, allowed_models = ?, allowed_hashes = ?, allowed_users = ?, disabled = ?,
          is_fallback = ?, is_required = ?, is_byok_only = ?, declared_zdr = ?,
          secret = CASE WHEN secret_version = ? THEN secret ELSE ? END, secret_version = ?, revision = {NextRevision}
        WHERE id = ? AND organization_id = ? AND deleted_at IS NULL AND secret_version IN (?, ?)
        """;

    private const string DeleteSql = $"""
        UPDATE byok_key SET secret = x'', deleted_at = ?, revision = {NextRevision}
        WHERE id = ? AND organization_id = ? AND deleted_at IS NULL
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ByokKey>> ListAsync(ByokKeyQuery query, CancellationToken cancellationToken) => ReadAsync(
        $"""
        SELECT {Columns} FROM byok_key WHERE {ByokKeyRow.Listed} AND (@provider IS NULL OR provider = @provider)
        ORDER BY provider, is_fallback, sort_order, id LIMIT @limit OFFSET @offset
        """,
        Parameters(query),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> CountAsync(ByokKeyQuery query, CancellationToken cancellationToken) => readers.ReadApartAsync(
        connection => connection.ExecuteScalarAsync<int>(new CommandDefinition(
            $"SELECT count(*) FROM byok_key WHERE {ByokKeyRow.Listed} AND (@provider IS NULL OR provider = @provider)",
            Parameters(query),
            cancellationToken: cancellationToken)),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<ByokKey?> FindAsync(Guid id, Guid organizationId, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(
            $"SELECT {Columns} FROM byok_key WHERE id = @id AND organization_id = @organization AND deleted_at IS NULL",
            new { id = SqliteId.Of(id), organization = SqliteId.Of(organizationId) },
            cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc/>
    public async Task<ByokKey?> CreateAsync(ByokKey key, CancellationToken cancellationToken)
    {
        var isMade = await writer.WriteApartAsync(
            session =>
            {
                var insert = session.Statement(InsertSql).Start()
                    .Add(key.Id).Add(key.OrganizationId).Add(key.WorkspaceId).Add(key.Provider);
                return AddMembers(insert, key)
                    .Add(key.OrganizationId).Add(key.Provider)
                    .Add((long)key.SecretVersion).Add(key.Sealed.AsSpan()).Add(key.CreatedAt)
                    .Add(key.WorkspaceId).Add(key.WorkspaceId).Add(key.OrganizationId)
                    .Execute() == 1;
            },
            cancellationToken);
        return isMade ? await FindAsync(key.Id, key.OrganizationId, cancellationToken) ?? key : null;
    }

    /// <inheritdoc/>
    public Task<bool> UpdateAsync(ByokKey key, CancellationToken cancellationToken) => writer.WriteApartAsync(
        session => AddMembers(session.Statement(UpdateSql).Start(), key)
            .Add((long)key.SecretVersion).Add(key.Sealed.AsSpan()).Add((long)key.SecretVersion)
            .Add(key.Id).Add(key.OrganizationId)
            .Add((long)key.SecretVersion).Add((long)key.SecretVersion - 1)
            .Execute() == 1,
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(Guid id, Guid organizationId, DateTimeOffset now, CancellationToken cancellationToken) =>
        writer.WriteApartAsync(
            session => session.Statement(DeleteSql).Start().Add(now).Add(id).Add(organizationId).Execute() == 1,
            cancellationToken);

    /// <inheritdoc/>
    public async Task<ByokKeyChanges> ListChangedAsync(long revision, CancellationToken cancellationToken)
    {
        // The revision first: what changes meanwhile is listed now and once more the next time.
        var last = await readers.ReadApartAsync(
            connection => connection.ExecuteScalarAsync<long>(
                new CommandDefinition(ByokKeyRow.RevisionSql, cancellationToken: cancellationToken)),
            cancellationToken);
        var keys = last == revision ? [] : await ReadAsync(
            $"SELECT {Columns} FROM byok_key WHERE revision > @revision ORDER BY revision", new { revision }, cancellationToken);
        return new ByokKeyChanges(last, keys);
    }

    private Task<IReadOnlyList<ByokKey>> ReadAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(
                    new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
                return await rows.ListAsync(ByokKeyRow.Read, cancellationToken);
            },
            cancellationToken);

    private static object Parameters(ByokKeyQuery query) => new
    {
        organization = SqliteId.Of(query.OrganizationId),
        workspace = SqliteId.Of(query.WorkspaceId),
        provider = query.Provider,
        limit = query.Limit,
        offset = query.Offset,
    };

    // What its owner can change, in the order of the columns.
    private static SqliteStatement AddMembers(SqliteStatement statement, ByokKey key) => statement
        .Add(key.Name)
        .Add(key.Label)
        .Add(ByokKeyRow.Text(key.AllowedModels))
        .Add(ByokKeyRow.Text(key.AllowedApiKeyHashes))
        .Add(ByokKeyRow.Text(key.AllowedUserIds))
        .Add(key.Disabled)
        .Add(key.IsFallback)
        .Add(key.IsRequired)
        .Add(key.IsByokOnly)
        .Add(Number(key.DeclaredZdr));

    private static long? Number(bool? flag) => flag is { } value ? value ? 1 : 0 : null;
}
