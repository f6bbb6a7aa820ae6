using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Benchmarks;

/// <summary>Holds and prices.</summary>
internal static class MoneyLeaves
{
    public static Action HoldAndSettle()
    {
        var organization = Guid.CreateVersion7();
        var key = new BudgetScope(BudgetLevel.Key, Guid.CreateVersion7());
        var book = new HoldBook(new MemoryBudgets(), TimeProvider.System);
        var path = Completed.Take(book.OpenPathAsync(
            organization,
            [
                new BudgetScope(BudgetLevel.Organization, organization),
                new BudgetScope(BudgetLevel.Workspace, Guid.CreateVersion7()),
                key,
            ],
            new Budget(key, ResetInterval.Daily, Money.FromDollars(1_000_000)),
            CancellationToken.None));
        return () =>
        {
            var result = Completed.Take(
                book.TryHoldAsync(path, new Money(1_086_000), "gen-1790000000-0123456789abcdefghij"));
            result.Hold!.Settle(new Money(1), Money.Zero);
        };
    }

    public static Action Price()
    {
        var prices = new PriceList
        {
            Prompt = new UnitPrice(1_000_000_000),
            Completion = new UnitPrice(2_000_000_000),
            CacheRead = new UnitPrice(100_000_000),
        };
        var usage = new Usage { UncachedInput = 60, CacheRead = 64, Output = 96, Reasoning = 0 };
        return () =>
        {
            if (Pricer.Price(usage, prices).Total == Money.Zero)
            {
                throw new InvalidOperationException("The price is zero.");
            }
        };
    }
}
