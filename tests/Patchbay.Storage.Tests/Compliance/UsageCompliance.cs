using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

/// <summary>Usage is made by a seed, added up here by hand, and asked for in many ways: before roll-ups, between and after.</summary>
public abstract class UsageCompliance(TestDatabase database) : StorageCompliance(database)
{
    private static readonly Guid Stranger = Guid.CreateVersion7();

    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<int> Seeds => [1, 7, 42];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_way_to_add_up_agrees_with_the_generations(int seed)
    {
        var random = new Random(seed);
        var all = UsageSample.Make(random, 120, Monday, Stranger);
        await SettleAsync(all[..50]);
        await AssertAgreesAsync(all[..50], random);
        Assert.Equal(50, await Storage.Usage.RollUpAsync(DateTimeOffset.UnixEpoch, Token));
        await AssertAgreesAsync(all[..50], random);
        await SettleAsync(all[50..90]);
        await AssertAgreesAsync(all[..90], random);
        Assert.Equal(40, await Storage.Usage.RollUpAsync(Monday.AddDays(9).AddMinutes(30), Token));
        Assert.Equal(0, await Storage.Usage.RollUpAsync(Monday.AddDays(9).AddMinutes(30), Token));
        await SettleAsync(all[90..]);
        await AssertAgreesAsync(all, random);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task Rolling_up_from_several_sides_at_once_counts_once()
    {
        var all = UsageSample.Make(new Random(3), 60, Monday, Stranger);
        await SettleAsync(all);
        var entered = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Storage.Usage.RollUpAsync(DateTimeOffset.UnixEpoch, Token)));

        Assert.Equal(60, entered.Sum());
        Assert.Equal(2 * 60, await Database.CountAsync("SELECT CAST(sum(requests) AS bigint) FROM usage_rollup"));
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task Roll_ups_survive_a_restart_and_go_on_where_they_were()
    {
        var all = UsageSample.Make(new Random(4), 40, Monday, Stranger);
        await SettleAsync(all[..20]);
        await Storage.Usage.RollUpAsync(DateTimeOffset.UnixEpoch, Token);
        await RestartAsync();
        await SettleAsync(all[20..]);
        await AssertAgreesAsync(all, new Random(4));
        Assert.Equal(20, await Storage.Usage.RollUpAsync(DateTimeOffset.UnixEpoch, Token));
        await AssertAgreesAsync(all, new Random(5));
    }

