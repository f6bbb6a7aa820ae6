using Patchbay.Storage.Postgres;

namespace Patchbay.Storage.Tests;

public sealed class MinuteCountTests
{
    [Fact]
    public void What_is_given_back_of_more_than_a_share_leaves_counted_what_was_used()
    {
        var count = new MinuteCount(TimeProvider.System);
        Assert.True(count.TakeAlone(4_000, limit: 10_000, share: 1_000).IsTaken);
        count.Adjust(3_000 - 4_000, isAlone: true);

        Assert.False(count.TakeAlone(1, limit: 10_000, share: 1_000).IsTaken);
        Assert.Equal(3_000, count.TakeOwed());
    }

    [Fact]
    public void What_is_used_of_a_share_leaves_the_rest_of_it()
    {
        var count = new MinuteCount(TimeProvider.System);
        Assert.Equal((true, 200), (count.TakeAlone(800, limit: 10_000, share: 1_000) is var first && first.IsTaken, first.Left));
        count.Adjust(300 - 800, isAlone: true);

        Assert.Equal((true, 100), (count.TakeAlone(600, limit: 10_000, share: 1_000) is var second && second.IsTaken, second.Left));
        Assert.Equal(900, count.TakeOwed());
    }
}
