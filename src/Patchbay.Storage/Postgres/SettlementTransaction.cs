using Microsoft.Extensions.Logging;
using Npgsql;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>Writes a group of settlements in one transaction.</summary>
/// <param name="session">The writing connection.</param>
/// <param name="node">This server; null for a command.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where differing repetitions are reported.</param>
internal sealed partial class SettlementTransaction(
    WriterSession session, PostgresNode? node, TimeProvider timeProvider, ILogger logger)
{
    // Rows are taken in their order, so that of two settlements of one id in a group the first counts.
    private const string TakeIdsSql = """
        INSERT INTO generation_key (id, created_at, batch_id)
        SELECT row.id, row.created_at, (SELECT coalesce(max(id), 0) + 1 FROM ledger_batch)
        FROM unnest($1, $2) WITH ORDINALITY AS row (id, created_at, number) ORDER BY row.number
        ON CONFLICT (id) DO NOTHING
        RETURNING id
        """;

    // The promotions of everybody concerned, under the lock of the books.
    private static readonly string LotsSql = CreditTables.LotsSql("COLLATE \"C\"", "(promo.of || ':')", "(promo.of || ';')")
        .Replace("FROM ledger_account", "FROM unnest($1) AS promo (of) JOIN ledger_account ON true", StringComparison.Ordinal);

    private readonly HashSet<long> _partitions = [];

    private const string StandingSql = """
        SELECT j.sequence, n.lost_epoch FROM node n JOIN node_journal j ON j.node_id = n.id WHERE n.id = $1 FOR SHARE OF n
        """;

    private const string AdvanceSql = "UPDATE node_journal SET sequence = $2 WHERE node_id = $1 AND sequence = $3";

    /// <summary>Returns when the group is durable. A step says where the journal stands then; what of the group is in the tables
    /// already, as the database knows, is left out. May be repeated with the same group after any failure: what a lost
    /// connection did commit after all is then found settled.</summary>
    public async Task CommitAsync(
        IReadOnlyList<Settlement> settlements, JournalStep? journal, CancellationToken cancellationToken)
    {
        var connection = await session.GetAsync(cancellationToken);
        await EnsurePartitionsAsync(connection, settlements, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (head, fresh, lots) = await TakeIdsAsync(connection, transaction, settlements, cancellationToken);
        var lostEpoch = 0L;
        if (node is not null)
        {
            (var sequence, lostEpoch) = await ReadStandingAsync(connection, transaction, node, cancellationToken);
            if (journal is { } step && sequence != step.Expected)
            {
                CheckStanding(sequence, step);
                return;
            }

            WaiveLost(fresh, lostEpoch);
        }

        if (fresh.Count > 0)
        {
            await GenerationCopier.CopyAsync(connection, fresh, head.BatchId + 1, cancellationToken);
        }

        await using var commands = new NpgsqlBatch(connection, transaction);
        if (fresh.Count > 0)
        {
            BookWriter.Add(commands, LedgerBatch.OfSettlements(head, timeProvider.GetUtcNow(), fresh, lots));
        }

        var holds = settlements.Where(settlement => settlement.HoldRecorded).Select(settlement => settlement.Generation.Id).ToArray();
        if (holds.Length > 0)
        {
            commands.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM open_hold WHERE generation_id = ANY ($1)")
            {
                Parameters = { new NpgsqlParameter<string[]> { TypedValue = holds } },
            });
        }

        LeaseUseWriter.AddAllowances(commands, fresh);
        if (node is not null)
        {
            LeaseUseWriter.Add(commands, node.Id, fresh);
        }

        if (journal is { } advance)
        {
            commands.BatchCommands.Add(new NpgsqlBatchCommand(AdvanceSql)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = node!.Id },
                    new NpgsqlParameter<long> { TypedValue = advance.After },
                    new NpgsqlParameter<long> { TypedValue = advance.Expected },
                },
            });
        }

        if (commands.BatchCommands.Count > 0)
        {
            await commands.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<(long Sequence, long LostEpoch)> ReadStandingAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PostgresNode node, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(StandingSql, connection, transaction)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = node.Id } },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (row.GetInt64(0), row.GetInt64(1))
            : throw new StorageUnavailableException("The database does not know this server any more: was it restored from a backup?");
    }

    // The group may have been committed by a connection that was lost with the answer.
    private static void CheckStanding(long sequence, JournalStep step)
    {
        if (sequence != step.After)
        {
            throw new StorageUnavailableException(
                $"The database has the settlements of this server up to {sequence}, not {step.Expected}: another process writes its journal, or the database was restored from a backup.");
        }
    }

    private void WaiveLost(List<Settlement> fresh, long lostEpoch)
    {
        for (var i = 0; i < fresh.Count; i++)
        {
            if (!fresh[i].Leases.IsNone && fresh[i].Leases.Epoch <= lostEpoch && fresh[i].Generation.Charge > Money.Zero)
            {
                Log.Waived(logger, fresh[i].Generation.Id, fresh[i].Generation.Charge);
                fresh[i] = LeaseUseWriter.Waive(fresh[i]);
            }
        }
    }

    /// <summary>Makes the partitions of days not seen before, each in a transaction of its own, so that the lock on the
    /// whole table is short.</summary>
    private async Task EnsurePartitionsAsync(
        NpgsqlConnection connection, IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        foreach (var settlement in settlements)
        {
            var day = UtcDay.Of(settlement.Generation.CreatedAt);
            if (_partitions.Contains(day))
            {
                continue;
            }

            await using var command = new NpgsqlCommand("SELECT ensure_generation_partition($1)", connection)
            {
                Parameters = { new NpgsqlParameter<DateOnly> { TypedValue = UtcDay.ToDate(day) } },
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
            _partitions.Add(day);
        }
    }

    private async Task<(LedgerHead Head, List<Settlement> Fresh, List<CreditLot> Lots)> TakeIdsAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken)
    {
        await using var commands = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(AdvisoryLock.Books),
                new NpgsqlBatchCommand(BookWriter.HeadSql),
                new NpgsqlBatchCommand(TakeIdsSql)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<string[]> { TypedValue = [.. settlements.Select(settlement => settlement.Generation.Id)] },
                        new NpgsqlParameter<DateTime[]>
                        {
                            TypedValue = [.. settlements.Select(settlement => PostgresTime.Of(settlement.Generation.CreatedAt))],
                        },
                    },
                },
                new NpgsqlBatchCommand(LotsSql)
                {
                    Parameters = { new NpgsqlParameter<string[]> { TypedValue = PromotionsOf(settlements) } },
                },
            },
        };
        await using var rows = await commands.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var head = await BookWriter.ReadHeadAsync(rows, cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var taken = new HashSet<string>(settlements.Count, StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            taken.Add(rows.GetString(0));
        }

        var fresh = new List<Settlement>(taken.Count);
        foreach (var settlement in settlements)
        {
            if (taken.Remove(settlement.Generation.Id))
            {
                fresh.Add(settlement);
            }
            else
            {
                Log.SettledBefore(logger, settlement.Generation.Id);
            }
        }

        await rows.NextResultAsync(cancellationToken);
        var lots = new List<CreditLot>();
        while (await rows.ReadAsync(cancellationToken))
        {
            lots.Add(new CreditLot(rows.GetString(0), new Money(rows.GetInt64(1))));
        }

        lots.Sort(static (left, right) => string.CompareOrdinal(left.Account, right.Account));
        return (head, fresh, lots);
    }

    private static string[] PromotionsOf(IReadOnlyList<Settlement> settlements)
    {
        var organizations = new HashSet<Guid>();
        foreach (var settlement in settlements)
        {
            organizations.Add(settlement.Generation.OrganizationId);
        }

        return [.. organizations.Select(id => LotRange.Of(id).From[..^1])];
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7023, Level = LogLevel.Warning,
            Message = "Generation {Generation} came after this server's leases were given to others; its charge of {Charge} is a loss.")]
        public static partial void Waived(ILogger logger, string generation, Money charge);

        [LoggerMessage(EventId = 7003, Level = LogLevel.Information, Message = "Generation {Generation} was settled before; the first stands.")]
        public static partial void SettledBefore(ILogger logger, string generation);
    }
}
