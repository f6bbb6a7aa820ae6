using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>Shares out limits among the servers of the database.</summary>
/// <param name="database">The pool.</param>
/// <param name="node">This server.</param>
/// <param name="options">How long leases live.</param>
internal sealed class PostgresLeaseStore(PostgresDatabase database, PostgresNode node, StorageOptions options) : ILeaseStore
{
    private const string TakeSql = """
        SELECT refused, granted, available, others, tight
        FROM take_leases($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ORDER BY number
        """;

    // Rows are locked in one order everywhere.
    private const string ReturnSql = """
        WITH said AS (
          SELECT * FROM unnest($3, $4, $5, $6, $7) AS row (level, scope_id, kind, window_start, total)
        ), locked AS (
          SELECT lease.level, lease.scope_id, lease.kind, lease.window_start, said.total
          FROM lease JOIN said USING (level, scope_id, kind, window_start)
          WHERE lease.node_id = $1 AND lease.epoch = $2
          ORDER BY lease.level, lease.scope_id, lease.kind, lease.window_start FOR UPDATE OF lease
        )
        UPDATE lease SET returned_nanos = greatest(lease.returned_nanos, locked.total) FROM locked
        WHERE lease.node_id = $1 AND lease.epoch = $2 AND lease.level = locked.level AND lease.scope_id = locked.scope_id
          AND lease.kind = locked.kind AND lease.window_start = locked.window_start
        """;

    /// <inheritdoc/>
    public long Epoch => node.Epoch;

    /// <inheritdoc/>
    public TimeSpan Lifetime => options.LeaseLifetime;

    /// <inheritdoc/>
    public TimeSpan Grace => options.LeaseGrace;

    /// <inheritdoc/>
    public Action<LeaseKey>? Wanted { get; set; }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LeaseGrant>> TakeAsync(
        IReadOnlyList<LeaseRequest> requests, CancellationToken cancellationToken)
    {
        var order = Enumerable.Range(0, requests.Count)
            .OrderBy(i => requests[i].Key.Scope.Level).ThenBy(i => requests[i].Key.Plain.Kind).ToArray();
        var sorted = Array.ConvertAll(order, i => requests[i]);
        var answers = await database.UseAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(TakeSql, connection)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<Guid> { TypedValue = node.Id },
                        new NpgsqlParameter<long> { TypedValue = node.Epoch },
                        new NpgsqlParameter<TimeSpan> { TypedValue = options.LeaseLifetime },
                    },
                };
                AddKeys(command, Array.ConvertAll(sorted, static request => request.Key));
                command.Parameters.Add(Days([.. sorted.Select(static request => request.Key.End)]));
                command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. sorted.Select(static r => r.Need.Nanos)] });
                command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. sorted.Select(static r => r.Want.Nanos)] });
                command.Parameters.Add(new NpgsqlParameter<long?[]> { TypedValue = [.. sorted.Select(static r => r.Limit?.Nanos)] });
                await using var row = await command.ExecuteReaderAsync(cancellationToken);
                var grants = new List<LeaseGrant>(sorted.Length);
                while (await row.ReadAsync(cancellationToken))
                {
                    grants.Add(new LeaseGrant(
                        row.GetBoolean(0), new Money(row.GetInt64(1)), new Money(row.GetInt64(2)), new Money(row.GetInt64(3)),
                        row.GetBoolean(4)));
                }

                return grants;
            },
            cancellationToken);
        if (answers.Count != requests.Count)
        {
            throw new LeasesLostException();
        }

        var result = new LeaseGrant[answers.Count];
        for (var i = 0; i < order.Length; i++)
        {
            result[order[i]] = answers[i];
        }

        return result;
    }

    /// <inheritdoc/>
    public Task ReturnAsync(IReadOnlyList<LeaseReturn> returns, CancellationToken cancellationToken)
    {
        var epoch = node.Epoch;
        return database.UseAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(ReturnSql, connection)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<Guid> { TypedValue = node.Id },
                        new NpgsqlParameter<long> { TypedValue = epoch },
                    },
                };
                AddKeys(command, [.. returns.Select(static r => r.Key)]);
                command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. returns.Select(static r => r.ReturnedTotal.Nanos)] });
                return await command.ExecuteNonQueryAsync(cancellationToken);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (!await node.RenewAsync(cancellationToken))
        {
            throw new LeasesLostException();
        }
    }

    /// <inheritdoc/>
    public Task RegisterAsync(CancellationToken cancellationToken) => node.RegisterAsync(cancellationToken);

    /// <summary>Reads the text of a notification and passes it on; others than ours are ignored.</summary>
    public void TellWanted(string text)
    {
        var parts = text.Split('/');
        if (parts.Length == 4
            && byte.TryParse(parts[0], CultureInfo.InvariantCulture, out var level)
            && Guid.TryParse(parts[1], out var scope)
            && byte.TryParse(parts[2], CultureInfo.InvariantCulture, out var kind)
            && DateOnly.TryParseExact(parts[3], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var window))
        {
            Wanted?.Invoke(new LeaseKey(new BudgetScope((BudgetLevel)level, scope), (LeaseKind)kind, window));
        }
    }

    /// <summary>Adds four columns: level, scope, kind and window.</summary>
    internal static void AddKeys(NpgsqlCommand command, LeaseKey[] keys)
    {
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. keys.Select(static k => (short)k.Scope.Level)] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys.Select(static k => k.Scope.Id)] });
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. keys.Select(static k => (short)k.Kind)] });
        command.Parameters.Add(Days([.. keys.Select(static k => k.Window)]));
    }

    // The last day that there is becomes one that both sides can hold.
    private static NpgsqlParameter<DateOnly[]> Days(DateOnly[] days) => new()
    {
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date,
        TypedValue = Array.ConvertAll(days, static day => day == DateOnly.MaxValue ? day.AddDays(-1) : day),
    };
}
