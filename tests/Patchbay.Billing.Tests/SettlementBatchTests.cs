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
}
