using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Patchbay.Catalog;
using Patchbay.EndToEnd.Tests.Operations;
using Patchbay.Storage;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Catalogue;

/// <summary>What operators set in the database, on a real server over either database.</summary>
public abstract class OverrideTests(PostgresServer? postgres)
{
    private const string Endpoint = "acme|openai/gpt-4o|openai/gpt-4o";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_override_counts_for_the_next_request_and_not_for_one_under_way_and_can_be_taken_back()
    {
        await using var world = await StartAsync(await DatabaseAsync());
        await world.SyncAsync("0.000001", Token);
        var running = world.Api.StreamAsync(ListedWorld.Model, Token, Only);
        await Condition.HoldsAsync(() => Task.FromResult(world.World.Simulator.Log.Counters.InProgress == 1), Token);

        var set = await PutAsync(world, Endpoint, "\"price\":{\"prompt\":\"0.00001\",\"completion\":0.00002,\"request\":\"0.5\"},\"note\":\"our contract\"");

        Assert.Equal(200, set.Status);
        var data = set.Json.GetProperty("data");
        Assert.Equal(
            (Endpoint, "openai/gpt-4o", "acme", "our contract", "master key", false),
            (data.GetProperty("subject").GetString(), data.GetProperty("model").GetString(), data.GetProperty("provider").GetString(),
                data.GetProperty("note").GetString(), data.GetProperty("author").GetString(), data.GetProperty("in_file").GetBoolean()));
        Assert.Equal("0.00001", await world.PromptAsync(Token));

        // 9 × $0.000001 + 40 × $0.000002 for the one that was under way; 9 × $0.00001 + 40 × $0.00002 + $0.5 for the next.
        Assert.Equal("0.000089", Assert.Single((await running).Usages).GetProperty("cost").GetRawText());
        var after = await world.Api.ChatAsync(ListedWorld.Model, Token, Only);
        Assert.Equal("0.50089", after.Json.GetProperty("usage").GetProperty("cost").GetRawText());

        Assert.Equal(200, (await DeleteAsync(world, Endpoint)).Status);
        Assert.Equal("0.000001", await world.PromptAsync(Token));
        Assert.Equal(404, (await DeleteAsync(world, Endpoint)).Status);
    }

    [Fact]
    public async Task What_another_process_sets_is_followed_within_seconds()
    {
        var database = await DatabaseAsync();
        await using var world = await StartAsync(database);
        await world.SyncAsync("0.000001", Token);

        await using (var beside = await PatchbayStorage.OpenAsync(
            new StorageOptions { DataDirectory = world.World.Data, PostgresConnectionString = database },
            exclusive: false, TimeProvider.System, NullLoggerFactory.Instance, Token))
        {
            await beside.CatalogOverrides.SetAsync(
                CatalogOverride.Parse(Endpoint, "{\"price.prompt\":\"0.000007\",\"price.completion\":\"0\"}", null, "beside",
                    new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero)),
                Token);
        }

        await Condition.HoldsAsync(async () => await world.PromptAsync(Token) == "0.000007", Token);
        var listed = Assert.Single((await GetAsync(world, "overrides")).GetProperty("data").EnumerateArray());
        Assert.Equal("beside", listed.GetProperty("author").GetString());
    }

    [Fact]
    public async Task An_override_outlives_a_restart_and_a_sync_and_every_change_stays_on_record()
    {
        await using var world = await StartAsync(await DatabaseAsync());
        await world.SyncAsync("0.000001", Token);
        Assert.Equal(200, (await PutAsync(world, "acme|openai/gpt-4o", "\"price\":{\"prompt\":\"0\",\"completion\":\"0\"}")).Status);
        Assert.Equal(200, (await PutAsync(world, "openai/gpt-4o", "\"context_length\":1234")).Status);
        Assert.Equal(200, (await DeleteAsync(world, "openai/gpt-4o")).Status);

        world.List("0.000002");
        await world.SyncAsync("0", Token);
        await world.World.Server.DisposeAsync();
        await world.World.StartServerAsync(Token);

        Assert.Equal("0", await world.PromptAsync(Token));
        var changes = (await GetAsync(world, "overrides/changes")).GetProperty("data").EnumerateArray().ToArray();
        Assert.Equal([3, 2, 1], changes.Select(change => change.GetProperty("revision").GetInt32()));
        Assert.Equal([false, true, true], changes.Select(change => change.TryGetProperty("set", out _)));
        Assert.All(changes, change => Assert.Equal("master key", change.GetProperty("author").GetString()));
        Assert.Equal(Endpoint, changes[2].GetProperty("subject").GetString());
    }

    // The listed provider is the one with the price that these tests change.
    private const string Only = "\"provider\":{\"only\":[\"acme\"]}";

    private static Task<ListedWorld> StartAsync(string? database) =>
        ListedWorld.StartAsync(sync: false, Token, "0.000001", database);

    private async Task<string?> DatabaseAsync() => postgres is null ? null : await postgres.CreateDatabaseAsync();

    private static Task<ApiResponse> PutAsync(ListedWorld world, string subject, string members) => world.Api.SendAsync(
        HttpMethod.Put, "/api/v1/catalog/overrides",
        new StringContent($"{{\"subject\":\"{subject}\",{members}}}", Encoding.UTF8, "application/json"), Token);

    private static Task<ApiResponse> DeleteAsync(ListedWorld world, string subject) => world.Api.SendAsync(
        HttpMethod.Delete, "/api/v1/catalog/overrides?subject=" + Uri.EscapeDataString(subject), null, Token);

    private static async Task<System.Text.Json.JsonElement> GetAsync(ListedWorld world, string path)
    {
        var response = await world.Api.GetAsync("/api/v1/catalog/" + path, Token);
        Assert.Equal(200, response.Status);
        return response.Json;
    }
}

public sealed class SqliteOverrideTests() : OverrideTests(null);

public sealed class PostgresOverrideTests(PostgresServer server) : OverrideTests(server);
