using Dapper;
using Patchbay.Identity;

namespace Patchbay.Storage.Postgres;

/// <summary>Wrapped data keys in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresDataKeyStore(PostgresDatabase database) : IDataKeyStore
{
    /// <inheritdoc/>
    public async Task<DataKey?> FindAsync(Guid organizationId, CancellationToken cancellationToken)
    {
        var found = await ReadAsync("WHERE organization_id = @organizationId", new { organizationId }, cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc/>
    public async Task<DataKey> AddAsync(DataKey key, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            """
            INSERT INTO data_key (organization_id, key_id, wrapped, created_at)
            VALUES (@OrganizationId, @KeyId, @Wrapped, @at) ON CONFLICT (organization_id) DO NOTHING
            """,
            new { key.OrganizationId, key.KeyId, key.Wrapped, at = PostgresTime.Of(key.CreatedAt) },
            cancellationToken);
        return await FindAsync(key.OrganizationId, cancellationToken)
            ?? throw new InvalidOperationException("A data key was not kept.");
    }

    /// <inheritdoc/>
    public Task<bool> RewrapAsync(DataKey key, string from, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE data_key SET key_id = @KeyId, wrapped = @Wrapped WHERE organization_id = @OrganizationId AND key_id = @from",
        new { key.OrganizationId, key.KeyId, key.Wrapped, from },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DataKey>> ListAsync(CancellationToken cancellationToken) =>
        ReadAsync("ORDER BY organization_id", null, cancellationToken);

    private Task<bool> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection => await connection.ExecuteAsync(
                new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)) == 1,
            cancellationToken);

    private Task<IReadOnlyList<DataKey>> ReadAsync(string rest, object? parameters, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(
                    $"SELECT organization_id, key_id, wrapped, unix_ms(created_at) FROM data_key {rest}",
                    parameters,
                    cancellationToken: cancellationToken));
                return await rows.ListAsync(ByokKeyRow.ReadDataKey, cancellationToken);
            },
            cancellationToken);
}
