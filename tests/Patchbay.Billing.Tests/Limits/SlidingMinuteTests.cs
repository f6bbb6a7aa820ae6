namespace Patchbay.Billing.Tests;

public sealed class SlidingMinuteTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task In_no_sixty_seconds_more_is_let_through_than_the_limit_and_hardly_less_under_load(int seed)
    {
        const long Limit = 600;
        var clock = new ManualTime();
        var windows = new MemoryRateWindows(clock);
        var random = new Random(seed);
        var admitted = new List<double>();
        for (var now = 0.0; now < 600; now += random.NextDouble() * 0.02)
        {
            clock.Seconds = now;
            if ((await windows.TryTakeAsync("key", 1, Limit, TestContext.Current.CancellationToken)).IsTaken)
            {
                admitted.Add(now);
            }
        }

        var most = 0;
        for (int first = 0, last = 0; last < admitted.Count; last++)
        {
            while (admitted[last] - admitted[first] >= 60)
            {
                first++;
            }

            most = Math.Max(most, last - first + 1);
        }

        Assert.Equal(Limit, most);
        Assert.InRange(admitted.Count, 600 * 10 * 0.95, 600 * 10 + Limit);
    }

    [Fact]
    public async Task Who_waits_as_long_as_it_was_told_finds_room()
    {
        var clock = new ManualTime();
        var windows = new MemoryRateWindows(clock);
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            clock.Seconds += random.NextDouble() * 3;
            var amount = random.Next(1, 50);
            var result = await windows.TryTakeAsync("key", amount, 200, TestContext.Current.CancellationToken);
            if (!result.IsTaken)
            {
                clock.Seconds = Math.Floor(clock.Seconds) + result.RetryAfter.TotalSeconds;
                Assert.True((await windows.TryTakeAsync("key", amount, 200, TestContext.Current.CancellationToken)).IsTaken);
            }
        }
    }

    [Fact]
    public async Task An_amount_beyond_the_limit_never_fits()
    {
        var windows = new MemoryRateWindows(new ManualTime());
        var result = await windows.TryTakeAsync("key", 11, 10, TestContext.Current.CancellationToken);
        Assert.Equal((false, 10, TimeSpan.MaxValue), (result.IsTaken, result.Left, result.RetryAfter));
    }

    [Fact]
    public void What_is_taken_back_makes_room_at_once_and_the_sum_is_never_negative()
    {
        var minute = new SlidingMinute();
        minute.Add(10, 100);
        minute.Add(5, 101);
        minute.Add(-12, 102);
        Assert.Equal(3, minute.SumAt(102));
        minute.Add(-100, 102);
        Assert.Equal(0, minute.SumAt(102));
        Assert.Equal(0, minute.SumAt(200));
    }

    private sealed class ManualTime : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => (long)(Seconds * 1_000_000);
    }
}
