using Patchbay.Storage.Journal;

namespace Patchbay.Storage.Tests;

public sealed class GatheringTests
{
    [Fact]
    public void Whoever_settles_alone_never_waits()
    {
        var gathering = new Gathering();
        for (var i = 0; i < 100; i++)
        {
            Assert.False(gathering.Waits(0));
            gathering.Took(early: 0, count: 1);
        }
    }

    [Fact]
    public void Several_at_once_wait_for_as_many_as_lately()
    {
        var gathering = new Gathering();
        gathering.Took(early: 0, count: 10);
        Assert.True(gathering.Waits(9));
        Assert.False(gathering.Waits(10));
    }

    [Fact]
    public void One_that_came_during_a_flush_is_a_sign_of_company()
    {
        var gathering = new Gathering();
        gathering.Took(early: 1, count: 1);
        Assert.True(gathering.Waits(1));
    }

    [Fact]
    public void When_the_others_have_gone_nobody_is_waited_for_any_more()
    {
        var gathering = new Gathering();
        gathering.Took(early: 5, count: 64);
        var waits = 0;
        while (gathering.Waits(0))
        {
            Assert.True(++waits < 100);
            gathering.Took(early: 0, count: 1);
        }

        Assert.True(waits > 0);
    }

    [Fact]
    public async Task Everything_that_was_added_is_taken_once_and_in_order()
    {
        var queue = new GatheringQueue<int>();
        var taken = new List<int>();
        var consumer = Task.Factory.StartNew(
            () =>
            {
                var group = new List<int>();
                while (queue.Take(ref group))
                {
                    taken.AddRange(group);
                    group.Clear();
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        for (var i = 0; i < 100_000; i++)
        {
            Assert.True(queue.TryAdd(i));
        }

        queue.Close();
        Assert.False(queue.TryAdd(0));
        await consumer;
        Assert.Equal(Enumerable.Range(0, 100_000), taken);
    }
}
