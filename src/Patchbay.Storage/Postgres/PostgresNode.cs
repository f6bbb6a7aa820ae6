using Npgsql;
using Patchbay.Billing;

namespace Patchbay.Storage.Postgres;

/// <summary>This server among those on the database.</summary>
/// <param name="database">The pool.</param>
/// <param name="id">Its name.</param>
/// <param name="grace">After how much silence of another server its slices may be leased again.</param>
/// <param name="lifetime">After how much silence another server is taken for dead.</param>
/// <param name="clock">The clock, which learns the database's time.</param>
internal sealed class PostgresNode(PostgresDatabase database, Guid id, TimeSpan grace, TimeSpan lifetime, TimeProvider clock)
{
    private const string RegisterSql = """
        INSERT INTO node (id, epoch, started_at, seen_at) VALUES ($1, 1, clock_timestamp(), clock_timestamp())
        ON CONFLICT (id) DO UPDATE SET epoch = node.epoch + 1, started_at = excluded.started_at, seen_at = excluded.seen_at,
          stopped = false
        RETURNING epoch, clock_timestamp()
        """;

    private const string RenewSql = """
        UPDATE node SET seen_at = clock_timestamp() WHERE id = $1 AND epoch = $2 AND lost_epoch < $2
        RETURNING epoch, clock_timestamp()
        """;

    private const string FleetSql = """
        SELECT count(*), count(*) FILTER (WHERE id < $1) FROM node
        WHERE id = $1 OR (NOT stopped AND seen_at > clock_timestamp() - $2)
        """;

    // Statement by statement: the second sees what was leased until the first had its row.
    private const string ReclaimSql = """
        UPDATE node SET lost_epoch = epoch WHERE lost_epoch < epoch AND seen_at < clock_timestamp() - $1 AND id <> $2
          AND EXISTS (SELECT FROM lease WHERE node_id = node.id UNION ALL SELECT FROM open_hold WHERE node_id = node.id)
        """;

    private const string FreeSql =
        "DELETE FROM lease USING node WHERE node.id = lease.node_id AND lease.epoch <= node.lost_epoch";

    private const string OrphanSql = """
        UPDATE open_hold SET node_id = NULL FROM node
        WHERE node.id = open_hold.node_id AND node.lost_epoch = node.epoch AND node.id <> $1
        """;

    private const string ForgetSql = "DELETE FROM change WHERE at < clock_timestamp() - interval '1 day'";

    private const string ForgetCountsSql = "DELETE FROM shared_counter WHERE window_start < clock_timestamp() - interval '40 days'";

    private const string EndedSql = """
        DELETE FROM lease WHERE node_id = $1 AND kind IN (1, 2, 3, 6, 7, 8, 9) AND granted_nanos = returned_nanos + used_nanos
          AND window_start < (clock_timestamp() - interval '62 days')::date
        """;

    private long _renewals;

    /// <summary>Its name.</summary>
    public Guid Id => id;

    /// <summary>The servers that live, as of the last sign of life.</summary>
    public FleetShare Fleet { get; } = new();

    /// <summary>Counts its registrations.</summary>
    public long Epoch { get; private set; }

    /// <summary>Begins an epoch. What was leased in an earlier one stays leased.</summary>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow();
        var (epoch, time) = await database.UseAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(RegisterSql, connection) { Parameters = { Name() } };
                await using var row = await command.ExecuteReaderAsync(cancellationToken);
                await row.ReadAsync(cancellationToken);
                return (row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1));
            },
            cancellationToken);
        Learn(before, time);
        Epoch = epoch;
        await LookAroundAsync(cancellationToken);
    }

    /// <summary>A sign of life; frees what servers have leased that gave none for too long. False when this server is one of
    /// them.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow();
        var time = await database.UseAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(RenewSql, connection)
                {
                    Parameters = { Name(), new NpgsqlParameter<long> { TypedValue = Epoch } },
                };
                await using var row = await command.ExecuteReaderAsync(cancellationToken);
                return await row.ReadAsync(cancellationToken) ? row.GetFieldValue<DateTimeOffset>(1) : (DateTimeOffset?)null;
            },
            cancellationToken);
        if (time is not { } now)
        {
            return false;
        }

        Learn(before, now);
        await ReclaimAsync(cancellationToken);
        await LookAroundAsync(cancellationToken);
        return true;
    }

    /// <summary>Frees what this server leased in earlier epochs; nothing more is to come of them.</summary>
    public Task FreeEarlierAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(
            "DELETE FROM lease WHERE node_id = $1 AND epoch < $2",
            cancellationToken, Name(), new NpgsqlParameter<long> { TypedValue = Epoch });

    /// <summary>Says that nothing is heard of it until it is started again.</summary>
    public Task StopAsync(CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE node SET stopped = true WHERE id = $1", cancellationToken, Name());

    private async Task LookAroundAsync(CancellationToken cancellationToken)
    {
        var (servers, before) = await database.UseAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(FleetSql, connection)
                {
                    Parameters = { Name(), new NpgsqlParameter<TimeSpan> { TypedValue = lifetime } },
                };
                await using var row = await command.ExecuteReaderAsync(cancellationToken);
                await row.ReadAsync(cancellationToken);
                return ((int)row.GetInt64(0), (int)row.GetInt64(1));
            },
            cancellationToken);
        Fleet.Learn(servers, before);
    }

    private async Task ReclaimAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(ReclaimSql, cancellationToken, new NpgsqlParameter<TimeSpan> { TypedValue = grace }, Name());
        await ExecuteAsync(FreeSql, cancellationToken);
        await ExecuteAsync(OrphanSql, cancellationToken, Name());
        if (_renewals++ % 100 == 0)
        {
            await ExecuteAsync(ForgetSql, cancellationToken);
            await ExecuteAsync(ForgetCountsSql, cancellationToken);
            await ExecuteAsync(EndedSql, cancellationToken, Name());
        }
    }

    private Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) =>
        database.UseAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(sql, connection);
                command.Parameters.AddRange(parameters);
                return await command.ExecuteNonQueryAsync(cancellationToken);
            },
            cancellationToken);

    private NpgsqlParameter<Guid> Name() => new() { TypedValue = id };

    private void Learn(DateTimeOffset before, DateTimeOffset time) =>
        (clock as DatabaseClock)?.Learn(before, time, clock.GetUtcNow());
}
