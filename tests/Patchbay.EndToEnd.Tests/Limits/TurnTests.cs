using System.Text.Json;
using Patchbay.EndToEnd.Tests.Faults;

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

        var waiting = new List<Task>();
        waiting.AddRange(Enumerable.Range(0, 6).Select(_ => RunAsync("busy", busy)));
        await WhenWaitingAsync(6);
        waiting.AddRange(Enumerable.Range(0, 2).Select(_ => RunAsync("modest", modest)));
        await WhenWaitingAsync(8);
        waiting.Add(RunAsync("urgent", urgent));
        await WhenWaitingAsync(9);
        Assert.Equal(seen + 1, world.World.Simulator.Log.Counters.Requests);
        world.World.Simulator.Reset();

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Task.WhenAll(waiting);
        await world.FreeAsync("organization/default");

        // One at a time, so that the provider is asked in the order of the turns.
        Assert.Equal(
            ["urgent", "busy", "modest", "busy", "modest", "busy", "busy", "busy", "busy"],
            world.World.Simulator.Log.Requests.Select(static request =>
                JsonElement.Parse(request.BodyText).GetProperty("messages")[0].GetProperty("content").GetString()));
        await WhenWaitingAsync(0);

        async Task RunAsync(string name, TestKey key)
        {
            var answer = await key.Api.ChatAsync("test/plain", Token, prompt: name);
            Assert.True(answer.Status == 200, answer.Body);
        }

        Task WhenWaitingAsync(int count) => Until.TrueAsync(
            async () => FaultProbe.Gauge((await world.World.Api.GetAsync("/metrics", Token)).Body, "patchbay_turns_waiting") == count,
            Token);
    }
}
