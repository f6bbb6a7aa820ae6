using Dapper;
using Patchbay.Identity;

namespace Patchbay.Storage.Sqlite;

/// <summary>Wrapped data keys in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteDataKeyStore(SqliteWriter writer, SqliteReaders readers) : IDataKeyStore
{
    /// <inheritdoc/>
    public async Task<DataKey?> FindAsync(Guid organizationId, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(
            "WHERE organization_id = @organization", new { organization = SqliteId.Of(organizationId) }, cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc/>
    public async Task<DataKey> AddAsync(DataKey key, CancellationToken cancellationToken)
    {
        await writer.WriteApartAsync(
            session => session.Statement("""
                INSERT INTO data_key (organization_id, key_id, wrapped, created_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (organization_id) DO NOTHING
                """).Start().Add(key.OrganizationId).Add(key.KeyId).Add(key.Wrapped.AsSpan()).Add(key.CreatedAt).Execute(),
            cancellationToken);
        return await FindAsync(key.OrganizationId, cancellationToken)
            ?? throw new InvalidOperationException("A data key was not kept.");
    }

    /// <inheritdoc/>
    public Task<bool> RewrapAsync(DataKey key, string from, CancellationToken cancellationToken) => writer.WriteApartAsync(
        session => session.Statement("UPDATE data_key SET key_id = ?, wrapped = ? WHERE organization_id = ? AND key_id = ?")
            .Start().Add(key.KeyId).Add(key.Wrapped.AsSpan()).Add(key.OrganizationId).Add(from).Execute() == 1,
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DataKey>> ListAsync(CancellationToken cancellationToken) =>
        ReadAsync("ORDER BY organization_id", null, cancellationToken);

    private Task<IReadOnlyList<DataKey>> ReadAsync(string rest, object? parameters, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(
                    $"SELECT organization_id, key_id, wrapped, created_at FROM data_key {rest}",
                    parameters,
                    cancellationToken: cancellationToken));
                return await rows.ListAsync(ByokKeyRow.ReadDataKey, cancellationToken);
            },
            cancellationToken);
}
