using Patchbay.Core;

namespace Patchbay.Billing.Tests;

/// <summary>Random sets of budgets, and the moments at which windows end. Each run says its seed when it fails.</summary>
public sealed class BudgetOrderTests
{
    private static readonly ResetInterval[] Intervals =
        [ResetInterval.Daily, ResetInterval.Weekly, ResetInterval.Monthly, ResetInterval.Never];

    private static readonly BudgetScope Scope = new(BudgetLevel.Workspace, Guid.CreateVersion7());

    [Theory]
    [InlineData(1)]
    [InlineData(20261122)]
    public void Whatever_is_set_in_whatever_order_the_limits_grow_strictly_with_the_windows(int seed)
    {
        var random = new Random(seed);
        var (kept, refused) = (0, 0);
        for (var run = 0; run < 500; run++)
        {
            var limits = new Dictionary<ResetInterval, Money>();
            for (var step = 0; step < 20; step++)
            {
                var interval = Intervals[random.Next(4)];
                if (random.Next(6) == 0)
                {
                    limits.Remove(interval);
                    continue;
                }

                var limit = new Money(random.Next(1, 12));
                Budget[] present = [.. limits.Select(pair => new Budget(Scope, pair.Key, pair.Value))];
                random.Shuffle(present);
                var conflict = BudgetOrder.FindConflict(present, interval, limit);
                var wanted = new Dictionary<ResetInterval, Money>(limits) { [interval] = limit };

                // Refused exactly when the order would be broken, and by a budget that does break it.
                Assert.Equal(IsOrdered(wanted), conflict is null);
                if (conflict is null)
                {
                    limits = wanted;
                    kept++;
                }
                else
                {
                    Assert.False(IsOrdered(new Dictionary<ResetInterval, Money> { [interval] = limit, [conflict.Interval] = conflict.Limit!.Value }));
                    refused++;
                }
            }
        }

        Assert.True(kept > 500 && refused > 500, $"{kept} kept, {refused} refused");
    }

    [Theory]
    [InlineData(ResetInterval.Daily, "2024-02-28T23:59:59.9999999Z", "2024-02-28", "2024-02-29")]
    [InlineData(ResetInterval.Daily, "2024-02-29T00:00:00Z", "2024-02-29", "2024-03-01")]
    [InlineData(ResetInterval.Daily, "2026-03-29T01:30:00+01:00", "2026-03-29", "2026-03-30")]
    [InlineData(ResetInterval.Daily, "2026-10-25T00:30:00+02:00", "2026-10-24", "2026-10-25")]
    [InlineData(ResetInterval.Daily, "2026-03-08T23:30:00-05:00", "2026-03-09", "2026-03-10")]
    [InlineData(ResetInterval.Weekly, "2026-03-29T23:59:59.9999999Z", "2026-03-23", "2026-03-30")]
    [InlineData(ResetInterval.Weekly, "2026-03-30T00:00:00Z", "2026-03-30", "2026-04-06")]
    [InlineData(ResetInterval.Weekly, "2024-12-31T12:00:00Z", "2024-12-30", "2025-01-06")]
    [InlineData(ResetInterval.Monthly, "2024-02-29T23:59:59.9999999Z", "2024-02-01", "2024-03-01")]
    [InlineData(ResetInterval.Monthly, "2025-03-01T00:00:00Z", "2025-03-01", "2025-04-01")]
    [InlineData(ResetInterval.Monthly, "2025-12-31T23:59:59Z", "2025-12-01", "2026-01-01")]
    public void Windows_begin_at_midnight_utc_weeks_on_mondays_whatever_the_local_clocks_do(
        ResetInterval interval, string at, string start, string end)
    {
        var time = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Day(start), ResetWindow.StartOf(interval, time));
        Assert.Equal(Day(end), ResetWindow.EndOf(interval, time));
    }

    [Fact]
    public void At_random_moments_windows_hold_their_moment_and_meet_without_gap()
    {
        var random = new Random(7);
        for (var run = 0; run < 5_000; run++)
        {
            var at = DateTimeOffset.UnixEpoch.AddTicks(random.NextInt64(100L * 366 * TimeSpan.TicksPerDay));
            foreach (var interval in Intervals[..3])
            {
                var (start, end) = (ResetWindow.StartOf(interval, at), ResetWindow.EndOf(interval, at));
                Assert.True(start <= at && at < end);
                Assert.Equal(TimeSpan.Zero, start.TimeOfDay);
                Assert.Equal(end, ResetWindow.StartOf(interval, end));
                Assert.Equal(start, ResetWindow.StartOf(interval, end.AddTicks(-1)));
                Assert.True(interval != ResetInterval.Weekly || start.DayOfWeek == DayOfWeek.Monday);
                Assert.True(interval != ResetInterval.Monthly || start.Day == 1);

                // Leases name windows by days, in a way of their own.
                Assert.Equal(DateOnly.FromDateTime(start.UtcDateTime), LeaseKey.WindowOf((LeaseKind)interval, DateOnly.FromDateTime(at.UtcDateTime)));
            }
        }
    }

    [Fact]
    public void The_id_of_a_budget_is_the_same_for_a_scope_and_an_interval_and_no_other()
    {
        var now = DateTimeOffset.UnixEpoch;
        var ids = new HashSet<Guid>();
        for (var i = 0; i < 100; i++)
        {
            var id = Guid.CreateVersion7();
            foreach (var level in (BudgetLevel[])[BudgetLevel.Organization, BudgetLevel.Workspace, BudgetLevel.Member])
            {
                foreach (var interval in Intervals)
                {
                    var plan = new BudgetPlan(new Budget(new BudgetScope(level, id), interval, new Money(i)), id, now, now);
                    Assert.True(ids.Add(plan.Id));
                    Assert.Equal(plan.Id, (plan with { Budget = plan.Budget with { Limit = new Money(9) } }).Id);
                }
            }
        }
    }

    private static bool IsOrdered(Dictionary<ResetInterval, Money> limits)
    {
        Money[] present = [.. Intervals.Where(limits.ContainsKey).Select(interval => limits[interval])];
        for (var i = 1; i < present.Length; i++)
        {
            if (present[i] <= present[i - 1])
            {
                return false;
            }
        }

        return true;
    }

    private static DateTimeOffset Day(string text) =>
        new(DateTime.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero);
}
