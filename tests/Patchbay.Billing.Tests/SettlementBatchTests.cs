using Patchbay.Core;

namespace Patchbay.Billing.Tests;

public sealed class SettlementBatchTests
{
    private static readonly Guid Organization = Guid.CreateVersion7();
    private static readonly Guid Workspace = Guid.CreateVersion7();

    private static Settlement Any(Random random, int number)
    {
        var charge = new Money(random.Next(0, 1000));
        var generation = new Generation
        {
            Id = $"gen-{number}",
            CreatedAt = DateTimeOffset.UnixEpoch,
            OrganizationId = Organization,
            WorkspaceId = Workspace,
            KeyId = random.Next(2) == 0 ? null : new Guid(random.Next(1, 5), 0, 0, new byte[8]),
            Model = "a/b",
            ApiType = "completions",
            Outcome = GenerationOutcome.Completed,
            Charge = charge,
            ProviderCost = charge,
        };
        IReadOnlyList<LossPosting> losses = random.Next(3) == 0
            ? [new LossPosting(LedgerAccount.LossFallback, "acme", new Money(random.Next(1, 50)))]
            : [];
        return new Settlement(generation, random.Next(4) == 0 ? null : $"p{random.Next(3)}", losses);
    }

    private static bool CountsFor(Generation generation, BudgetScope scope) => scope.Level switch
    {
        BudgetLevel.Organization => generation.OrganizationId == scope.Id,
        BudgetLevel.Workspace => generation.WorkspaceId == scope.Id,
        BudgetLevel.Member => generation.MemberId == scope.Id,
        BudgetLevel.Key => generation.KeyId == scope.Id,
        _ => false,
    };

    [Fact]
    public void Each_provider_that_gave_a_part_of_an_answer_is_owed_its_own_part()
    {
        var settlement = Any(new Random(1), 1);
        settlement = settlement with
        {
            Generation = settlement.Generation with { Charge = new Money(100), ProviderCost = new Money(100) },
            ProviderSlug = "last",
            Losses =
            [
                new LossPosting(LedgerAccount.ProviderExpense("first"), "first", new Money(30)),
                new LossPosting(LedgerAccount.LossHedge, "other", new Money(7)),
            ],
        };

        var entries = SettlementBatch.Of(1, [settlement], []).Entries;

        long Moved(string debit, string credit) =>
            entries.Where(e => e.Debit == debit && e.Credit == credit).Sum(e => e.AmountNanos);
        Assert.Equal(70, Moved(LedgerAccount.ProviderExpense("last"), LedgerAccount.ProviderPayable("last")));
        Assert.Equal(30, Moved(LedgerAccount.ProviderExpense("first"), LedgerAccount.ProviderPayable("first")));
        Assert.Equal(7, Moved(LedgerAccount.LossHedge, LedgerAccount.ProviderPayable("other")));
        Assert.Equal(4, entries.Count);
    }

    [Fact]
    public void The_entries_of_a_batch_say_the_same_as_its_generations()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var settlements = Enumerable.Range(0, random.Next(1, 60)).Select(i => Any(random, i)).ToList();

            var batch = SettlementBatch.Of(round, settlements, []);

