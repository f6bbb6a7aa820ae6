using System.Text.Json.Nodes;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class QuirkWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions
        {
            Models =
            [
                new WorldModel("test/plain", new WorldEndpoint("plain", "plain-1")),
                new WorldModel("test/narrow", new WorldEndpoint("narrow", "narrow-1"))
                {
                    Yaml = "supported_parameters: [max_tokens, temperature, tools, tool_choice, reasoning]",
                },
                new WorldModel("test/thinker", new WorldEndpoint("thinker", "thinker-1;reasoning=6")),
            ],
            ProviderYaml = new Dictionary<string, string>
            {
                ["narrow"] = "quirks: [no_developer_role, no_store_param, no_strict_tools, single_system_message, tool_call_ids_9_alnum, "
                    + "tool_result_needs_name, thinking_format=zai, max_temperature=1, max_tokens_field=max_tokens]",
                ["thinker"] = "quirks: [replay_reasoning_content_with_tool_calls]",
            },
        },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();
}

public sealed class QuirkTests(QuirkWorld fixture) : IClassFixture<QuirkWorld>
{
    private const string History =
        """{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Weather?","cache_control":{"type":"ephemeral"}}]},{"role":"assistant","content":null,"reasoning":"Look it up.","reasoning_details":[{"type":"reasoning.text","text":"Look it up.","index":0}],"tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"sunny"},{"role":"developer","content":"In English."},{"role":"user","content":"And?"}""";

    private const string Members =
        """ "max_completion_tokens":50,"temperature":1.5,"top_k":3,"seed":7,"store":false,"reasoning":{"effort":"high"},"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object"},"strict":true}}] """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_gets_only_what_it_takes_and_the_caller_is_told_what_it_does_not(bool stream)
    {
        var headers = await AskAsync("test/narrow", stream);

        var sent = JsonNode.Parse(LastTo("narrow").BodyText)!;
        var messages = sent["messages"]!.AsArray();
        Assert.Equal(["system", "user", "assistant", "tool", "user"], messages.Select(message => (string)message!["role"]!));
        Assert.Equal("Be brief.\n\nIn English.", (string?)messages[0]!["content"]);
        Assert.Equal("Weather?", (string?)messages[1]!["content"]);
        Assert.Equal(["role", "content", "tool_calls"], messages[2]!.AsObject().Select(member => member.Key));
        Assert.Equal((string?)messages[2]!["tool_calls"]![0]!["id"], (string?)messages[3]!["tool_call_id"]);
        Assert.Equal("weather", (string?)messages[3]!["name"]);
        Assert.Null(sent["tools"]![0]!["function"]!["strict"]);
        Assert.Equal(1, (int)sent["temperature"]!);
        Assert.Equal(50, (int)sent["max_tokens"]!);
        Assert.Equal("enabled", (string?)sent["thinking"]!["type"]);
        Assert.DoesNotContain(sent.AsObject(), member => member.Key is "top_k" or "seed" or "store" or "reasoning" or "max_completion_tokens");
        Assert.Equal("top_k,seed", headers("X-Patchbay-Dropped-Parameters"));
    }

    [Fact]
    public async Task A_provider_without_quirks_gets_the_callers_own_members()
    {
        var headers = await AskAsync("test/plain", stream: false);

        var sent = JsonNode.Parse(LastTo("plain").BodyText)!;
        Assert.Equal(6, sent["messages"]!.AsArray().Count);
        Assert.Equal("call_1", (string?)sent["messages"]![3]!["tool_call_id"]);
        Assert.DoesNotContain("reasoning_details", LastTo("plain").BodyText, StringComparison.Ordinal);
        Assert.DoesNotContain("cache_control", LastTo("plain").BodyText, StringComparison.Ordinal);
        Assert.True((bool)sent["tools"]![0]!["function"]!["strict"]!);
        Assert.Equal(1.5, (double)sent["temperature"]!);
        Assert.Equal("high", (string?)sent["reasoning_effort"]);
        Assert.Null(headers("X-Patchbay-Dropped-Parameters"));
    }

    [Fact]
    public async Task Reasoning_goes_back_to_a_provider_that_wants_it()
    {
        await AskAsync("test/thinker", stream: true);

        var assistant = JsonNode.Parse(LastTo("thinker").BodyText)!["messages"]![2]!;
        Assert.Equal("Look it up.", (string?)assistant["reasoning_content"]);
        Assert.Null(assistant["reasoning"]);
    }

    [Fact]
    public async Task Reasoning_that_is_not_wanted_is_charged_and_not_shown()
    {
        var shown = await World.Api.StreamAsync("test/thinker", Token);
        Assert.Contains(shown.Events, e => !e.IsDone && Reasoning(e) is { Length: > 0 });

        var hidden = await World.Api.StreamAsync("test/thinker", Token, "\"reasoning\":{\"exclude\":true}");
        Assert.True(hidden.EndsWithDone);
        Assert.NotEqual("", hidden.Text);
        Assert.DoesNotContain(hidden.Events, e => !e.IsDone && Reasoning(e) is { Length: > 0 });
        Assert.DoesNotContain(hidden.Events, e => e.Data.Contains("reasoning_content", StringComparison.Ordinal));
        Assert.Equal(6, Assert.Single(hidden.Usages).GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
    }

    private static string? Reasoning(StreamEvent e) =>
        e.Json.GetProperty("choices") is { } choices && choices.GetArrayLength() > 0
            && choices[0].GetProperty("delta").TryGetProperty("reasoning", out var text) ? text.GetString() : null;

    private async Task<Func<string, string?>> AskAsync(string model, bool stream)
    {
        var body = $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{{History}}],{{Members}}}""";
        var response = await World.Api.PostAsync("/api/v1/chat/completions", body, Token);
        Assert.True(response.Status == 200, response.Body);
        return response.Header;
    }

    private LoggedRequest LastTo(string provider) =>
        World.Simulator.Log.Requests.Last(request => request.Provider == provider);
}
