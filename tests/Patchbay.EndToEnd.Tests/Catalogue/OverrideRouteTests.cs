using System.Text;
using System.Text.Json;
using Patchbay.EndToEnd.Tests.Operations;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Catalogue;

/// <summary>The routes by which operators change the catalogue: what they refuse, and what they decide.</summary>
public sealed class OverrideRouteTests(OverrideRouteWorld fixture) : IClassFixture<OverrideRouteWorld>
{
    private const string Overrides = "/api/v1/catalog/overrides";
    private const string Price = "\"price\":{\"prompt\":\"0.000001\",\"completion\":\"0.000002\"}";

    private ListedWorld World => fixture.Listed;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{}", "subject")]
    [InlineData("{\"subject\":\"no/such\",\"disabled\":true}", "subject")]
    [InlineData("{\"subject\":\"nobody|openai/gpt-4o|gpt-4o\",\"disabled\":true}", "subject")]
    [InlineData("{\"subject\":\"openai/gpt-4o\"}", "price")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"disabled\":false}", "price")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"price\":null}", "price")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"price\":[]}", "price")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"price\":{\"prompt\":\"0\"}}", "price.completion")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"price\":{\"prompt\":\"-1\",\"completion\":\"0\"}}", "price.prompt")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"price\":{\"prompt\":\"2.5\",\"completion\":\"0\"}}", "price.prompt")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"price\":{\"prompt\":true,\"completion\":\"0\"}}", "price.prompt")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"price\":{\"prompt\":\"0\",\"completion\":\"0\",\"cached\":\"0\"}}", "price.cached")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"price\":{\"prompt\":\"0\",\"completion\":\"0\",\"tiers\":3}}", "price.tiers")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"price\":{\"prompt\":\"0\",\"completion\":\"0\",\"tiers\":[{}]}}", "price.tiers[0].above_prompt_tokens")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"price\":{\"prompt\":\"0\",\"completion\":\"0\",\"tiers\":[{\"above_prompt_tokens\":9},{\"above_prompt_tokens\":9}]}}", "price.tiers[1].above_prompt_tokens")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"context_length\":0}", "context_length")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"max_output_tokens\":1.5}", "max_output_tokens")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"disabled\":\"yes\"}", "disabled")]
    [InlineData("{\"subject\":\"openai/gpt-4o\",\"disabled\":true,\"author\":\"me\"}", "author")]
    [InlineData("{\"subject\":\"acme|test/unused|unused\",\"disabled\":true}", "subject")]
    public async Task A_wrong_override_is_refused_by_the_name_of_its_member(string body, string member)
    {
        var response = await PutAsync(World.Api, body);

        Assert.Equal(400, response.Status);
        Assert.Equal(member, response.Json.GetProperty("error").GetProperty("metadata").GetProperty("param").GetString());
        Assert.Contains($"'{member}'", response.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_management_keys_and_the_master_key_may_and_a_change_bears_the_keys_label()
    {
        using var nobody = new ApiClient(World.World.Server.Address, null);
        using var user = await World.World.CreateKeyAsync(Token);
        using var manager = await World.World.CreateKeyAsync(Token, "\"is_management_key\":true");
        const string Body = "{\"subject\":\"openai/gpt-4o-mini\",\"max_output_tokens\":77}";

        foreach (var path in (string[])[Overrides, Overrides + "/changes", "/api/v1/catalog/changes"])
        {
            Assert.Equal(401, (await nobody.GetAsync(path, Token)).Status);
            Assert.Equal(403, (await user.GetAsync(path, Token)).Status);
            Assert.Equal(200, (await manager.GetAsync(path, Token)).Status);
        }

        Assert.Equal(401, (await PutAsync(nobody, Body)).Status);
        Assert.Equal(403, (await PutAsync(user, Body)).Status);
        var set = await PutAsync(manager, Body);
        Assert.Equal(200, set.Status);
        Assert.StartsWith("sk-pb-v1-", set.Json.GetProperty("data").GetProperty("author").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_switched_off_is_gone_until_it_is_set_otherwise()
    {
        const string Model = "openai/gpt-4.1-mini";
        Assert.Equal(200, (await World.Api.GetAsync($"/api/v1/models/{Model}/endpoints", Token)).Status);

        Assert.Equal(200, (await PutAsync(World.Api, $"{{\"subject\":\"{Model}\",\"disabled\":true}}")).Status);
        Assert.Equal(404, (await World.Api.GetAsync($"/api/v1/models/{Model}/endpoints", Token)).Status);

        Assert.Equal(200, (await PutAsync(World.Api, $"{{\"subject\":\"{Model}\",{Price},\"context_length\":5000}}")).Status);
        var endpoints = (await World.Api.GetAsync($"/api/v1/models/{Model}/endpoints", Token)).Json
            .GetProperty("data").GetProperty("endpoints").EnumerateArray().ToArray();
        Assert.NotEmpty(endpoints);

        // Service tiers are endpoints with prices of their own.
        Assert.All(endpoints.Where(endpoint => endpoint.GetProperty("tag").GetString()!.Split('/')[^1] is not ("flex" or "priority")), endpoint => Assert.Equal(
            ("0.000001", 5000),
            (endpoint.GetProperty("pricing").GetProperty("prompt").GetString(), endpoint.GetProperty("context_length").GetInt32())));
    }

    [Fact]
    public async Task The_operators_file_wins_and_says_so_when_it_comes_later()
    {
        Assert.Equal(200, (await PutAsync(World.Api, $"{{\"subject\":\"openai/gpt-4.1-nano\",{Price}}}")).Status);
        var file = Path.Combine(World.World.Data, "patchbay.yaml");
        var before = await File.ReadAllTextAsync(file, Token);

        await File.WriteAllTextAsync(file, before + """
              - slug: openai/gpt-4.1-nano
                replace: true
                endpoints: [{ provider: acme, model: nano, price: { prompt: "0.000005", completion: "0.000006" } }]
            """, Token);

        await Condition.HoldsAsync(async () => (await World.Api.GetAsync(Overrides, Token)).Json.GetProperty("data").EnumerateArray()
            .Any(one => one.GetProperty("model").GetString() == "openai/gpt-4.1-nano" && one.GetProperty("in_file").GetBoolean()), Token);
        var endpoint = Assert.Single((await World.Api.GetAsync("/api/v1/models/openai/gpt-4.1-nano/endpoints", Token)).Json
            .GetProperty("data").GetProperty("endpoints").EnumerateArray());
        Assert.Equal("0.000005", endpoint.GetProperty("pricing").GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task A_waiting_price_is_rejected_until_another_comes_and_then_accepted()
    {
        await using var world = await ListedWorld.StartAsync(sync: false, Token, "0.000001");
        await world.SyncAsync("0.000001", Token);
        world.List("0.00001");
        await world.SyncAsync("0.000001", Token);
        await Condition.HoldsAsync(async () => (await WaitingAsync(world)).Length == 1, Token);

        var unknown = await DecideAsync(world, "reject", "openai/gpt-4o\",\"openai/o1");
        Assert.Equal((400, "subjects"), (unknown.Status, unknown.Json.GetProperty("error").GetProperty("metadata").GetProperty("param").GetString()));
        var rejected = await DecideAsync(world, "reject", "openai/gpt-4o");
        Assert.Equal("0.00001", Assert.Single(rejected.Json.GetProperty("data").EnumerateArray()).GetProperty("new").GetString());
        Assert.Empty(await WaitingAsync(world));

        // The list says the same again, and then another price.
        await world.SyncAsync("0.000001", Token);
        Assert.Empty(await WaitingAsync(world));
        world.List("0.00002");
        await world.SyncAsync("0.000001", Token);
        await Condition.HoldsAsync(async () => (await WaitingAsync(world)).Length == 1, Token);

        Assert.Equal(200, (await DecideAsync(world, "accept", "acme")).Status);
        Assert.Equal("0.00002", await world.PromptAsync(Token));
        var last = Assert.Single((await world.Api.GetAsync("/api/v1/catalog/changes", Token)).Json.GetProperty("decisions").EnumerateArray());
        Assert.True(last.GetProperty("accepted").GetBoolean());
        Assert.Equal("master key", last.GetProperty("author").GetString());
    }

    private static Task<ApiResponse> PutAsync(ApiClient client, string body) =>
        client.SendAsync(HttpMethod.Put, Overrides, new StringContent(body, Encoding.UTF8, "application/json"), Token);

    private static Task<ApiResponse> DecideAsync(ListedWorld world, string how, string subjects) =>
        world.Api.PostAsync("/api/v1/catalog/changes/" + how, "{\"subjects\":[\"" + subjects + "\"]}", Token);

    private static async Task<JsonElement[]> WaitingAsync(ListedWorld world) =>
        [.. (await world.Api.GetAsync("/api/v1/catalog/changes", Token)).Json.GetProperty("data").EnumerateArray()];
}

/// <summary>A server over the built-in catalogue.</summary>
public sealed class OverrideRouteWorld : IAsyncLifetime
{
    public ListedWorld Listed { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Listed = await ListedWorld.StartAsync(sync: false, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Listed.DisposeAsync();
}
