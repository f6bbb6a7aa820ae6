using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Operations;

public sealed class ReloadTests
{
    private const string Slow = "echo;tokens=60;tps=15;prompt_tokens=9";
    private const string Quick = "echo;tokens=12;prompt_tokens=9";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_file_counts_for_new_requests_and_disturbs_no_running_one()
    {
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Models = [
                    new WorldModel("test/slow", new WorldEndpoint("alpha", Slow)),
                    new WorldModel("test/quick", new WorldEndpoint("alpha", Quick)),
                    new WorldModel("test/old", new WorldEndpoint("alpha", Quick))],
            },
            Token);
        Assert.Equal("0.000033", await CostAsync(world, "test/quick"));
        var running = Enumerable.Range(0, 20).Select(_ => world.Api.StreamAsync("test/slow", Token)).ToArray();
        await Condition.HoldsAsync(() => Task.FromResult(world.Simulator.Log.Counters.InProgress == 20), Token);

        await world.WriteModelsAsync(
            [
                new WorldModel("test/slow", new WorldEndpoint("alpha", Slow, "0.00001", "0.00002")),
                new WorldModel("test/quick", new WorldEndpoint("alpha", Quick, "0.00001", "0.00002")),
                new WorldModel("test/new", new WorldEndpoint("gamma", Quick)),
            ],
            Token);
        await Condition.HoldsAsync(async () => (await world.Api.ChatAsync("test/new", Token)).Status == 200, Token);

        Assert.Equal("0.00033", await CostAsync(world, "test/quick"));
        Assert.Equal("model_not_found", (await world.Api.ChatAsync("test/old", Token)).ErrorCode);
        foreach (var stream in await Task.WhenAll(running))
        {
            // 9 × $0.000001 + 60 × $0.000002: the price of the time at which it was asked for.
            Assert.False(stream.Broken, $"{stream.Raw}\n{world.Server.Output}");
            Assert.True(stream.EndsWithDone);
            Assert.Equal("0.000129", Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
        }

        await File.WriteAllTextAsync(Path.Combine(world.Data, "patchbay.yaml"), "models:\n  - slug: broken\n    endpoints: 7\n", Token);
        await Condition.HoldsAsync(
            () => Task.FromResult(world.Server.Output.Contains("was not loaded", StringComparison.Ordinal)), Token);
        Assert.Equal("0.00033", await CostAsync(world, "test/quick"));
        Assert.Equal(200, (await world.Api.GetAsync("/health/ready", Token)).Status);
    }

    private static async Task<string> CostAsync(World world, string model)
    {
        var response = await world.Api.ChatAsync(model, Token);
        Assert.True(response.Status == 200, response.Body);
        return response.Json.GetProperty("usage").GetProperty("cost").GetRawText();
    }
}
