using Patchbay.EndToEnd.Tests.Operations;
using Patchbay.Simulator.Scripting;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Catalogue;

/// <summary>A server with a provider whose own list is a stand-in's, and whose answers are the simulator's: what is synced
/// from that list can be called.</summary>
public sealed class ListedWorld : IAsyncDisposable
{
    /// <summary>The model that the list names.</summary>
    public const string Model = "openai/gpt-4o";

    private const string ListPath = "/own/models";

    private readonly ListServer _lists = new();

    private ListedWorld()
    {
    }

    public World World { get; private set; } = null!;

    public ApiClient Api => World.Api;

    /// <summary>Starts it; <paramref name="sync"/> says whether the server syncs by itself, every second.</summary>
    public static async Task<ListedWorld> StartAsync(
        bool sync, CancellationToken token, string? prompt = null, string? postgres = null, params WorldModel[] models)
    {
        var world = new ListedWorld();
        if (prompt is not null)
        {
            world.List(prompt);
        }

        world.World = await World.StartAsync(
            new WorldOptions
            {
                Models = [new WorldModel("test/unused", new WorldEndpoint("acme", "unused")), .. models],
                Addresses = new Dictionary<string, string> { ["acme"] = world._lists.At("/own") },
                Environment = Settings(sync),
                PostgresConnectionString = postgres,
            },
            token);
        world.World.Simulator.Script.Add(new ScriptRule { Behavior = "tokens=40;tps=15;prompt_tokens=9" });
        world._lists.Behind = (world.World.Simulator.Address, "/own/", "/acme/v1/");
        return world;
    }

    /// <summary>The list states this prompt price from now on, and $0.000002 a token of the answer.</summary>
    public void List(string prompt) => List(new ListReply(
        "{\"data\":[{\"id\":\"" + Model + "\",\"pricing\":{\"prompt\":\"" + prompt + "\",\"completion\":\"0.000002\"}}]}"));

    /// <summary>The list's answer from now on.</summary>
    public void List(ListReply reply) => _lists.Replies[ListPath] = reply;

    /// <summary>Syncs by the command, beside the server, and waits until the server has this prompt price.</summary>
    public async Task SyncAsync(string expected, CancellationToken token)
    {
        var result = await Cli.RunAsync(
            ["catalog", "sync", "--data", World.Data, "--config", Path.Combine(World.Data, "patchbay.yaml")],
            new Dictionary<string, string?>(Settings(sync: false)) { ["PATCHBAY_DATABASE"] = null }, token);
        Assert.Equal(0, result.ExitCode);
        await Condition.HoldsAsync(async () => await PromptAsync(token) == expected, token);
    }

    /// <summary>The prompt price of the listed endpoint; null when there is no such endpoint.</summary>
    public async Task<string?> PromptAsync(CancellationToken token)
    {
        var response = await Api.GetAsync($"/api/v1/models/{Model}/endpoints", token);
        return response.Status != 200 ? null : response.Json.GetProperty("data").GetProperty("endpoints").EnumerateArray()
            .Where(endpoint => endpoint.GetProperty("tag").GetString() == "acme")
            .Select(endpoint => endpoint.GetProperty("pricing").GetProperty("prompt").GetString()).FirstOrDefault();
    }

    /// <summary>How the server's syncs go, in its own words.</summary>
    public async Task<string> SyncStateAsync(CancellationToken token) => (await Api.GetAsync("/health/ready", token)).Json
        .GetProperty("checks").GetProperty("catalogue_sync").GetString()!;

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        await _lists.DisposeAsync();
    }

    private static Dictionary<string, string?> Settings(bool sync) => new()
    {
        ["PATCHBAY__CATALOG__SYNC"] = sync ? "true" : "false",
        ["PATCHBAY__CATALOG__SYNC_EVERY"] = "1s",
        ["PATCHBAY__CATALOG__MODELS_DEV"] = "none",
        ["PATCHBAY__CATALOG__OPENROUTER"] = "none",
    };
}
