using Patchbay.EndToEnd.Tests.Operations;
using Patchbay.Simulator.Scripting;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Catalogue;

/// <summary>The server that syncs by itself, and one that runs while the command syncs.</summary>
public sealed class SyncServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_price_counts_for_new_requests_and_not_for_one_under_way()
    {
        await using var lists = new ListServer();
        await using var world = await StartAsync(lists, sync: false);
        lists.Replies["/own/models"] = Price("0.000001");
        Assert.Equal(0, (await SyncAsync(world)).ExitCode);
        await Condition.HoldsAsync(async () => (await world.Api.ChatAsync("openai/gpt-4o", Token)).Status == 200, Token);

        var running = world.Api.StreamAsync("openai/gpt-4o", Token);
        await Condition.HoldsAsync(() => Task.FromResult(world.Simulator.Log.Counters.InProgress == 1), Token);
        lists.Replies["/own/models"] = Price("0.000002");
        Assert.Equal(0, (await SyncAsync(world)).ExitCode);
        await Condition.HoldsAsync(async () => (await PromptAsync(world)) == "0.000002", Token);

        // 9 × $0.000001 + 40 × $0.000002 for the one that was under way, 9 × $0.000002 + the same for the next.
        Assert.Equal("0.000089", Assert.Single((await running).Usages).GetProperty("cost").GetRawText());
        var after = await world.Api.ChatAsync("openai/gpt-4o", Token);
        Assert.Equal("0.000098", after.Json.GetProperty("usage").GetProperty("cost").GetRawText());
    }

    [Fact]
    public async Task The_server_syncs_by_itself_and_keeps_the_last_good_facts_when_a_list_fails()
    {
        await using var lists = new ListServer();
        lists.Replies["/own/models"] = Price("0.000001");
        await using var world = await StartAsync(lists, sync: true);
        await Condition.HoldsAsync(async () => await PromptAsync(world) == "0.000001", Token);
        await Condition.HoldsAsync(async () => await SyncStateAsync(world) == "ok", Token);

        lists.Replies["/own/models"] = new ListReply("oops", 500);
        await Condition.HoldsAsync(async () => (await SyncStateAsync(world)).Contains("provider:acme", StringComparison.Ordinal), Token);

        Assert.Equal("0.000001", await PromptAsync(world));
        Assert.Equal(200, (await world.Api.GetAsync("/health/ready", Token)).Status);
        Assert.Contains("it answered 500.", world.Server.Output, StringComparison.Ordinal);
        var metrics = (await world.Api.GetAsync("/metrics", Token)).Body;
        Assert.Contains("patchbay_catalogue_sync_failing{source=\"provider:acme\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("patchbay_catalogue_prices_waiting 0", metrics, StringComparison.Ordinal);

        lists.Replies["/own/models"] = Price("0.0000015");
        await Condition.HoldsAsync(async () => await PromptAsync(world) == "0.0000015", Token);
        await Condition.HoldsAsync(async () => await SyncStateAsync(world) == "ok", Token);
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

    // The provider's list is the stand-in's, and its answers are the simulator's.
    private static async Task<World> StartAsync(ListServer lists, bool sync)
    {
        var world = await World.StartAsync(
            new WorldOptions
            {
                Models = [new WorldModel("test/unused", new WorldEndpoint("acme", "unused"))],
                Addresses = new Dictionary<string, string> { ["acme"] = lists.At("/own") },
                Environment = Settings(sync),
            },
            Token);
        world.Simulator.Script.Add(new ScriptRule { Behavior = "tokens=40;tps=15;prompt_tokens=9" });
        lists.Behind = (world.Simulator.Address, "/own/", "/acme/v1/");
        return world;
    }

    private static Dictionary<string, string?> Settings(bool sync) => new()
    {
        ["PATCHBAY__CATALOG__SYNC"] = sync ? "true" : "false",
        ["PATCHBAY__CATALOG__SYNC_EVERY"] = "1s",
        ["PATCHBAY__CATALOG__MODELS_DEV"] = "none",
        ["PATCHBAY__CATALOG__OPENROUTER"] = "none",
    };

    private static ListReply Price(string prompt) => new(
        "{\"data\":[{\"id\":\"openai/gpt-4o\",\"pricing\":{\"prompt\":\"" + prompt + "\",\"completion\":\"0.000002\"}}]}");

    private static Task<CliResult> SyncAsync(World world) => Cli.RunAsync(
        ["catalog", "sync", "--data", world.Data, "--config", Path.Combine(world.Data, "patchbay.yaml")],
        new Dictionary<string, string?>(Settings(sync: false)) { ["PATCHBAY_DATABASE"] = null }, Token);

    private static async Task<string?> PromptAsync(World world)
    {
        var response = await world.Api.GetAsync("/api/v1/models/openai/gpt-4o/endpoints", Token);
        return response.Status != 200 ? null : response.Json.GetProperty("data").GetProperty("endpoints").EnumerateArray()
            .Where(endpoint => endpoint.GetProperty("tag").GetString() == "acme")
            .Select(endpoint => endpoint.GetProperty("pricing").GetProperty("prompt").GetString()).FirstOrDefault();
    }

    private static async Task<string> SyncStateAsync(World world) => (await world.Api.GetAsync("/health/ready", Token)).Json
        .GetProperty("checks").GetProperty("catalogue_sync").GetString()!;
}
