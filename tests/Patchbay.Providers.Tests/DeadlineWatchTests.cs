namespace Patchbay.Providers.Tests;

public sealed class DeadlineWatchTests
{
    private sealed class Slow : Watched
    {
        private int _inside;

        public int Turns { get; private set; }

        public int MostAtOnce { get; private set; }

        protected internal override void Tick(long nowMs)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _inside));
            Thread.Sleep(DeadlineWatch.Resolution * 4);
            Turns++;
            Interlocked.Decrement(ref _inside);
        }
    }

    // A server that gets no processor for a moment: the timer fires again before the last turn has ended.
    [Fact]
    public async Task A_turn_that_takes_longer_than_the_next_is_away_is_not_overtaken()
    {
        using var watch = new DeadlineWatch();
        var slow = new[] { new Slow(), new Slow(), new Slow() };
        Array.ForEach(slow, watch.Add);

        for (var waited = 0; slow.Any(one => one.Turns < 3) && waited < 600; waited++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Array.ForEach(slow, watch.Remove);
        Assert.All(slow, one => Assert.True(one.Turns >= 3));
        Assert.All(slow, one => Assert.Equal(1, one.MostAtOnce));
    }
}
