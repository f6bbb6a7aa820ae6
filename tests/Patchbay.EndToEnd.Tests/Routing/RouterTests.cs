using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Routing;

public sealed class RouterTests(RoutingWorld fixture) : IClassFixture<RoutingWorld>
{
    private const string Both = "\"plugins\":[{\"allowed_models\":[\"openai/gpt-5.5\",\"meta-llama/*\"],\"id\":\"auto-router\",\"cost_tier\":\"max\"}]";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Theory]
    [InlineData("openrouter/auto")]
    [InlineData("patchbay/auto")]
    public async Task Auto_answers_with_a_concrete_model_and_the_generation_names_the_router(string router)
    {
        var (status, body) = await fixture.ChatAsync(ApiClient.Chat(router, stream: false, Both, "Fix this bug in my Python code"));

        Assert.Equal(200, status);
        var answer = JsonElement.Parse(body);
        Assert.Equal(RoutingWorld.Strong, answer.GetProperty("model").GetString());
        var metadata = answer.GetProperty("openrouter_metadata");
        Assert.Empty(RoutingWorld.ByReference("OpenRouterMetadata", metadata));
        Assert.Equal("auto", metadata.GetProperty("strategy").GetString());
        Assert.Equal(router, metadata.GetProperty("requested").GetString());
        var stage = Assert.Single(metadata.GetProperty("pipeline").EnumerateArray());
        Assert.Equal("code:debugging", stage.GetProperty("data").GetProperty("task_type").GetString());

        var generation = await World.GenerationAsync(answer.GetProperty("id").GetString()!, Token);
        Assert.Equal("openrouter/auto", generation.GetProperty("router").GetString());
        Assert.Equal(RoutingWorld.Strong, generation.GetProperty("model").GetString());
        Assert.Equal("code:debugging", generation.GetProperty("patchbay").GetProperty("router").GetProperty("task_type").GetString());
        Assert.DoesNotContain("Python", generation.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_keeps_the_model_that_a_router_chose_for_it()
    {
        const string Session = ",\"session_id\":\"one conversation\"";
        const string Weak = "\"plugins\":[{\"allowed_models\":[\"meta-llama/*\"],\"id\":\"auto-router\",\"cost_tier\":\"max\"}]";

        var first = await AskAsync(Weak + Session);
        var second = await AskAsync(Both + Session);
        var other = await AskAsync(Both + ",\"session_id\":\"another\"");

        Assert.StartsWith("meta-llama/", first, StringComparison.Ordinal);
        Assert.Equal(first, second);
        Assert.Equal(RoutingWorld.Strong, other);

        async Task<string?> AskAsync(string more)
        {
            var (status, body) = await fixture.ChatAsync(
                ApiClient.Chat("openrouter/auto", stream: false, more, "Fix this bug in my Python code"));
            Assert.Equal(200, status);
            return JsonElement.Parse(body).GetProperty("model").GetString();
        }
    }

    [Fact]
    public async Task A_router_never_relaxes_a_condition()
    {
        var answer = await World.Api.ChatAsync("openrouter/auto", Token, Both + ",\"provider\":{\"zdr\":true}");

        Assert.Equal(404, answer.Status);
        Assert.StartsWith("No models match your request and model restrictions", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_free_router_streams_from_a_model_that_costs_nothing()
    {
        var stream = await World.Api.StreamAsync("openrouter/free", Token);

        Assert.Equal(200, stream.Status);
        Assert.Equal("0", Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
        var generation = await World.GenerationAsync(stream.GenerationId!, Token);
        Assert.Equal("openrouter/free", generation.GetProperty("router").GetString());
        Assert.Equal("test/gratis", generation.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Pareto_takes_a_model_of_the_high_tier_and_a_price_limit_another()
    {
        var high = await World.Api.ChatAsync("openrouter/pareto-code", Token);
        var none = await World.Api.ChatAsync(
            "openrouter/pareto-code", Token, "\"plugins\":[{\"id\":\"pareto-router\",\"max_price\":0.0001}]");

        Assert.Equal(RoutingWorld.Strong, high.Json.GetProperty("model").GetString());
        Assert.Equal(404, none.Status);
    }

    [Theory]
    [InlineData("auto-router", "\"allowed_models\":\"openai/*\"", "plugins[0].allowed_models")]
    [InlineData("auto-router", "\"allowed_models\":[\"\"]", "plugins[0].allowed_models[0]")]
    [InlineData("auto-router", "\"cost_tier\":\"cheap\"", "plugins[0].cost_tier")]
    [InlineData("auto-beta-router", "\"cost_quality_tradeoff\":11", "plugins[0].cost_quality_tradeoff")]
    [InlineData("auto-router", "\"pin_model\":1", "plugins[0].pin_model")]
    [InlineData("pareto-router", "\"min_coding_score\":1.5", "plugins[0].min_coding_score")]
    [InlineData("pareto-router", "\"max_price\":-1", "plugins[0].max_price")]
    [InlineData("pareto-router", "\"price_source\":\"guess\"", "plugins[0].price_source")]
    public async Task A_wrong_option_is_refused_by_its_name(string plugin, string option, string path)
    {
        var answer = await World.Api.ChatAsync("openrouter/auto", Token, $"\"plugins\":[{{{option},\"id\":\"{plugin}\"}}]");

        Assert.Equal(400, answer.Status);
        Assert.Contains($"'{path}'", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_body_builder_makes_requests_of_the_models_that_are_named_and_calls_nobody(bool stream)
    {
        World.Simulator.Reset();
        var (status, body) = await fixture.ChatAsync(ApiClient.Chat(
            "openrouter/bodybuilder", stream, "", "Send to GPT-5.5 and meta-llama/llama-3.3-70b-instruct: What is \u00bda + \u00bda?"));

        Assert.Equal(200, status);
        var lines = body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).ToArray();
        var answer = JsonElement.Parse(stream ? lines[0][6..] : body);
        var content = JsonElement.Parse(
            answer.GetProperty("choices")[0].GetProperty(stream ? "delta" : "message").GetProperty("content").GetString()!);
        var requests = content.GetProperty("requests");
        Assert.Equal([RoutingWorld.Strong, RoutingWorld.Weak], requests.EnumerateArray().Select(one => one.GetProperty("model").GetString()));
        Assert.Equal("What is ½a + ½a?", requests[0].GetProperty("messages")[0].GetProperty("content").GetString());
        var last = JsonElement.Parse(stream ? lines[^1][6..] : body);
        Assert.Empty(RoutingWorld.ByReference("OpenRouterMetadata", last.GetProperty("openrouter_metadata")));
        Assert.Equal("0", last.GetProperty("usage").GetProperty("cost").GetRawText());
        Assert.Empty(World.Simulator.Log.Requests);

        var generation = await World.GenerationAsync(answer.GetProperty("id").GetString()!, Token);
        Assert.Equal("openrouter/bodybuilder", generation.GetProperty("router").GetString());
        Assert.Equal(stream, generation.GetProperty("streamed").GetBoolean());
    }

    [Fact]
    public async Task The_body_builder_needs_a_name_and_cannot_be_a_fallback()
    {
        var nameless = await World.Api.ChatAsync("openrouter/bodybuilder", Token);
        var fallback = await World.Api.ChatAsync("test/one", Token, "\"models\":[\"openrouter/bodybuilder\"]");

        Assert.Equal(400, nameless.Status);
        Assert.Equal(400, fallback.Status);
        Assert.Contains("one of several models", fallback.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_router_may_stand_behind_a_model()
    {
        var answer = await World.Api.ChatAsync("test/broken", Token, "\"models\":[\"openrouter/free\"]");

        Assert.Equal(200, answer.Status);
        Assert.Equal("test/gratis", answer.Json.GetProperty("model").GetString());
    }
}
