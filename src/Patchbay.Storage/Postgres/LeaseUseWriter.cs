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

    private const string AllowanceSql = """
        INSERT INTO byok_allowance AS stored (organization_id, month, free_nanos) SELECT * FROM unnest($1, $2, $3)
        ON CONFLICT (organization_id, month) DO UPDATE SET free_nanos = stored.free_nanos + excluded.free_nanos
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
    /// since others may have spent that money, and what the provider charges is a loss. On an own key the provider has charged
    /// the caller: that counts, and only the fee is waived.</summary>
    public static Settlement Waive(Settlement settlement)
    {
        var generation = settlement.Generation;
        if (generation.IsByok)
        {
            return settlement with { Generation = generation with { Charge = Money.Zero, Fee = Money.Zero } };
        }

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
                Discount = Money.Zero,
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
            var (use, generation) = (settlement.Leases, settlement.Generation);
            if (use.IsNone || (generation.Charge <= Money.Zero && use.IsPlain))
            {
                continue;
            }

            foreach (var scope in ScopesOf(generation))
            {
                for (var kind = LeaseKind.Lifetime; kind < LeaseKind.Allowance; kind++)
                {
                    if (use.Covers(scope.Level, kind))
                    {
                        var key = LeaseKey.On(scope, kind, use.Day);
                        Add(key, use.Epoch, generation.Charge + (key.IncludesByok ? use.Byok : Money.Zero));
                    }
                }
            }

            if (use.Free is { } free)
            {
                Add(AllowanceOf(settlement), use.Epoch, free);
            }
        }

        return uses;

        void Add(LeaseKey key, long epoch, Money amount)
        {
            if (amount > Money.Zero)
            {
                uses[(key, epoch)] = uses.GetValueOrDefault((key, epoch)) + amount;
            }
        }
    }

    /// <summary>Adds the command that counts which list price was free of a fee, if any was. Where no slice of the allowance was
    /// leased, all of it counts.</summary>
    public static void AddAllowances(NpgsqlBatch commands, IReadOnlyList<Settlement> fresh)
    {
        var sums = new SortedDictionary<(Guid Organization, DateOnly Month), long>();
        foreach (var settlement in fresh)
        {
            if (settlement.Generation.IsByok && (settlement.Leases.Free ?? settlement.Generation.ProviderCost) is { Nanos: > 0 } free)
            {
                var key = AllowanceOf(settlement);
                sums[(key.Scope.Id, key.Window)] = checked(sums.GetValueOrDefault((key.Scope.Id, key.Window)) + free.Nanos);
            }
        }

        if (sums.Count == 0)
        {
            return;
        }

        commands.BatchCommands.Add(new NpgsqlBatchCommand(AllowanceSql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = [.. sums.Keys.Select(static key => key.Organization)] },
                new NpgsqlParameter<DateOnly[]>
                {
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date,
                    TypedValue = [.. sums.Keys.Select(static key => key.Month)],
                },
                new NpgsqlParameter<long[]> { TypedValue = [.. sums.Values] },
            },
        });
    }

    private static LeaseKey AllowanceOf(Settlement settlement) => LeaseKey.On(
        new BudgetScope(BudgetLevel.Organization, settlement.Generation.OrganizationId), LeaseKind.Allowance,
        settlement.Leases.Free is null
            ? DateOnly.FromDateTime(settlement.Generation.CreatedAt.UtcDateTime)
            : settlement.Leases.Day);

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
