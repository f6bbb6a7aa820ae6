using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Routing;

public sealed class ExplainTests(RoutingWorld fixture) : IClassFixture<RoutingWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<JsonElement> ExplainAsync(string model, string more = "", string prompt = "Hello", string path = "/api/v1/route/explain")
    {
        var answer = await fixture.World.Api.PostAsync(path, ApiClient.Chat(model, stream: false, more, prompt), Token);
        Assert.Equal(200, answer.Status);
        Assert.Empty(await fixture.ByOurDescriptionAsync("RouteExplanationResponse", answer.Json));
        return answer.Json.GetProperty("data");
    }

    [Theory]
    [InlineData("/api/v1/route/explain")]
    [InlineData("/v1/route/explain")]
    public async Task Everything_is_said_and_nobody_is_called(string path)
    {
        fixture.World.Simulator.Reset();
        var before = await fixture.World.Api.GetAsync("/api/v1/credits", Token);

        var data = await ExplainAsync("test/pair", "\"max_tokens\":100", path: path);

        Assert.Equal("route.explanation", data.GetProperty("object").GetString());
        Assert.Equal("test/pair", data.GetProperty("requested")[0].GetString());
        Assert.Equal("direct", data.GetProperty("strategy").GetString());
        Assert.Equal(JsonValueKind.Null, data.GetProperty("router").ValueKind);
        Assert.Equal(JsonValueKind.Null, data.GetProperty("error").ValueKind);
        var model = Assert.Single(data.GetProperty("models").EnumerateArray());
        Assert.Equal("test/pair", model.GetProperty("model").GetString());
        Assert.False(model.GetProperty("is_alias").GetBoolean());
        Assert.Equal(2, model.GetProperty("endpoints").GetInt32());

        // "Hello" and "user" are a token each, three frame the message and three the answer.
        var request = data.GetProperty("request");
        Assert.Equal(8, request.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(100, request.GetProperty("max_output_tokens").GetInt32());
        Assert.Equal("max_tokens", Assert.Single(request.GetProperty("parameters").EnumerateArray()).GetString());
        var selection = data.GetProperty("selection");
        Assert.Equal("weighted_draw", selection.GetProperty("by").GetString());
        Assert.Equal("1/price^2", selection.GetProperty("weights").GetString());

        // The price of one is twice the other's: 4 to 1.
        var attempts = data.GetProperty("attempts");
        Assert.Equal(["ALPHA", "BETA"], attempts.EnumerateArray().Select(attempt => attempt.GetProperty("provider").GetString()));
        Assert.Equal(0.8, attempts[0].GetProperty("chance").GetDouble(), 5);
        Assert.Equal(0.2, attempts[1].GetProperty("chance").GetDouble(), 5);
        Assert.Equal("0.000008", attempts[0].GetProperty("estimated_cost").GetProperty("prompt_usd").GetRawText());
        Assert.Equal("0.000208", attempts[0].GetProperty("estimated_cost").GetProperty("max_usd").GetRawText());
        Assert.Equal("0.000416", attempts[1].GetProperty("estimated_cost").GetProperty("max_usd").GetRawText());

        var cost = data.GetProperty("cost");
        Assert.Equal("0.000008", cost.GetProperty("estimated_min_usd").GetRawText());
        Assert.Equal("0.000416", cost.GetProperty("estimated_max_usd").GetRawText());
        Assert.True(cost.GetProperty("hold_usd").GetDecimal() >= cost.GetProperty("estimated_max_usd").GetDecimal());

        var endpoint = data.GetProperty("endpoints")[0];
        Assert.Equal("none", endpoint.GetProperty("reason").GetString());
        Assert.True(endpoint.GetProperty("included").GetBoolean());
        Assert.Equal(1, endpoint.GetProperty("attempt").GetInt32());
        Assert.False(endpoint.GetProperty("health").GetProperty("outage_last_30s").GetBoolean());
        Assert.Equal("0.000001", endpoint.GetProperty("pricing").GetProperty("prompt").GetString());

        Assert.Empty(fixture.World.Simulator.Log.Requests);
        var after = await fixture.World.Api.GetAsync("/api/v1/credits", Token);
        Assert.Equal(before.Body, after.Body);
    }

    [Fact]
    public async Task What_is_out_says_why()
    {
        var data = await ExplainAsync("test/pair", "\"provider\":{\"ignore\":[\"alpha\"],\"sort\":\"price\"}");

        Assert.Equal("price", data.GetProperty("selection").GetProperty("by").GetString());
        var endpoints = data.GetProperty("endpoints");
        Assert.Equal("ignore", endpoints[0].GetProperty("reason").GetString());
        Assert.Equal("It is in provider.ignore.", endpoints[0].GetProperty("explanation").GetString());
        Assert.False(endpoints[0].GetProperty("eligible").GetBoolean());
        Assert.Equal(JsonValueKind.Null, endpoints[0].GetProperty("attempt").ValueKind);
        Assert.Equal(0, endpoints[0].GetProperty("chance").GetDouble());
        Assert.Equal(1, endpoints[1].GetProperty("chance").GetDouble());
        Assert.Equal(1, data.GetProperty("excluded").GetProperty("ignore").GetInt32());
    }

    [Fact]
    public async Task What_nothing_can_serve_is_explained_too()
    {
        var data = await ExplainAsync("test/pair", "\"provider\":{\"zdr\":true}");

        Assert.Equal(404, data.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Empty(data.GetProperty("attempts").EnumerateArray());
        Assert.All(data.GetProperty("endpoints").EnumerateArray(), endpoint => Assert.Equal("zdr", endpoint.GetProperty("reason").GetString()));
        Assert.Equal(JsonValueKind.Null, data.GetProperty("cost").GetProperty("hold_usd").ValueKind);
    }

    [Fact]
    public async Task A_request_that_is_invalid_is_refused_as_it_would_be()
    {
        var answer = await fixture.World.Api.PostAsync(
            "/api/v1/route/explain", ApiClient.Chat("test/one", stream: false, "\"temperature\":9"), Token);

        Assert.Equal(400, answer.Status);
        Assert.Contains("temperature", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_router_shows_its_task_its_scores_and_its_choice()
    {
        var data = await ExplainAsync(
            "openrouter/auto",
            "\"plugins\":[{\"id\":\"auto-router\",\"allowed_models\":[\"openai/*\",\"meta-llama/*\"],\"cost_tier\":\"max\"}]",
            "Fix this bug in my Python function: TypeError");

        Assert.Equal("auto", data.GetProperty("strategy").GetString());
        var router = data.GetProperty("router");
        Assert.Equal("openrouter/auto", router.GetProperty("router").GetString());
        Assert.Equal("code:debugging", router.GetProperty("task_type").GetString());
        Assert.Equal(RoutingWorld.Strong, router.GetProperty("chosen")[0].GetString());
        Assert.Equal(RoutingWorld.Strong, data.GetProperty("attempts")[0].GetProperty("model").GetString());
        Assert.NotEmpty(router.GetProperty("signals").EnumerateArray());
    }

    [Fact]
    public async Task A_router_without_a_model_says_so()
    {
        var data = await ExplainAsync("openrouter/auto", "\"plugins\":[{\"id\":\"auto-router\",\"allowed_models\":[\"nobody/*\"]}]");

        Assert.Equal(404, data.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Empty(data.GetProperty("router").GetProperty("chosen").EnumerateArray());
    }

    [Fact]
    public async Task Management_keys_may_not_ask()
    {
        var created = await fixture.World.Api.PostAsync("/api/v1/keys", "{\"name\":\"m\",\"is_management_key\":true}", Token);
        using var manager = new ApiClient(fixture.World.Server.Address, created.Json.GetProperty("key").GetString());

        var answer = await manager.PostAsync("/api/v1/route/explain", ApiClient.Chat("test/one", stream: false), Token);

        Assert.Equal(403, answer.Status);
    }
}
