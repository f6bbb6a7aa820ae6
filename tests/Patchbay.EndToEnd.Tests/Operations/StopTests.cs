using Patchbay.EndToEnd.Tests.Hostile;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Operations;

public sealed class StopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Each stream takes 15 seconds, so that all fifty are under way at once on the slowest machine too.
    private static WorldOptions Options { get; } = new()
    {
        Models = [new WorldModel("test/slow", new WorldEndpoint("alpha", "echo;tokens=75;tps=5;prompt_tokens=9"))],
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
        using var connection = await RawConnection.OpenAsync(world.Server.Address, Token);
        await connection.SendAsync(
            RawConnection.Post(World.MasterKey, ApiClient.Chat("test/slow", stream: true)), Token);
        await connection.ReadUntilAsync(text => text.Contains("data: ", StringComparison.Ordinal), Token);

        world.Server.Terminate();
        await Condition.HoldsAsync(async () => (await world.Api.GetAsync("/health/ready", Token)).Status == 503, Token);
        world.Server.Terminate();
        await world.Server.WaitForExitAsync(Token);

        Assert.Equal(0, world.Server.ExitCode);
        var (rest, closed) = await connection.ReadToEndAsync(TimeSpan.FromSeconds(10), Token);
        Assert.True(closed);
        Assert.DoesNotContain("\"usage\":{", rest, StringComparison.Ordinal);
        var audit = await Cli.RunAsync(["reconcile", "--data", world.Data], Cli.NoEnvironment, Token);
        Assert.True(audit.ExitCode == 0, audit.Text);
        await world.StartServerAsync(Token);
        await Faults.FaultProbe.NothingHeldAsync(world, Token);
    }
}
