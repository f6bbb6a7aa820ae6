using Patchbay.Core;

namespace Patchbay.Billing.Tests;

public sealed class SpendingForecastTests
{
    // Noon of the 10th: 21.5 days are left of December.
    private static readonly DateTimeOffset Now = new(2026, 12, 10, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_month_goes_on_like_the_mean_of_the_last_seven_full_days()
    {
        // 10 to 70 on the seven days before today, 5 today, 1,000 on the first, which is longer ago.
        List<DaySpending> days = [Day(-9, 1_000), Day(0, 5)];
        for (var ago = 1; ago <= 7; ago++)
        {
            days.Add(Day(-ago, ago * 10));
        }

        var forecast = SpendingForecast.Of(days, includesByok: false, Now);
        Assert.Equal(new Money(1_285), forecast.Spent);
        Assert.Equal(new Money(1_285 + 860), forecast.Expected);
        Assert.Equal(new Money(1_285 + 215), forecast.Low);
        Assert.Equal(new Money(1_285 + 1_505), forecast.High);
        Assert.Equal((7, new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)), (forecast.Days, forecast.EndsAt));
    }

    [Fact]
    public void Days_without_spending_count_from_the_first_spending_on()
    {
        var forecast = SpendingForecast.Of([Day(-4, 40), Day(-2, 40)], includesByok: false, Now);
        Assert.Equal(4, forecast.Days);
        Assert.Equal(new Money(80 + 430), forecast.Expected);
        Assert.Equal((new Money(80), new Money(80 + 860)), (forecast.Low, forecast.High));
    }

    [Fact]
    public void Without_a_full_day_nothing_more_is_expected()
    {
        Assert.Equal(default, SpendingForecast.Of([], false, Now) with { EndsAt = default });
        var today = SpendingForecast.Of([Day(0, 5)], false, Now);
        Assert.Equal((new Money(5), new Money(5), 0), (today.Expected, today.High, today.Days));
    }

    [Fact]
    public void Days_of_last_month_are_learnt_from_but_are_not_this_months_spending()
    {
        var now = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(new DateOnly(2026, 2, 23), SpendingForecast.FirstDay(now));
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        var forecast = SpendingForecast.Of([new(day.AddDays(-2), new Money(20), Money.Zero), new(day.AddDays(-1), new Money(10), Money.Zero)], false, now);
        Assert.Equal(new Money(10), forecast.Spent);
        Assert.Equal(new Money(10 + (15 * 30)), forecast.Expected);
    }

    [Fact]
    public void Own_keys_count_where_that_is_wanted()
    {
        DaySpending[] days = [new(DateOnly.FromDateTime(Now.UtcDateTime).AddDays(-1), new Money(1), new Money(10))];
        Assert.Equal(new Money(1), SpendingForecast.Of(days, false, Now).Spent);
        Assert.Equal(new Money(11), SpendingForecast.Of(days, true, Now).Spent);
    }

    [Fact]
    public void Bounds_hold_the_expectation_and_large_amounts_do_not_overflow()
    {
        var random = new Random(5);
        for (var run = 0; run < 2_000; run++)
        {
            var now = DateTimeOffset.UnixEpoch.AddTicks(random.NextInt64(80L * 366 * TimeSpan.TicksPerDay));
            var today = DateOnly.FromDateTime(now.UtcDateTime);
            DaySpending[] days = [.. Enumerable.Range(0, 8).Where(_ => random.Next(3) > 0).Select(
                ago => new DaySpending(today.AddDays(-ago), new Money(random.NextInt64(1L << random.Next(1, 55))), Money.Zero))];
            var forecast = SpendingForecast.Of(days, false, now);
            Assert.True(forecast.Spent <= forecast.Low && forecast.Low <= forecast.Expected && forecast.Expected <= forecast.High);
        }
    }

    private static DaySpending Day(int offset, long nanos) =>
        new(DateOnly.FromDateTime(Now.UtcDateTime).AddDays(offset), new Money(nanos), Money.Zero);
}
