using Dapper;
using Npgsql;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>The servers of a PostgreSQL database.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresNodeRoster(PostgresDatabase database) : INodeRoster
{
    private const string ListSql = """
        SELECT node.id, unix_ms(started_at), (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::bigint, stopped,
          count(*) FILTER (WHERE granted_nanos > returned_nanos + used_nanos),
          coalesce(sum(greatest(granted_nanos - returned_nanos - used_nanos, 0)) FILTER (WHERE kind = 4), 0)::bigint
        FROM node LEFT JOIN lease ON lease.node_id = node.id
        GROUP BY node.id ORDER BY seen_at DESC, node.id
        """;

    // The row's lock orders it with what the server itself does: signs of life, leases and settlements.
    private const string LoseSql = """
        UPDATE node SET lost_epoch = epoch WHERE id = $1 AND (stopped OR seen_at < clock_timestamp() - $2)
        """;

    private const string FreeSql =
        "DELETE FROM lease USING node WHERE node.id = $1 AND lease.node_id = $1 AND lease.epoch <= node.lost_epoch";

    private const string OrphanSql = "UPDATE open_hold SET node_id = NULL WHERE node_id = $1";

    /// <inheritdoc/>
    public Task<IReadOnlyList<ServerNode>> ListAsync(CancellationToken cancellationToken) => database.UseAsync(
        async connection =>
        {
            await using var rows = await connection.ExecuteReaderAsync(
                new CommandDefinition(ListSql, cancellationToken: cancellationToken));
            return await rows.ListAsync(
                static row => new ServerNode(
                    row.Id(0), row.Time(1), TimeSpan.FromMilliseconds(row.GetInt64(2)), row.GetBoolean(3), row.GetInt64(4),
                    new Money(row.GetInt64(5))),
                cancellationToken);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ForgetAsync(Guid id, TimeSpan silentFor, CancellationToken cancellationToken) => database.UseAsync(
        async connection =>
        {
            await using var lose = new NpgsqlCommand(LoseSql, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = id },
                    new NpgsqlParameter<TimeSpan> { TypedValue = silentFor },
                },
            };
            if (await lose.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }

            // Statement by statement: the second sees what was leased until the first had its row. When it does not come so
            // far, the next server that gives a sign of life does the rest.
            foreach (var sql in (string[])[FreeSql, OrphanSql])
            {
                await using var command = new NpgsqlCommand(sql, connection)
                {
                    Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } },
                };
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            return true;
        },
        cancellationToken);
}
