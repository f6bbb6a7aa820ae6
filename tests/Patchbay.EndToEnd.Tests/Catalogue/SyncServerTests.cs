using Patchbay.EndToEnd.Tests.Operations;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Catalogue;

/// <summary>The server that syncs by itself, and one that runs while the command syncs.</summary>
public sealed class SyncServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_price_counts_for_new_requests_and_not_for_one_under_way()
    {
        await using var world = await ListedWorld.StartAsync(sync: false, Token, "0.000001");
        await world.SyncAsync("0.000001", Token);
        await Condition.HoldsAsync(async () => (await world.Api.ChatAsync(ListedWorld.Model, Token)).Status == 200, Token);

        var running = world.Api.StreamAsync(ListedWorld.Model, Token);
        await Condition.HoldsAsync(() => Task.FromResult(world.World.Simulator.Log.Counters.InProgress == 1), Token);
        world.List("0.000002");
        await world.SyncAsync("0.000002", Token);

        // 9 × $0.000001 + 40 × $0.000002 for the one that was under way, 9 × $0.000002 + the same for the next.
        Assert.Equal("0.000089", Assert.Single((await running).Usages).GetProperty("cost").GetRawText());
        var after = await world.Api.ChatAsync(ListedWorld.Model, Token);
        Assert.Equal("0.000098", after.Json.GetProperty("usage").GetProperty("cost").GetRawText());
    }

    [Fact]
    public async Task The_server_syncs_by_itself_and_keeps_the_last_good_facts_when_a_list_fails()
    {
        await using var world = await ListedWorld.StartAsync(sync: true, Token, "0.000001");
        await Condition.HoldsAsync(async () => await world.PromptAsync(Token) == "0.000001", Token);
        await Condition.HoldsAsync(async () => await world.SyncStateAsync(Token) == "ok", Token);

        world.List(new ListReply("oops", 500));
        await Condition.HoldsAsync(
            async () => (await world.SyncStateAsync(Token)).Contains("provider:acme", StringComparison.Ordinal), Token);

        Assert.Equal("0.000001", await world.PromptAsync(Token));
        Assert.Equal(200, (await world.Api.GetAsync("/health/ready", Token)).Status);
        Assert.Contains("it answered 500.", world.World.Server.Output, StringComparison.Ordinal);
        var metrics = (await world.Api.GetAsync("/metrics", Token)).Body;
        Assert.Contains("patchbay_catalogue_sync_failing{source=\"provider:acme\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("patchbay_catalogue_prices_waiting 0", metrics, StringComparison.Ordinal);

        world.List("0.0000015");
        await Condition.HoldsAsync(async () => await world.PromptAsync(Token) == "0.0000015", Token);
        await Condition.HoldsAsync(async () => await world.SyncStateAsync(Token) == "ok", Token);
    }

    [Fact]
    public async Task A_broken_store_does_not_stop_the_server()
    {
        var data = Directory.CreateTempSubdirectory("patchbay-broken-").FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "catalog.json"), "{\"version\":1", Token);
        try
        {
            await using var server = await ServerProcess.StartAsync(data, Cli.NoEnvironment, Token);
            using var client = new ApiClient(server.Address, null);

            Assert.Equal(200, (await client.GetAsync("/health/ready", Token)).Status);
            Assert.Contains("The built-in facts of the catalogue are in force.", server.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
