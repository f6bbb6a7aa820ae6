using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Hostile;

public sealed class LoopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_provider_that_points_back_to_this_server_is_found_out_at_the_first_turn()
    {
        var addresses = new Dictionary<string, string>();
        var models = (WorldModel[])[new WorldModel("test/loop", new WorldEndpoint("mirror", "test/loop"))];
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Models = [new WorldModel("test/echo", new WorldEndpoint("alpha", "echo;tokens=12"))],
                Addresses = addresses,
            },
            Token);
        addresses["mirror"] = new Uri(world.Server.Address, "/api/v1").ToString();
        await world.WriteModelsAsync(models, Token);
        await Operations.Condition.HoldsAsync(
            async () => (await world.Api.ChatAsync("test/loop", Token)).ErrorCode != "model_not_found", Token);

        var whole = await world.Api.ChatAsync("test/loop", Token);
        var stream = await world.Api.StreamAsync("test/loop", Token);

        Assert.True(whole.Status == 508, whole.Body);
        Assert.Equal("loop_detected", whole.ErrorCode);
        Assert.True(stream.Status == 508, stream.Raw);
        Faults.FaultProbe.NoSecret(whole.Body);
        await Faults.FaultProbe.NothingHeldAsync(world, Token);
    }
}
