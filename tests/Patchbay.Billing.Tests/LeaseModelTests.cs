using Patchbay.Core;

namespace Patchbay.Billing.Tests;

/// <summary>Several books that lease of the same limits, against plain sums: random requests, answers of the database that are
/// lost before or after they took effect, servers that give everything back.</summary>
public sealed class LeaseModelTests
{
    private static readonly Guid Organization = Guid.CreateVersion7();
    private static readonly BudgetScope[] Scopes =
    [
        new(BudgetLevel.Organization, Organization),
        new(BudgetLevel.Workspace, Guid.CreateVersion7()),
        new(BudgetLevel.Key, Guid.CreateVersion7()),
    ];

    [Theory]
    [InlineData(1, 2, 0)]
    [InlineData(2, 3, 0)]
    [InlineData(3, 4, 10)]
    [InlineData(4, 2, 30)]
    [InlineData(5, 4, 30)]
    public async Task Whatever_is_lost_on_the_way_no_limit_is_passed_and_no_slice_is_overdrawn(int seed, int servers, int lossPercent)
    {
        var random = new Random(seed);
        var limits = new SharedLimits(random, lossPercent, Scopes[0]);
        limits.Set(new Budget(Scopes[1], ResetInterval.Daily, new Money(600_000_000)));
        limits.Set(new Budget(Scopes[2], ResetInterval.Never, new Money(500_000_000)));
        limits.Set(new Budget(Scopes[2], ResetInterval.Monthly, new Money(400_000_000)));
        var nodes = new List<(HoldBook Book, LeaseDesk Desk, BudgetPath Path)>();
        for (var i = 0; i < servers; i++)
        {
            var clock = new SteppingClock();
            var desk = new LeaseDesk(new LeaseNode(limits), TimeSpan.FromSeconds(90), clock);
            var book = new HoldBook(limits, clock, prepaid: false, desk: desk);
            nodes.Add((book, desk, await book.OpenPathAsync(Organization, Scopes, null, TestContext.Current.CancellationToken)));
        }

        var open = new List<Hold>();
        var (held, refused, unavailable) = (0, 0, 0);
        for (var step = 0; step < 3000; step++)
        {
            var (book, desk, path) = nodes[random.Next(10) < 6 ? 0 : random.Next(servers)];
            try
            {
                switch (random.Next(8))
                {
                    case 0:
                        await desk.CloseAsync(TestContext.Current.CancellationToken);
                        break;
                    case < 4 when open.Count > 0:
                        var index = random.Next(open.Count);
                        var hold = open[index];
                        open.RemoveAt(index);
                        var charge = new Money(random.NextInt64(0, hold.Amount.Nanos + 1));
                        limits.Settle(hold, charge);
                        hold.Settle(charge, Money.Zero);
                        break;
                    case 4 when open.Count > 0:
                        await book.TryExtendAsync(open[^1], new Money(random.Next(1, 100_000)));
                        break;
                    default:
                        var result = await book.TryHoldAsync(path, new Money(random.NextInt64(1, 3_000_000)), "gen-model");
                        if (result.Hold is { } taken)
                        {
                            open.Add(taken);
                            held++;
                        }
                        else
                        {
                            refused++;
                        }

                        break;
                }
            }
            catch (StorageUnavailableException)
            {
                unavailable++;
            }

            limits.Check();
        }

        Assert.True(held > 200 && refused > 0, $"{held} held, {refused} refused");
        Assert.Equal(lossPercent > 0, unavailable > 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{held} held, {refused} refused, {unavailable} unavailable");
    }

    /// <summary>The fee is the whole of what is beyond the allowance, so that it shows what was free to the nano-dollar.</summary>
    [Theory]
    [InlineData(1, 2, 0)]
    [InlineData(2, 4, 0)]
    [InlineData(3, 3, 10)]
    [InlineData(4, 2, 30)]
    [InlineData(5, 4, 30)]
    public async Task Whatever_is_lost_calls_on_own_keys_pass_no_limit_and_exactly_the_allowance_is_free(int seed, int servers, int lossPercent)
    {
        const long Allowance = 60_000_000;
        var random = new Random(seed);
        var limits = new SharedLimits(random, lossPercent, Scopes[0], Allowance);
        limits.Set(new Budget(Scopes[1], ResetInterval.Daily, new Money(700_000_000)));
        limits.Set(new Budget(Scopes[2], ResetInterval.Monthly, new Money(300_000_000)) { IncludesByok = true });
        var nodes = new List<(HoldBook Book, LeaseDesk Desk, BudgetPath Path)>();
        for (var i = 0; i < servers; i++)
        {
            var clock = new SteppingClock();
            var desk = new LeaseDesk(new LeaseNode(limits), TimeSpan.FromSeconds(90), clock);
            var book = new HoldBook(limits, clock, fees: new ByokFees(10_000, new Money(Allowance)), desk: desk);
            nodes.Add((book, desk, await book.OpenPathAsync(Organization, Scopes, null, TestContext.Current.CancellationToken)));
        }

        var open = new List<(Hold Hold, Money Worst)>();
        var (listed, fees, refused) = (0L, 0L, 0);
        for (var step = 0; step < 3000; step++)
        {
            var (book, desk, path) = nodes[random.Next(10) < 6 ? 0 : random.Next(servers)];
            try
            {
                switch (random.Next(8))
                {
                    case 0:
                        await desk.CloseAsync(TestContext.Current.CancellationToken);
                        break;
                    case < 4 when open.Count > 0:
                        var index = random.Next(open.Count);
                        var (hold, most) = open[index];
                        open.RemoveAt(index);
                        await EndAsync(hold, most);
                        break;
                    case 4 when open.Count > 0:
                        var more = new Money(random.Next(1, 100_000));
                        var (last, bound) = open[^1];
                        open[^1] = (last, await book.TryExtendAsync(last, new HoldRequest(Money.Zero, more)) ? bound + more : bound);
                        break;
                    default:
                        var worst = new Money(random.NextInt64(1, 3_000_000));
                        var result = await book.TryHoldAsync(path, new HoldRequest(Money.Zero, worst), "gen-model");
                        if (result.Hold is { } taken)
                        {
                            open.Add((taken, worst));
                        }
                        else
                        {
                            refused++;
                        }

                        break;
                }
            }
            catch (StorageUnavailableException)
            {
                Assert.True(lossPercent > 0);
            }

            limits.Check();
        }

        // Now and then a caller goes away before anything was used.
        async Task EndAsync(Hold hold, Money most)
        {
            if (random.Next(6) == 0)
            {
                await hold.DisposeAsync();
                return;
            }

            var price = new Money(random.NextInt64(0, most.Nanos + 1));
            var fee = hold.FeeFor(new Cost(price, price, Money.Zero) { Femtos = (Int128)price.Nanos * UnitPrice.FemtosPerNano });
            limits.Settle(hold, hold.LeasesOnOwnKey(fee, price), fee, price);
            hold.Settle(fee, price);
            (listed, fees) = (listed + price.Nanos, fees + fee.Nanos);
        }

        Assert.True(refused > 0, $"{listed} of list price, nothing refused");
        Assert.Equal(limits.Free, listed - fees);
        Assert.Equal(Allowance, limits.Free);
        TestContext.Current.TestOutputHelper?.WriteLine($"${listed / 1e9:F3} of list price, ${limits.Free / 1e9:F9} free, {refused} refused");
    }

    [Theory]
    [InlineData(1, 1, "2026-03-18", "2026-03-19")]
    [InlineData(2, 1, "2026-03-16", "2026-03-23")]
    [InlineData(3, 1, "2026-03-01", "2026-04-01")]
    [InlineData(0, 1, "1970-01-01", "9999-12-31")]
    [InlineData(4, 0, "1970-01-01", "9999-12-31")]
    [InlineData(5, 3, "1970-01-01", "9999-12-31")]
    [InlineData(6, 3, "2026-03-18", "2026-03-19")]
    [InlineData(7, 3, "2026-03-16", "2026-03-23")]
    [InlineData(8, 3, "2026-03-01", "2026-04-01")]
    [InlineData(9, 0, "2026-03-01", "2026-04-01")]
    public void A_day_lies_in_one_window_of_each_kind(int kind, int level, string first, string after)
    {
        var key = LeaseKey.On(new BudgetScope((BudgetLevel)level, Organization), (LeaseKind)kind, new DateOnly(2026, 3, 18));
        Assert.Equal(first, key.Window.ToString("yyyy-MM-dd", null));
        Assert.Equal(after, key.End.ToString("yyyy-MM-dd", null));
    }
}
