using Dapper;
using Npgsql;
using NpgsqlTypes;
using Patchbay.Billing;

namespace Patchbay.Storage.Postgres;

/// <summary>Open holds in PostgreSQL. A server knows its own, and those that nobody has any more.</summary>
/// <param name="database">The pool.</param>
/// <param name="node">The server; null for a command, which sees all.</param>
internal sealed class PostgresOpenHoldLog(PostgresDatabase database, Guid? node) : IOpenHoldLog
{
    private const string AfterTime = """
        organization_id, workspace_id, key_id, member_id, model, provider_name, provider_slug, endpoint_id, streamed,
        amount_nanos, estimated_cost_nanos
        """;

    // A hold may be written down just after its generation was settled; it is not open then. The lock of the books keeps a
    // settlement from being committed between the question and the answer.
    private const string InsertSql = $"""
        INSERT INTO open_hold (generation_id, created_at, {AfterTime}, node_id)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
        WHERE NOT EXISTS (SELECT FROM generation_key WHERE id = $1)
        ON CONFLICT (generation_id) DO NOTHING
        """;

    /// <inheritdoc/>
    public Task RecordAsync(IReadOnlyList<OpenHold> holds, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using var commands = new NpgsqlBatch(connection, transaction)
                {
                    BatchCommands = { new NpgsqlBatchCommand(AdvisoryLock.Books) },
                };
                foreach (var hold in holds)
                {
                    commands.BatchCommands.Add(Insert(hold));
                }

                await commands.ExecuteNonQueryAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return holds.Count;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(IReadOnlyList<string> generationIds, CancellationToken cancellationToken) =>
        database.UseAsync(
            connection => connection.ExecuteAsync(new CommandDefinition(
                "DELETE FROM open_hold WHERE generation_id = ANY (@ids)",
                new { ids = generationIds.ToArray() },
                cancellationToken: cancellationToken)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<OpenHold>> ListAsync(CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    $"""
                    SELECT generation_id, unix_ms(created_at), {AfterTime} FROM open_hold
                    WHERE @node::uuid IS NULL OR node_id IS NULL OR node_id = @node ORDER BY created_at, generation_id
                    """,
                    new { node },
                    cancellationToken: cancellationToken));
                return await row.ListAsync(OpenHoldRow.Read, cancellationToken);
            },
            cancellationToken);

    private NpgsqlBatchCommand Insert(OpenHold hold) => new(InsertSql)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = hold.GenerationId },
            new NpgsqlParameter<DateTime> { TypedValue = PostgresTime.Of(hold.CreatedAt) },
            new NpgsqlParameter<Guid> { TypedValue = hold.OrganizationId },
            new NpgsqlParameter<Guid> { TypedValue = hold.WorkspaceId },
            Nullable(hold.KeyId, NpgsqlDbType.Uuid),
            Nullable(hold.MemberId, NpgsqlDbType.Uuid),
            new NpgsqlParameter<string> { TypedValue = hold.Model },
            Nullable(hold.ProviderName, NpgsqlDbType.Text),
            Nullable(hold.ProviderSlug, NpgsqlDbType.Text),
            Nullable(hold.EndpointId, NpgsqlDbType.Text),
            new NpgsqlParameter<bool> { TypedValue = hold.Streamed },
            new NpgsqlParameter<long> { TypedValue = hold.Amount.Nanos },
            new NpgsqlParameter<long> { TypedValue = hold.EstimatedCost.Nanos },
            Nullable(node, NpgsqlDbType.Uuid),
        },
    };

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
