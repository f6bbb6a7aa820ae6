using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

public sealed class ByokHoldTests
{
    private static readonly Guid Organization = Guid.CreateVersion7();
    private static readonly BudgetScope Whole = new(BudgetLevel.Organization, Organization);
    private static readonly BudgetScope Key = new(BudgetLevel.Key, Guid.CreateVersion7());

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 3, 11, 12, 0, 0, TimeSpan.Zero));
    private readonly MemoryBudgets _budgets = new(new MemoryDatabase());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_free_of_fees_never_exceeds_the_allowance_however_many_run_at_once()
    {
        var book = Book(allowance: 10_000);
        var path = await book.OpenPathAsync(Organization, [Whole], null, Token);
        var fees = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            var listed = new Money(100 + (i % 7));
            var hold = (await book.TryHoldAsync(path, new HoldRequest(Money.Zero, listed + listed), $"gen-{i}")).Hold!;
            await Task.Yield();
            if (i % 5 == 0)
            {
                await hold.DisposeAsync();
                return (Listed: 0L, Fee: 0L);
            }

            var fee = hold.FeeFor(Cost(listed));
            Assert.True(fee <= hold.Amount);
            hold.Settle(fee, listed);
            return (Listed: listed.Nanos, Fee: fee.Nanos);
        })));

        // A tenth of all beyond the allowance at least, and of each no more than a tenth, rounded up.
        Assert.True(fees.Sum(one => one.Fee) * 10 >= fees.Sum(one => one.Listed) - 10_000);
        Assert.All(fees, one => Assert.InRange(one.Fee, 0, (one.Listed + 9) / 10));
        Assert.Equal(Money.Zero, book.GetTotalHeld());
        Assert.Equal(fees.Sum(one => one.Listed), book.GetSpending(path, BudgetLevel.Organization)!.Value.Byok.ThisMonth.Nanos);
    }

    [Fact]
    public async Task A_fee_that_did_not_become_durable_gives_the_allowance_back_and_a_new_month_has_a_new_one()
    {
        var book = Book(allowance: 100);
        var path = await book.OpenPathAsync(Organization, [Whole], null, Token);
        var failed = (await book.TryHoldAsync(path, new HoldRequest(Money.Zero, new Money(100)), "gen-1")).Hold!;
        Assert.Equal(Money.Zero, failed.FeeFor(Cost(new Money(100))));
        await failed.DisposeAsync();

        var old = (await book.TryHoldAsync(path, new HoldRequest(Money.Zero, new Money(100)), "gen-2")).Hold!;
        Assert.Equal(Money.Zero, old.Amount);
        var paying = (await book.TryHoldAsync(path, new HoldRequest(Money.Zero, new Money(100)), "gen-3")).Hold!;
        Assert.Equal(new Money(10), paying.Amount);
        paying.Settle(paying.FeeFor(Cost(new Money(100))), new Money(100));

        _clock.Advance(TimeSpan.FromDays(30));
        var fresh = (await book.TryHoldAsync(path, new HoldRequest(Money.Zero, new Money(100)), "gen-4")).Hold!;
        Assert.Equal(Money.Zero, fresh.Amount);
        Assert.Equal(Money.Zero, old.FeeFor(Cost(new Money(100))));
        old.Settle(Money.Zero, new Money(100));
        Assert.Equal(Money.Zero, fresh.FeeFor(Cost(new Money(100))));
        fresh.Settle(Money.Zero, new Money(100));
    }

    [Fact]
    public async Task A_limit_that_includes_own_keys_is_held_by_list_price_also_in_flight()
    {
        var book = new HoldBook(_budgets, _clock);
        var limit = new Budget(Key, ResetInterval.Never, new Money(250)) { IncludesByok = true };
        var path = await book.OpenPathAsync(Organization, [Whole, Key], limit, Token);
        var own = new HoldRequest(Money.Zero, new Money(100));
        var first = (await book.TryHoldAsync(path, own, "gen-1")).Hold!;
        var second = (await book.TryHoldAsync(path, own, "gen-2")).Hold!;
        var refused = await book.TryHoldAsync(path, own, "gen-3");
        Assert.Equal((null, BudgetLevel.Key, new Money(50)), (refused.Hold, refused.RefusedBy, refused.Available));
        Assert.Null((await book.TryHoldAsync(path, new Money(51), "gen-4")).Hold);

        first.Settle(Money.Zero, new Money(40));
        await second.DisposeAsync();
        Assert.Equal(new Money(210), book.GetAvailable(path));
    }

    private static Cost Cost(Money listed) => new(listed, listed, Money.Zero) { Femtos = (Int128)listed.Nanos * UnitPrice.FemtosPerNano };

    private HoldBook Book(long allowance) => new(_budgets, _clock, fees: new ByokFees(1_000, new Money(allowance)));
}