            var charges = settlements.Sum(s => s.Generation.Charge.Nanos);
            Assert.Equal(charges, batch.Charges.Nanos);
            Assert.Equal(charges, batch.Entries.Where(e => e.Credit == LedgerAccount.RevenueUsage).Sum(e => e.AmountNanos));
            Assert.Equal(
                settlements.Where(s => s.ProviderSlug is not null).Sum(s => s.Generation.ProviderCost.Nanos)
                    + settlements.Sum(s => s.Losses.Sum(l => l.Amount.Nanos)),
                batch.Entries.Where(e => e.Credit.StartsWith("payable:", StringComparison.Ordinal)).Sum(e => e.AmountNanos));
            Assert.All(batch.Entries, e => Assert.True(e.AmountNanos > 0));
            Assert.Equal(batch.Entries.Count, batch.Entries.Select(e => e.Reference).Distinct().Count());
            foreach (var increment in batch.Increments)
            {
                var own = settlements.Where(s => CountsFor(s.Generation, increment.Scope)).ToList();
                Assert.Equal(own.Count, increment.Requests);
                Assert.Equal(own.Sum(s => s.Generation.Charge.Nanos), increment.Credits.Nanos);
            }
        }
    }

    private static readonly Generation Charged = new()
    {
        Id = "gen-1",
        CreatedAt = DateTimeOffset.UnixEpoch,
        OrganizationId = Organization,
        WorkspaceId = Workspace,
        Model = "a/b",
        ApiType = "completions",
        Outcome = GenerationOutcome.Completed,
        Charge = new Money(100),
        ProviderCost = new Money(100),
    };

    private static Settlement Settled(Generation generation, string? provider = "acme") => new(generation, provider, []);

    // Who owes how much to whom, without the references.
    private static List<(string Debit, string Credit, long Amount)> Moves(SettlementBatch batch) =>
        [.. batch.Entries.Select(e => (e.Debit, e.Credit, e.AmountNanos)).OrderBy(m => m.Debit, StringComparer.Ordinal).ThenBy(m => m.Credit, StringComparer.Ordinal)];

    private static CreditLot Lot(Guid organization, int day, long nanos) => new(
        LedgerAccount.Promotion(organization, DateTimeOffset.UnixEpoch.AddDays(day), Guid.CreateVersion7()), new Money(nanos));

    [Fact]
    public void A_call_on_an_own_key_owes_us_the_fee_and_the_provider_nothing()
    {
        var own = Charged with { IsByok = true, Charge = new Money(5), Fee = new Money(5), ProviderCost = new Money(100) };

        var batch = SettlementBatch.Of(1, [Settled(own)], []);

        Assert.Equal([(LedgerAccount.Credits(Organization), LedgerAccount.RevenueFees, 5)], Moves(batch));
        Assert.All(batch.Increments, i => Assert.Equal((5, 100, 1), (i.Credits.Nanos, i.Byok.Nanos, i.Requests)));
    }

    [Fact]
    public void What_runs_on_credits_is_no_spending_of_own_keys()
    {
        var batch = SettlementBatch.Of(1, [Settled(Charged), Settled(Charged with { Id = "gen-2" })], []);

        Assert.All(batch.Increments, i => Assert.Equal((200, 0, 2), (i.Credits.Nanos, i.Byok.Nanos, i.Requests)));
        Assert.Equal(new Money(200), batch.Charges);
    }

    [Fact]
    public void A_discount_is_our_expense_and_the_revenue_stays_whole()
    {
        var batch = SettlementBatch.Of(1, [Settled(Charged with { Charge = new Money(99), Discount = new Money(1) })], []);

        Assert.Equal(
            [
                (LedgerAccount.LoggingDiscount, LedgerAccount.RevenueUsage, 1),
                (LedgerAccount.ProviderExpense("acme"), LedgerAccount.ProviderPayable("acme"), 100),
                (LedgerAccount.Credits(Organization), LedgerAccount.RevenueUsage, 99),
            ],
            Moves(batch));
    }

    [Fact]
    public void Spending_counts_for_the_organization_the_workspace_the_member_there_and_in_all_and_the_key()
    {
        var (member, key) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        var whole = SettlementBatch.Of(1, [Settled(Charged with { MemberId = member, KeyId = key })], []).Increments;
        var least = SettlementBatch.Of(1, [Settled(Charged)], []).Increments;

        Assert.Equal(
            [
                new BudgetScope(BudgetLevel.Organization, Organization), new BudgetScope(BudgetLevel.Workspace, Workspace),
                new BudgetScope(BudgetLevel.Member, member), BudgetScope.SeatOf(Workspace, member), new BudgetScope(BudgetLevel.Key, key),
            ],
            whole.Select(i => i.Scope));
        Assert.Equal([BudgetLevel.Organization, BudgetLevel.Workspace], least.Select(i => i.Scope.Level));
    }

    [Fact]
    public void Promotions_pay_first_in_the_order_given_and_credits_the_rest()
    {
        var (first, second) = (Lot(Organization, 1, 30), Lot(Organization, 2, 50));

        var batch = SettlementBatch.Of(1, [Settled(Charged, provider: null)], [first, second]);

        Assert.Equal(
            [
                (LedgerAccount.Credits(Organization), LedgerAccount.RevenueUsage, 20),
                (first.Account, LedgerAccount.RevenueUsage, 30),
                (second.Account, LedgerAccount.RevenueUsage, 50),
            ],
            Moves(batch));
        Assert.Equal(new Money(100), batch.Charges);
    }

    [Fact]
    public void A_promotion_that_pays_for_all_leaves_the_credits_and_the_next_promotion_alone()
    {
        var (first, second) = (Lot(Organization, 1, 100), Lot(Organization, 2, 50));

        var batch = SettlementBatch.Of(1, [Settled(Charged, provider: null)], [first, second]);

        Assert.Equal([(first.Account, LedgerAccount.RevenueUsage, 100)], Moves(batch));
    }

    [Fact]
    public void A_promotion_pays_fees_with_what_usage_left_of_it()
    {
        var lot = Lot(Organization, 1, 97);

        var batch = SettlementBatch.Of(1, [Settled(Charged with { Fee = new Money(5) }, provider: null)], [lot]);

        var moves = Moves(batch);
        Assert.Equal(97, moves.Where(m => m.Debit == lot.Account).Sum(m => m.Amount));
        Assert.Equal(3, moves.Where(m => m.Debit == LedgerAccount.Credits(Organization)).Sum(m => m.Amount));
        Assert.Equal(95, moves.Where(m => m.Credit == LedgerAccount.RevenueUsage).Sum(m => m.Amount));
        Assert.Equal(5, moves.Where(m => m.Credit == LedgerAccount.RevenueFees).Sum(m => m.Amount));
        Assert.Equal(3, moves.Count);
    }

    [Fact]
    public void A_promotion_pays_for_its_own_organization_only_and_an_empty_one_for_nothing()
    {
        var batch = SettlementBatch.Of(
            1, [Settled(Charged, provider: null)], [Lot(Guid.CreateVersion7(), 1, 500), Lot(Organization, 2, 0)]);

        Assert.Equal([(LedgerAccount.Credits(Organization), LedgerAccount.RevenueUsage, 100)], Moves(batch));
    }

    [Fact]
    public void A_part_of_an_answer_is_an_expense_and_what_it_cost_for_nothing_is_none()
    {
        Assert.True(new LossPosting(LedgerAccount.ProviderExpense("acme"), "acme", new Money(1)).IsExpense);
        Assert.False(new LossPosting(LedgerAccount.ProviderExpense("other"), "acme", new Money(1)).IsExpense);
        Assert.False(new LossPosting(LedgerAccount.LossWaived, "acme", new Money(1)).IsExpense);
    }

    [Fact]
    public void References_name_the_batch_and_the_number_of_the_entry()
    {
        var batch = SettlementBatch.Of(1_234, [Settled(Charged)], []);

        Assert.Equal(["batch:1234:0", "batch:1234:1"], batch.Entries.Select(e => e.Reference));
    }

    [Fact]
    public void A_sum_beyond_all_money_is_refused_and_does_not_wrap()
    {
        var rich = Charged with { Charge = Money.MaxValue, ProviderCost = Money.Zero };

        Assert.Throws<OverflowException>(() => SettlementBatch.Of(1, [Settled(rich), Settled(rich)], []));

        // Losses are in no charge: their own sum is checked.
        var loss = Settled(Charged) with { Losses = [new LossPosting(LedgerAccount.LossCrash, "acme", Money.MaxValue)] };
        Assert.Throws<OverflowException>(() => SettlementBatch.Of(1, [loss, loss], []));
    }
}
