using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Operations;

public sealed class StopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static WorldOptions Options { get; } = new()
    {
        Models = [new WorldModel("test/slow", new WorldEndpoint("alpha", "echo;tokens=75;tps=15;prompt_tokens=9"))],
    };

    [Fact]
    public async Task A_stopping_server_takes_nothing_new_and_finishes_what_it_began()
    {
        await using var world = await World.StartAsync(Options, Token);
        var running = Enumerable.Range(0, 50).Select(_ => world.Api.StreamAsync("test/slow", Token)).ToArray();
        await Condition.HoldsAsync(() => Task.FromResult(world.Simulator.Log.Counters.InProgress == 50), Token);

        world.Server.Terminate();

        await Condition.HoldsAsync(async () => (await world.Api.GetAsync("/health/ready", Token)).Status == 503, Token);
        Assert.Equal(200, (await world.Api.GetAsync("/health/live", Token)).Status);
        var refused = await world.Api.ChatAsync("test/slow", Token);
        Assert.Equal(503, refused.Status);
        Assert.Equal("shutting_down", refused.ErrorCode);
        Assert.NotNull(refused.Header("Retry-After"));
        Assert.DoesNotContain(running, stream => stream.IsCompleted);

        var streams = await Task.WhenAll(running);
        Assert.All(streams, stream =>
        {
            Assert.False(stream.Broken);
            Assert.True(stream.EndsWithDone);
            Assert.Null(stream.Error);
            Assert.Equal("0.000159", Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
        });
        await world.Server.WaitForExitAsync(Token);
        Assert.Equal(0, world.Server.ExitCode);

        await world.StartServerAsync(Token);
        Assert.Equal(50, await Faults.FaultProbe.CountAsync(world, Token));
    }

    [Fact]
    public async Task A_second_signal_stops_at_once_and_leaves_sound_books()
    {
        await using var world = await World.StartAsync(Options, Token);
        var running = world.Api.StreamAsync("test/slow", Token);
        await Condition.HoldsAsync(() => Task.FromResult(world.Simulator.Log.Counters.InProgress == 1), Token);

        world.Server.Terminate();
        await Condition.HoldsAsync(async () => (await world.Api.GetAsync("/health/ready", Token)).Status == 503, Token);
        world.Server.Terminate();
        await world.Server.WaitForExitAsync(Token);

        Assert.Equal(0, world.Server.ExitCode);
        var stream = await running;
        Assert.False(stream.EndsWithDone && stream.Error is null);
        var audit = await Cli.RunAsync(["reconcile", "--data", world.Data], Cli.NoEnvironment, Token);
        Assert.True(audit.ExitCode == 0, audit.Text);
        await world.StartServerAsync(Token);
        await Faults.FaultProbe.NothingHeldAsync(world, Token);
    }
}
