using System.Collections.Concurrent;

namespace Patchbay.EndToEnd.Tests.Limits;

public sealed class TurnTests(TurnsWorld world) : IClassFixture<TurnsWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_that_wait_take_turns_and_a_higher_priority_goes_first()
    {
        using var busy = await TestKey.CreateAsync(world.World, Token);
        using var modest = await TestKey.CreateAsync(world.World, Token);
        using var urgent = await world.CreateKeyAsync("{\"priority\":5}");
        await world.LimitAsync("organization/default", "{\"concurrency\":1}");
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var seen = world.World.Simulator.Log.Counters.Requests;
        var running = busy.Api.StreamAsync("test/slow", leave.Token);
        await Until.TrueAsync(() => world.World.Simulator.Log.Counters.Requests > seen, Token);

        var ended = new ConcurrentQueue<string>();
        var waiting = new List<Task>();
        waiting.AddRange(Enumerable.Range(0, 6).Select(_ => RunAsync("busy", busy)));
        await Task.Delay(500, Token);
        waiting.AddRange(Enumerable.Range(0, 2).Select(_ => RunAsync("modest", modest)));
        await Task.Delay(500, Token);
        waiting.Add(RunAsync("urgent", urgent));
        await Task.Delay(1000, Token);
        Assert.Empty(ended);

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Task.WhenAll(waiting);
        await world.FreeAsync("organization/default");

        // One at a time, so that the order of the ends is the order of the turns.
        Assert.Equal(["urgent", "busy", "modest", "busy", "modest", "busy", "busy", "busy", "busy"], ended);

        async Task RunAsync(string name, TestKey key)
        {
            var answer = await key.Api.ChatAsync("test/plain", Token);
            ended.Enqueue(name);
            Assert.True(answer.Status == 200, answer.Body);
        }
    }
}
