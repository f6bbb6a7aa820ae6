using Npgsql;
using NpgsqlTypes;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>What settlements used of leased slices: it leaves the slice in the same transaction in which it becomes spending.
/// </summary>
internal static class LeaseUseWriter
{
    private const string Sql = """
        WITH said AS (
          SELECT * FROM unnest($2, $3, $4, $5, $6, $7) AS row (level, scope_id, kind, window_start, epoch, amount)
        ), locked AS (
          SELECT said.* FROM lease JOIN said USING (level, scope_id, kind, window_start, epoch)
          WHERE lease.node_id = $1
          ORDER BY lease.level, lease.scope_id, lease.kind, lease.window_start, lease.epoch FOR UPDATE OF lease
        )
        UPDATE lease SET used_nanos = lease.used_nanos + locked.amount FROM locked
        WHERE lease.node_id = $1 AND lease.level = locked.level AND lease.scope_id = locked.scope_id
          AND lease.kind = locked.kind AND lease.window_start = locked.window_start AND lease.epoch = locked.epoch
        """;

    /// <summary>Adds the command, if any was used.</summary>
    public static void Add(NpgsqlBatch commands, Guid node, IReadOnlyList<Settlement> fresh)
    {
        var uses = AddUp(fresh);
        if (uses.Count == 0)
        {
            return;
        }

        commands.BatchCommands.Add(new NpgsqlBatchCommand(Sql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = node },
                new NpgsqlParameter<short[]> { TypedValue = [.. uses.Keys.Select(static use => (short)use.Key.Scope.Level)] },
                new NpgsqlParameter<Guid[]> { TypedValue = [.. uses.Keys.Select(static use => use.Key.Scope.Id)] },
                new NpgsqlParameter<short[]> { TypedValue = [.. uses.Keys.Select(static use => (short)use.Key.Kind)] },
                new NpgsqlParameter<DateOnly[]>
                {
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date,
                    TypedValue = [.. uses.Keys.Select(static use => use.Key.Window)],
                },
                new NpgsqlParameter<long[]> { TypedValue = [.. uses.Keys.Select(static use => use.Epoch)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. uses.Values.Select(static amount => amount.Nanos)] },
            },
        });
    }

    /// <summary>The settlement as it is booked when the slices that it used were given to others meanwhile: nobody is charged,
    /// since others may have spent that money, and what the provider charges is a loss.</summary>
    public static Settlement Waive(Settlement settlement)
    {
        var generation = settlement.Generation;
        var losses = new List<LossPosting>(settlement.Losses.Count + 1);
        var own = generation.ProviderCost;
        foreach (var loss in settlement.Losses)
        {
            own -= loss.IsExpense ? loss.Amount : Money.Zero;
            losses.Add(loss.IsExpense ? loss with { Account = LedgerAccount.LossCrash } : loss);
        }

        if (settlement.ProviderSlug is { } provider && own > Money.Zero)
        {
            losses.Add(new LossPosting(LedgerAccount.LossCrash, provider, own));
        }

        return settlement with
        {
            ProviderSlug = null,
            Losses = losses,
            Generation = generation with
            {
                Charge = Money.Zero,
                ProviderCost = Money.Zero,
                Loss = generation.Loss + generation.ProviderCost,
            },
        };
    }

    private static Dictionary<(LeaseKey Key, long Epoch), Money> AddUp(IReadOnlyList<Settlement> fresh)
    {
        var uses = new Dictionary<(LeaseKey Key, long Epoch), Money>();
        foreach (var settlement in fresh)
        {
            var use = settlement.Leases;
            if (use.IsNone || settlement.Generation.Charge <= Money.Zero)
            {
                continue;
            }

            foreach (var scope in ScopesOf(settlement.Generation))
            {
                for (var kind = LeaseKind.Lifetime; kind <= LeaseKind.Funds; kind++)
                {
                    if (use.Covers(scope.Level, kind))
                    {
                        var key = (LeaseKey.On(scope, kind, use.Day), use.Epoch);
                        uses[key] = uses.GetValueOrDefault(key) + settlement.Generation.Charge;
                    }
                }
            }
        }

        return uses;
    }

    private static IEnumerable<BudgetScope> ScopesOf(Generation generation)
    {
        yield return new BudgetScope(BudgetLevel.Organization, generation.OrganizationId);
        yield return new BudgetScope(BudgetLevel.Workspace, generation.WorkspaceId);
        if (generation.MemberId is { } member)
        {
            yield return new BudgetScope(BudgetLevel.Member, member);
            yield return BudgetScope.SeatOf(generation.WorkspaceId, member);
        }

        if (generation.KeyId is { } key)
        {
            yield return new BudgetScope(BudgetLevel.Key, key);
        }
    }
}
