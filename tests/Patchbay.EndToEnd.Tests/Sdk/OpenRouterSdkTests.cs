using System.Text.Json;

namespace Patchbay.EndToEnd.Tests.Sdk;

/// <summary>OpenRouter's own SDK and its provider for the AI SDK, two versions of it: each checks the answers by itself.</summary>
[Collection("openrouter packages")]
public sealed class OpenRouterSdkTests(OpenRouterWorld fixture) : IClassFixture<OpenRouterWorld>
{
    [Theory]
    [InlineData("order", "GAMMA")]
    [InlineData("order-fixed", "BETA")]
    [InlineData("only", "GAMMA")]
    [InlineData("ignore", "GAMMA")]
    [InlineData("require-parameters", "GAMMA")]
    [InlineData("data-collection", "BETA")]
    [InlineData("zdr", "BETA")]
    [InlineData("distillable", "ALPHA")]
    [InlineData("quantizations", "GAMMA")]
    [InlineData("sort", "ALPHA")]
    [InlineData("sort-object", "ALPHA")]
    [InlineData("max-price", "ALPHA")]
    [InlineData("max-price-all", "ALPHA")]
    [InlineData("preferred-number", "ALPHA")]
    [InlineData("preferred-percentiles", "ALPHA")]
    [InlineData("floor", "ALPHA")]
    [InlineData("nitro", null)]
    [InlineData("exacto", null)]
    [InlineData("thinking", null)]
    [InlineData("extended", null)]
    [InlineData("free", "BETA")]
    [InlineData("latest", "ALPHA")]
    [InlineData("session", null)]
    [InlineData("flex", "ALPHA")]
    [InlineData("priority", "ALPHA")]
    [InlineData("tools", "ALPHA")]
    public void A_preference_or_variant_is_served_by_whom_it_says_at_the_first_attempt(string name, string? provider)
    {
        foreach (var client in OpenRouterWorld.Clients)
        {
            var result = Result(client, name);
            var served = Served(result);
            Assert.Equal(provider ?? served, served);
            Assert.Equal(1, result.GetProperty("route").GetProperty("attempt").GetInt32());
            Assert.Equal(name == "tools" ? "tool" : "stop", Finish(result));
            Assert.Equal(name != "tools", result.GetProperty("text").GetString()!.Length > 0);
        }
    }

    [Fact]
    public void Usage_is_read_by_every_client()
    {
        foreach (var client in OpenRouterWorld.Clients)
        {
            var result = Result(client, "order-fixed");
            Assert.StartsWith("gen-", result.GetProperty("id").GetString(), StringComparison.Ordinal);
            Assert.Equal("or/three", result.GetProperty("model").GetString());
            Assert.Equal("[9,12]", result.GetProperty("tokens").GetRawText());
            Assert.Equal(66e-6m, result.GetProperty("cost").GetDecimal());
        }
    }

    [Theory]
    [InlineData("flex", "flex", 0.0000165)]
    [InlineData("priority", "priority", 0.000066)]
    public void A_tier_is_charged_at_its_own_price(string name, string tier, double cost)
    {
        foreach (var client in OpenRouterWorld.Clients)
        {
            Assert.Equal(cost, Result(client, name).GetProperty("cost").GetDouble(), 1e-12);
            Assert.Equal(tier, Result(client, name).GetProperty("tier").GetString() ?? tier);
        }
    }

    [Fact]
    public void A_fallback_lists_its_attempts_in_order()
    {
        foreach (var client in OpenRouterWorld.Clients)
        {
            var result = Result(client, "order-falls");
            Assert.Equal("BETA", Served(result));
            Assert.Equal("[[\"ALPHA\",500],[\"BETA\",200]]", Route(result, "attempts").GetRawText());
        }
    }

    [Fact]
    public void Tools_are_called()
    {
        foreach (var client in OpenRouterWorld.Clients)
        {
            Assert.Equal("[\"get_weather\"]", Result(client, "tools").GetProperty("tools").GetRawText());
        }
    }

    [Fact]
    public void Another_model_answers_for_one_that_is_down()
    {
        foreach (var client in OpenRouterWorld.Clients)
        {
            var result = Result(client, "models");
            Assert.Equal("or/gratis", result.GetProperty("model").GetString());
            Assert.Equal("fallback", Route(result, "strategy").GetString());
            Assert.Equal("[[\"GAMMA\",500],[\"BETA\",200]]", Route(result, "attempts").GetRawText());
        }
    }

