namespace Patchbay.Api.Tests.Pipeline;

public sealed class AttemptBudgetTests
{
    private readonly Ticks _clock = new();

    [Fact]
    public void Under_a_total_outage_a_fifth_of_the_requests_is_tried_again_and_no_more()
    {
        var budget = new AttemptBudget(percent: 20, minimum: 3, _clock);
        var extra = 0;
        for (var request = 0; request < 1_000; request++)
        {
            var window = budget.Count("acme/model");
            for (var attempt = 0; attempt < 3 && window.TryTake(out _); attempt++)
            {
                extra++;
            }

            _clock.Advance(TimeSpan.FromMilliseconds(5));
        }

        Assert.InRange(extra, 190, 203);
    }

    [Fact]
    public void Little_traffic_can_always_fail_over()
    {
        var budget = new AttemptBudget(percent: 20, minimum: 3, _clock);
        for (var minute = 0; minute < 60; minute++)
        {
            Assert.True(budget.Count("acme/model").TryTake(out _));
            _clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public void What_brought_an_answer_does_not_count()
    {
        var budget = new AttemptBudget(percent: 0, minimum: 1, _clock);
        var window = budget.Count("acme/model");
        for (var i = 0; i < 100; i++)
        {
            Assert.True(window.TryTake(out _));
            window.GiveBack();
            _clock.Advance(TimeSpan.FromMilliseconds(i));
        }
    }

    [Fact]
    public void The_wait_that_is_told_is_the_time_until_there_is_one_more()
    {
        var budget = new AttemptBudget(percent: 0, minimum: 1, _clock);
        var window = budget.Count("acme/model");
        Assert.True(window.TryTake(out _));
        _clock.Advance(TimeSpan.FromSeconds(4));

        Assert.False(window.TryTake(out var wait));
        Assert.InRange(wait, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(7));
        _clock.Advance(wait);
        Assert.True(window.TryTake(out _));
    }

    [Fact]
    public void Models_have_budgets_of_their_own()
    {
        var budget = new AttemptBudget(percent: 0, minimum: 1, _clock);
        Assert.True(budget.Count("acme/one").TryTake(out _));
        Assert.False(budget.Count("acme/one").TryTake(out _));
        Assert.True(budget.Count("acme/two").TryTake(out _));
    }

    private sealed class Ticks : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
