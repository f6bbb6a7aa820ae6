using Npgsql;
using NpgsqlTypes;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>What other servers need of funds that are to shrink.</summary>
internal static class SharedFunds
{
    // The lock of take_leases: nothing is leased of these funds until the transaction ends.
    private const string LockSql =
        "SELECT pg_advisory_xact_lock(hashtextextended('0/' || $1::text || '/4/1970-01-01', 7301))";

    private const string ReadSql = """
        SELECT spendable_funds($1),
          (SELECT coalesce(sum(greatest(granted_nanos - returned_nanos - used_nanos, 0)), 0)::bigint FROM lease
            WHERE level = 0 AND scope_id = $1 AND kind = 4),
          (SELECT coalesce(sum(amount_nanos), 0)::bigint FROM open_hold
            WHERE organization_id = $1 AND created_at < $2 AND node_id IS DISTINCT FROM $3)
        """;

    private const string WantSql = "SELECT pg_notify('patchbay_wanted', '0/' || $1::text || '/4/1970-01-01')";

    /// <summary>Lets so much of a promotion stay that what is leased of the funds is there, and what began at other servers
    /// before its time can be paid of it. Servers that have leased too much for it to end are asked to give it back, as soon as
    /// the transaction is committed. Inside a transaction that holds <see cref="AdvisoryLock.Books"/>.</summary>
    public static async Task<ExpiryOrder> KeepLeasedAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ExpiryOrder order, IReadOnlyList<CreditLot> lots, Guid? node,
        CancellationToken cancellationToken)
    {
        if (!TryFind(lots, order.PromotionId, out var lot))
        {
            return order;
        }

        await ExecuteAsync(LockSql);
        var (funds, leased, heldByOthers) = await ReadAsync();
        var held = order.Held + heldByOthers;
        if (leased > Money.Zero && lot.Balance - Money.Max(funds - leased, Money.Zero) is var backing && backing > held)
        {
            held = backing;
            await ExecuteAsync(WantSql);
        }

        return order with { Held = held };

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction)
            {
                Parameters = { new NpgsqlParameter<Guid> { TypedValue = order.OrganizationId } },
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        async Task<(Money Funds, Money Leased, Money HeldByOthers)> ReadAsync()
        {
            await using var command = new NpgsqlCommand(ReadSql, connection, transaction)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = order.OrganizationId },
                    new NpgsqlParameter<DateTime> { TypedValue = PostgresTime.Of(lot.ExpiresAt) },
                    new NpgsqlParameter { Value = node ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                },
            };
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            return (new Money(row.GetInt64(0)), new Money(row.GetInt64(1)), new Money(row.GetInt64(2)));
        }
    }

    private static bool TryFind(IReadOnlyList<CreditLot> lots, Guid promotion, out CreditLot found)
    {
        foreach (var lot in lots)
        {
            if (lot.PromotionId == promotion)
            {
                found = lot;
                return true;
            }
        }

        found = default;
        return false;
    }
}