    [Theory]
    [InlineData("UPDATE usage_rollup SET charge = charge + 1 WHERE grain = 2", "day of organization")]
    [InlineData("DELETE FROM usage_rollup WHERE grain = 1", "hours of organization")]
    [InlineData("UPDATE usage_rollup SET requests = requests + 1 WHERE grain = 1", "hours of organization")]
    [InlineData("UPDATE usage_rollup SET loss = loss + 1", "day of organization")]
    [InlineData("UPDATE usage_rollup SET prompt = prompt + 1", "day of organization")]
    [InlineData("UPDATE usage_roller SET batch_id = 0", "day of organization")]
    public async Task A_roll_up_that_differs_is_found_and_named(string damage, string subject)
    {
        await SettleAsync(UsageSample.Make(new Random(6), 10, Monday, Stranger));
        await Storage.Usage.RollUpAsync(DateTimeOffset.UnixEpoch, Token);
        await AssertBooksAreRightAsync();
        await Database.ExecuteAsync(damage);

        Assert.Contains(await Storage.Ledger.AuditAsync(Token), finding => finding.Invariant == "I11 roll-up"
            && finding.Subject.StartsWith(subject, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_usage_of_an_organization_is_its_charges_in_the_ledger_and_its_keys_spending()
    {
        var all = UsageSample.Make(new Random(8), 80, Monday, Stranger);
        await SettleAsync(all[..40]);
        await Storage.Usage.RollUpAsync(DateTimeOffset.UnixEpoch, Token);
        await SettleAsync(all[40..]);
        var query = Query() with { Dimensions = [UsageDimension.Key] };
        var report = await Storage.Usage.QueryAsync(query, Token);

        var total = report.Rows.Aggregate(Money.Zero, (sum, row) => sum + row.Totals.Credits);
        Assert.Equal(Money.Zero - total, await Storage.Ledger.GetBalanceAsync(LedgerAccount.Credits(Samples.Organization), Token));
        foreach (var row in report.Rows.Where(row => row.Keys[0].Value is not null))
        {
            var scope = new BudgetScope(BudgetLevel.Key, Guid.Parse(row.Keys[0].Value!));
            var spent = await Storage.Budgets.GetSpendingAsync(scope, Monday.AddDays(20), Token);
            Assert.Equal(row.Totals.Credits, spent.Credits.Lifetime);
            Assert.Equal(row.Totals.ByokCost, spent.Byok.Lifetime);
        }

        Assert.Equal(
            report.Rows.Sum(row => row.Totals.Requests),
            await Storage.Generations.CountAsync(new GenerationQuery(Samples.Organization, null, 0, 1), Token));
    }

    [Fact]
    public async Task What_is_owed_to_a_provider_is_told_apart_by_answers_and_losses()
    {
        var settlement = Samples.Settlement(Now, 1000) with
        {
            Losses = [new LossPosting(LedgerAccount.LossFallback, "acme", new Money(33))],
        };
        await Storage.Settlements.SettleAsync(settlement);

        Assert.Equal(
            new ProviderDebt(new Money(500), new Money(33)),
            await Storage.Usage.GetDebtAsync("acme", Now.AddMinutes(-1), Now.AddMinutes(1), Token));
        Assert.Equal(default, await Storage.Usage.GetDebtAsync("acme", Now.AddMinutes(1), Now.AddMinutes(2), Token));
        Assert.Equal(default, await Storage.Usage.GetDebtAsync("other", Now.AddMinutes(-1), Now.AddMinutes(1), Token));
    }

    [Fact]
    public async Task Workspaces_keys_and_members_are_shown_as_the_interface_names_them()
    {
        var tenant = await Storage.Organizations.EnsureDefaultAsync(Now, Token);
        var key = Samples.KeyOf(tenant, Now, "the key");
        await Storage.ApiKeys.CreateAsync(key, Token);
        var generation = Samples.Full(Now) with
        {
            OrganizationId = tenant.Organization.Id,
            WorkspaceId = tenant.Workspace.Id,
            KeyId = key.Id,
            MemberId = tenant.Owner.Id,
        };
        await Storage.Settlements.SettleAsync(new Settlement(generation, null, []));
        var report = await Storage.Usage.QueryAsync(
            new UsageQuery
            {
                OrganizationId = tenant.Organization.Id,
                From = Now.AddDays(-1),
                To = Now.AddDays(1),
                Dimensions = [UsageDimension.Workspace, UsageDimension.Key, UsageDimension.Member],
            },
            Token);

        var keys = Assert.Single(report.Rows).Keys;
        Assert.Equal(new UsageKey(tenant.Workspace.Id.ToString(), tenant.Workspace.Name), keys[0]);
        Assert.Equal(new UsageKey(key.Hash.ToString(), "the key"), keys[1]);
        Assert.Equal(tenant.Owner.UserId.ToString(), keys[2].Value);
        Assert.NotNull(keys[2].Label);
        Assert.Equal(tenant.Owner.Id, await Storage.Usage.FindMemberAsync(tenant.Organization.Id, tenant.Owner.UserId, Token));
        Assert.Null(await Storage.Usage.FindMemberAsync(Guid.CreateVersion7(), tenant.Owner.UserId, Token));
    }

    [Fact]
    public async Task Limits_cut_the_groups_and_the_whole_and_say_so()
    {
        await SettleAsync(UsageSample.Make(new Random(9), 60, Monday, Stranger));
        var query = Query() with { Grain = UsageGrain.Day, Dimensions = [UsageDimension.Model] };
        var full = await Storage.Usage.QueryAsync(query, Token);
        Assert.False(full.Truncated);

        var grouped = await Storage.Usage.QueryAsync(query with { GroupLimit = 2 }, Token);
        Assert.True(grouped.Truncated);
        Assert.All(grouped.Rows.GroupBy(row => row.Keys[0]), group => Assert.InRange(group.Count(), 1, 2));

        var limited = await Storage.Usage.QueryAsync(
            query with { Limit = 3, Order = new UsageOrder(UsageMeasure.Tokens, null, Descending: true) }, Token);
        Assert.True(limited.Truncated);
        Assert.Equal(full.Rows.OrderByDescending(row => row.Totals.Tokens).Take(3).Select(row => row.Totals.Tokens),
            limited.Rows.Select(row => row.Totals.Tokens));
    }

    [Fact]
    public async Task Percentiles_are_times_that_were_measured()
    {
        for (var latency = 1; latency <= 200; latency++)
        {
            await Storage.Settlements.SettleAsync(new Settlement(
                Samples.Full(Monday.AddSeconds(latency)) with { LatencyMs = latency == 200 ? null : latency }, null, []));
        }

        var report = await Storage.Usage.QueryAsync(Query() with { Percentiles = true }, Token);
        var totals = Assert.Single(report.Rows).Totals;
        Assert.Equal((100L, 180L, 198L), (totals.LatencyP50!.Value, totals.LatencyP90!.Value, totals.LatencyP99!.Value));
        Assert.Equal((199L, 200L), (totals.Timed, totals.Requests));
    }

    [Fact]
    public async Task A_query_without_usage_has_no_rows_or_one_of_zeros()
    {
        var one = Assert.Single((await Storage.Usage.QueryAsync(Query() with { Percentiles = true }, Token)).Rows);
        Assert.Equal(default, one.Totals);
        Assert.Null(one.At);
        Assert.Empty((await Storage.Usage.QueryAsync(Query() with { Grain = UsageGrain.Week }, Token)).Rows);
    }

    [Fact]
    public async Task A_query_that_is_given_up_ends_soon()
    {
        await SettleAsync(UsageSample.Make(new Random(10), 20, Monday, Stranger));
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.Usage.QueryAsync(Query(), source.Token));
        Assert.Single((await Storage.Usage.QueryAsync(Query(), Token)).Rows);
    }

    private static UsageQuery Query() => new()
    {
        OrganizationId = Samples.Organization,
        From = Monday.AddDays(-40),
        To = Monday.AddDays(40),
    };

    private async Task SettleAsync(IEnumerable<Settlement> settlements)
    {
        foreach (var chunk in settlements.Chunk(7))
        {
            await Task.WhenAll(chunk.Select(settlement => Storage.Settlements.SettleAsync(settlement).AsTask()));
        }
    }

    private async Task AssertAgreesAsync(IReadOnlyList<Settlement> settled, Random random)
    {
        var mine = settled.Select(settlement => settlement.Generation)
            .Where(generation => generation.OrganizationId == Samples.Organization).ToList();
        foreach (var grain in Enum.GetValues<UsageGrain>())
        {
            for (var round = 0; round < 2; round++)
            {
                var from = Monday.AddMinutes(random.Next(-600, 4000));
                var query = Query() with
                {
                    From = from,
                    To = from.AddMinutes(random.Next(1, 30_000)),
                    Grain = grain,
                    Dimensions = UsageSample.Dimensions(random),
                    Filters = UsageSample.Filters(random),
                };
                var expected = UsageSample.AddUp(mine, query);
                var report = await Storage.Usage.QueryAsync(query, Token);
                Assert.Equal(expected.Count, report.Rows.Count);
                foreach (var row in report.Rows)
                {
                    var name = UsageSample.NameOf(row.At, row.Keys.Select(key => key.Value));
                    Assert.True(expected.TryGetValue(name, out var totals), name);
                    Assert.Equal(totals, row.Totals);
                }
            }
        }
    }
}