    [Theory]
    [InlineData("auto", "openai/gpt-5.5", "auto")]
    [InlineData("auto-all-options", "openai/gpt-5.5", "auto")]
    [InlineData("free-router", "or/gratis", "free")]
    [InlineData("pareto", "openai/gpt-5.5", "pareto")]
    [InlineData("bodybuilder", "openrouter/bodybuilder", "bodybuilder")]
    [InlineData("fusion", "or/judge", "fusion")]
    [InlineData("latest", "or/three", "latest")]
    public void Routers_and_aliases_say_which_model_answered(string name, string model, string strategy)
    {
        foreach (var client in OpenRouterWorld.Clients)
        {
            var result = Result(client, name);
            Assert.Equal(model, result.GetProperty("model").GetString());
            Assert.Equal(strategy, Route(result, "strategy").GetString());
            Assert.NotEqual("", result.GetProperty("text").GetString());
        }
    }

    [Fact]
    public void A_second_that_was_asked_in_time_answers_for_a_slow_first()
    {
        foreach (var client in OpenRouterWorld.Clients)
        {
            var result = Result(client, "hedge");
            Assert.Equal("BETA", Served(result));
            Assert.Equal("stop", Finish(result));
            Assert.Equal("[[\"ALPHA\",504],[\"BETA\",200]]", Route(result, "attempts").GetRawText());
        }
    }

    [Fact]
    public void An_answer_whose_provider_died_is_gone_on_with()
    {
        foreach (var client in OpenRouterWorld.Clients)
        {
            var result = Result(client, "continue");
            Assert.Equal("He said yes and then some more words that make an answer.", result.GetProperty("text").GetString());
            Assert.Equal("stop", Finish(result));
            Assert.Equal("[[\"DIES\",502],[\"ABLE\",200]]", Route(result, "attempts").GetRawText());
        }
    }

    [Theory]
    [InlineData("not-distillable", 404)]
    [InlineData("max-price-none", 404)]
    [InlineData("nobody", 404)]
    [InlineData("pareto-cheap", 404)]
    [InlineData("online", 400)]
    [InlineData("auto-wrong", 400)]
    [InlineData("unknown-model", 400)]
    [InlineData("poor", 402)]
    [InlineData("unauthorized", 401)]
    [InlineData("limited", 429)]
    [InlineData("failed", 502)]
    [InlineData("no-fallbacks", 502)]
    public void Errors_are_of_the_classes_that_users_know(string name, int status)
    {
        foreach (var client in OpenRouterWorld.Clients)
        {
            var error = Error(client, name);
            Assert.True(status == error.GetProperty("status").GetInt32(), error.GetRawText());
            Assert.Equal(status, error.GetProperty("code").GetInt32());
            Assert.NotEqual("", error.GetProperty("message").GetString());
        }
    }

