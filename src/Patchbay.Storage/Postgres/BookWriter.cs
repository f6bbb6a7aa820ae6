using Npgsql;
using NpgsqlTypes;

namespace Patchbay.Storage.Postgres;

/// <summary>Adds batches to the books, inside a transaction that holds <see cref="AdvisoryLock.Books"/>.</summary>
internal static class BookWriter
{
    /// <summary>Selects the last batch.</summary>
    public const string HeadSql = "SELECT id, hash FROM ledger_batch ORDER BY id DESC LIMIT 1";

    private const string BatchSql = """
        INSERT INTO ledger_batch (id, kind, created_at, generations, charge_nanos, previous_hash, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string EntrySql = """
        INSERT INTO ledger_entry (batch_id, number, debit, credit, amount_nanos, reference, created_at)
        SELECT $1, row.number - 1, row.debit, row.credit, row.amount, row.reference, $2
        FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS row (debit, credit, amount, reference, number)
        """;

    private const string BalanceSql = """
        INSERT INTO ledger_account AS account (name, balance_nanos) SELECT * FROM unnest($1, $2)
        ON CONFLICT (name) DO UPDATE SET balance_nanos = account.balance_nanos + excluded.balance_nanos
        """;

    private const string SpendingSql = """
        INSERT INTO spending AS stored (level, scope_id, day, credits_nanos, byok_nanos, requests)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
        ON CONFLICT (level, scope_id, day) DO UPDATE SET
          credits_nanos = stored.credits_nanos + excluded.credits_nanos,
          byok_nanos = stored.byok_nanos + excluded.byok_nanos,
          requests = stored.requests + excluded.requests
        """;

    /// <summary>Reads the result of <see cref="HeadSql"/>.</summary>
    public static async Task<LedgerHead> ReadHeadAsync(NpgsqlDataReader row, CancellationToken cancellationToken) =>
        await row.ReadAsync(cancellationToken)
            ? new LedgerHead(row.GetInt64(0), row.GetFieldValue<byte[]>(1))
            : LedgerHead.Origin;

    /// <summary>Reads the last batch.</summary>
    public static async Task<LedgerHead> ReadHeadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand(HeadSql, connection, transaction);
        await using var row = await find.ExecuteReaderAsync(cancellationToken);
        return await ReadHeadAsync(row, cancellationToken);
    }

    /// <summary>Adds the commands that write a batch, its entries, balances and spending.</summary>
    public static void Add(NpgsqlBatch commands, LedgerBatch batch)
    {
        var createdAt = PostgresTime.Of(batch.CreatedAt);
        commands.BatchCommands.Add(new NpgsqlBatchCommand(BatchSql)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = batch.Id },
                new NpgsqlParameter<short> { TypedValue = (short)batch.Kind },
                new NpgsqlParameter<DateTime> { TypedValue = createdAt },
                new NpgsqlParameter<long> { TypedValue = batch.Generations },
                new NpgsqlParameter<long> { TypedValue = batch.ChargeNanos },
                new NpgsqlParameter<byte[]> { TypedValue = batch.PreviousHash },
                new NpgsqlParameter<byte[]> { TypedValue = batch.Hash },
            },
        });
        if (batch.Entries.Count > 0)
        {
            commands.BatchCommands.Add(Entries(batch, createdAt));
            commands.BatchCommands.Add(Balances(batch));
        }

        if (batch.Spending.Count > 0)
        {
            commands.BatchCommands.Add(Spending(batch));
        }
    }

    private static NpgsqlBatchCommand Entries(LedgerBatch batch, DateTime createdAt) => new(EntrySql)
    {
        Parameters =
        {
            new NpgsqlParameter<long> { TypedValue = batch.Id },
            new NpgsqlParameter<DateTime> { TypedValue = createdAt },
            new NpgsqlParameter<string[]> { TypedValue = [.. batch.Entries.Select(entry => entry.Debit)] },
            new NpgsqlParameter<string[]> { TypedValue = [.. batch.Entries.Select(entry => entry.Credit)] },
            new NpgsqlParameter<long[]> { TypedValue = [.. batch.Entries.Select(entry => entry.AmountNanos)] },
            new NpgsqlParameter<string[]> { TypedValue = [.. batch.Entries.Select(entry => entry.Reference)] },
        },
    };

    private static NpgsqlBatchCommand Balances(LedgerBatch batch) => new(BalanceSql)
    {
        Parameters =
        {
            new NpgsqlParameter<string[]> { TypedValue = [.. batch.Balances.Keys] },
            new NpgsqlParameter<long[]> { TypedValue = [.. batch.Balances.Values] },
        },
    };

    private static NpgsqlBatchCommand Spending(LedgerBatch batch)
    {
        // In the order of the primary key, so that two writers lock rows in the same order.
        var rows = batch.Spending
            .OrderBy(row => row.Increment.Scope.Level).ThenBy(row => row.Increment.Scope.Id).ThenBy(row => row.Day).ToList();
        return new NpgsqlBatchCommand(SpendingSql)
        {
            Parameters =
            {
                new NpgsqlParameter<short[]> { TypedValue = [.. rows.Select(row => (short)row.Increment.Scope.Level)] },
                new NpgsqlParameter<Guid[]> { TypedValue = [.. rows.Select(row => row.Increment.Scope.Id)] },
                new NpgsqlParameter<DateOnly[]>
                {
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date,
                    TypedValue = [.. rows.Select(row => UtcDay.ToDate(row.Day))],
                },
                new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(row => row.Increment.Credits.Nanos)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(row => row.Increment.Byok.Nanos)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(row => (long)row.Increment.Requests)] },
            },
        };
    }
}