    [Theory]
    [InlineData("sdk")]
    [InlineData("ai7")]
    [InlineData("ai6")]
    public void A_refusal_tells_programs_what_would_help(string client)
    {
        foreach (var name in new[] { client, client + "-stream" })
        {
            var error = Error(name, "max-price-none");
            var availability = error.GetProperty("availability");
            Assert.False(availability.GetProperty("retryable").GetBoolean());
            Assert.Equal("provider.max_price.completion", availability.GetProperty("constraint").GetProperty("field").GetString());
            Assert.EndsWith("raise provider.max_price.completion to 2", error.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(0, error.GetProperty("route").GetProperty("attempt").GetInt32());
            Assert.Equal("7", Error(name, "limited").GetProperty("retryAfter").GetString());
            Assert.Equal("payment_required", Error(name, "poor").GetProperty("errorType").GetString());
            var tried = Route(Error(name, "no-fallbacks"), "attempts");
            Assert.All(tried.EnumerateArray(), attempt => Assert.Equal("[\"ALPHA\",500]", attempt.GetRawText()));
        }
    }

    [Theory]
    [InlineData("sdk-stream")]
    [InlineData("ai7-stream")]
    [InlineData("ai6-stream")]
    public void A_stream_that_breaks_raises_after_what_arrived(string client)
    {
        var error = Error(client, "breaks");
        Assert.Equal("GAMMA closed the connection before the answer was complete.", error.GetProperty("message").GetString());
        Assert.NotEqual("", error.GetProperty("partial").GetString());
    }

    [Fact]
    public void The_SDK_reads_the_catalogue()
    {
        var models = Result("lists", "models");
        Assert.Contains("or/three", models.GetProperty("ids").EnumerateArray().Select(id => id.GetString()));
        Assert.Contains("~or/three-latest", models.GetProperty("ids").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal("or/three", Result("lists", "model").GetProperty("id").GetString());
        Assert.True(Result("lists", "count").GetProperty("count").GetInt32() >= models.GetProperty("ids").GetArrayLength());
        var endpoints = Result("lists", "endpoints").GetProperty("endpoints");
        Assert.Equal(
            ["alpha/fp8", "beta/bf16", "gamma/int4"], endpoints.EnumerateArray().Select(endpoint => endpoint.GetProperty("tag").GetString()).Order());
        Assert.All(endpoints.EnumerateArray(), endpoint =>
        {
            var choice = endpoint.GetProperty("supportsToolChoice");
            Assert.True(choice.GetProperty("auto").GetBoolean());
            Assert.False(choice.GetProperty("required").GetBoolean());
        });
        var providers = Result("lists", "providers").EnumerateArray().Select(provider => provider.GetProperty("slug").GetString()).ToArray();
        Assert.Contains("gamma", providers);
        Assert.Equal(404, Error("lists", "noModel").GetProperty("status").GetInt32());
    }

    [Fact]
    public void Guardrails_are_made_assigned_changed_and_deleted_by_the_sdk()
    {
        var result = Result("lists", "guardrails");
        var made = result.GetProperty("made");
        Assert.Equal((2.5m, "weekly"), (made.GetProperty("limitUsd").GetDecimal(), made.GetProperty("resetInterval").GetString()));
        Assert.True(made.GetProperty("enforceZdrXai").GetBoolean());
        Assert.Equal("[1,1]", result.GetProperty("counts").GetRawText());
        Assert.Equal(result.GetProperty("hash").GetString(), Assert.Single(result.GetProperty("keys").EnumerateArray()).GetString());
        Assert.Equal(result.GetProperty("id").GetString(), Assert.Single(result.GetProperty("everywhere").EnumerateArray()).GetString());
        Assert.Empty(result.GetProperty("members").EnumerateArray());
        Assert.Equal("Changed", result.GetProperty("changed").GetProperty("description").GetString());
        Assert.Equal(result.GetProperty("changed").GetRawText(), result.GetProperty("read").GetRawText());
        Assert.Equal(result.GetProperty("id").GetString(), Assert.Single(result.GetProperty("listed").EnumerateArray()).GetString());
        Assert.True(result.GetProperty("deleted").GetBoolean());
    }

    [Theory]
    [InlineData("order", "or/three", null)]
    [InlineData("order-falls", "or/falls-sdk", null)]
    [InlineData("hedge", "or/slow-sdk", null)]
    [InlineData("flex", "or/tiers", null)]
    [InlineData("auto", "openai/gpt-5.5", "openrouter/auto")]
    [InlineData("fusion", "or/judge", "openrouter/fusion")]
    [InlineData("bodybuilder", "openrouter/bodybuilder", "openrouter/bodybuilder")]
    public void The_SDK_reads_how_a_generation_came_about(string name, string model, string? router)
    {
        var generation = Result("generations", name);
        Assert.Equal(Result("sdk", name).GetProperty("id").GetString(), generation.GetProperty("id").GetString());
        Assert.Equal(model, generation.GetProperty("model").GetString());
        Assert.Equal(router, generation.GetProperty("router").GetString());
    }

    private static string? Served(JsonElement result)
    {
        var served = Route(result, "served").GetString();
        if (result.TryGetProperty("provider", out var provider))
        {
            Assert.Equal(served, provider.GetString());
        }

        return served;
    }

    private static JsonElement Route(JsonElement result, string name) => result.GetProperty("route").GetProperty(name);

    // One client says "tool_calls", another "tool-calls".
    private static string Finish(JsonElement result) => result.GetProperty("finish").GetString()!.Split('_', '-')[0];

    private JsonElement Result(string client, string name)
    {
        var outcome = fixture.Outcome(client, name);
        Assert.True(outcome.TryGetProperty("result", out var result), $"{client}: {outcome.GetRawText()}");
        return result;
    }

    private JsonElement Error(string client, string name)
    {
        var outcome = fixture.Outcome(client, name);
        Assert.True(outcome.TryGetProperty("error", out var error), $"{client}: {outcome.GetRawText()}");
        return error;
    }
}
