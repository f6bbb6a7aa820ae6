using System.Text.Json;
using System.Text.Json.Nodes;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class AnthropicWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions
        {
            Models =
            [
                Model("test/plain", "claude-sonnet-4-5;tokens=12;prompt_tokens=100"),
                Model("test/thinker", "claude-sonnet-4-5;tokens=6;reasoning=5;prompt_tokens=100"),
                Model("test/caller", "claude-sonnet-4-5;tools=1;reasoning=7;redacted=2"),
                Model("test/caching", "claude-sonnet-4-5;tokens=4;prompt_tokens=1000"),
                Model("test/cached", "claude-sonnet-4-5;tokens=4;prompt_tokens=1000;cached=600"),
                Model("test/refusing", "claude-sonnet-4-5;refusal=true"),
                Model("test/cut", "claude-sonnet-4-5;tokens=40;fault=cut;after=8"),
                Model("test/cut-clean", "claude-sonnet-4-5;tokens=40;fault=cut-clean;after=8"),
                Model("test/broken", "claude-sonnet-4-5;tokens=40;fault=error-mid-stream;after=8;error_type=overloaded_error"),
                Model("test/whole", "claude-sonnet-4-5;tokens=12;fault=json-on-stream"),
                Model("test/invalid", "claude-sonnet-4-5;status=400;message=max_tokens%3A too large"),
                new WorldModel(
                    "test/failover",
                    new WorldEndpoint("claude", "claude-sonnet-4-5;status=529", "0.000001", "0.000001"),
                    new WorldEndpoint("alpha", "echo-1;tokens=12", "0.000003", "0.000003")),
                new WorldModel(
                    "test/both",
                    new WorldEndpoint("claude", "claude-sonnet-4-5", "0.000001", "0.000001"),
                    new WorldEndpoint("alpha", "echo-1;tokens=12", "0.000003", "0.000003")),
                Model("test/early-error", "claude-sonnet-4-5;fault=error-in200;error_type=overloaded_error"),
            ],
            Protocols = new Dictionary<string, string> { ["claude"] = "anthropic" },
            ProviderYaml = new Dictionary<string, string> { ["claude"] = "auth: x-api-key" },
        },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();

    private static WorldModel Model(string slug, string upstream) => new(slug, new WorldEndpoint("claude", upstream)
    {
        MorePrices = "cache_read: \"0.0000001\", cache_write: \"0.00000125\", cache_write_1h: \"0.000002\"",
    });
}

/// <summary>Chat callers in front of a provider that speaks Anthropic's Messages API.</summary>
public sealed class AnthropicTests(AnthropicWorld fixture) : IClassFixture<AnthropicWorld>
{
    private const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look_up\",\"parameters\":{\"type\":\"object\",\"properties\":{\"place\":{\"type\":\"string\"}},\"required\":[\"place\"]}}}]";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task A_whole_answer_is_a_chat_completion_with_usage_and_cost()
    {
        World.Simulator.Reset();

        var response = await World.Api.ChatAsync("test/plain", Token);

        Assert.True(response.Status == 200, response.Body);
        var answer = response.Json;
        Assert.StartsWith("gen-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("CLAUDE", answer.GetProperty("provider").GetString());
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("end_turn", choice.GetProperty("native_finish_reason").GetString());
        Assert.NotEqual("", choice.GetProperty("message").GetProperty("content").GetString());
        var usage = answer.GetProperty("usage");
        Assert.Equal((100, 12), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));

        // 100 × $0.000001 + 12 × $0.000002
        Assert.Equal("0.000124", usage.GetProperty("cost").GetRawText());
        var sent = Assert.Single(World.Simulator.Log.Requests);
        Assert.Equal("/claude/v1/messages", sent.Path);
        Assert.Equal("upstream-secret-claude", sent.Header("x-api-key"));
        Assert.Equal("2023-06-01", sent.Header("anthropic-version"));
        Assert.Null(sent.Header("Authorization"));
        Assert.Equal(4096, JsonElement.Parse(sent.BodyText).GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task A_stream_is_a_chat_stream()
    {
        var whole = await World.Api.ChatAsync("test/plain", Token);
        var stream = await World.Api.StreamAsync("test/plain", Token);

        Assert.Equal(200, stream.Status);
        Assert.True(stream.EndsWithDone);
        Assert.Equal(whole.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), stream.Text);
        Assert.Equal("0.000124", Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
        Assert.All(stream.Events.SkipLast(1), e => Assert.Equal(stream.GenerationId, e.Json.GetProperty("id").GetString()));
        var generation = await World.GenerationAsync(stream.GenerationId!, Token);
        Assert.Equal("end_turn", generation.GetProperty("native_finish_reason").GetString());
        Assert.Equal("0.000124", generation.GetProperty("total_cost").GetRawText());
        Assert.StartsWith("msg_sim_", generation.GetProperty("upstream_id").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_streaming_caller_gets_a_stream_from_a_provider_that_answers_whole()
    {
        var stream = await World.Api.StreamAsync("test/whole", Token);

        Assert.True(stream.EndsWithDone);
        Assert.NotEqual("", stream.Text);
        Assert.Equal(12, Assert.Single(stream.Usages).GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Thoughts_are_shown_only_to_who_wants_them()
    {
        var shown = await World.Api.ChatAsync("test/thinker", Token, "\"reasoning\":{\"effort\":\"high\"}");
        var hidden = await World.Api.ChatAsync("test/thinker", Token, "\"reasoning\":{\"effort\":\"high\",\"exclude\":true}");

        var message = shown.Json.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(5, shown.Json.GetProperty("usage").GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
        var detail = message.GetProperty("reasoning_details")[0];
        Assert.Equal("anthropic-claude-v1", detail.GetProperty("format").GetString());
        Assert.Equal(message.GetProperty("reasoning").GetString(), detail.GetProperty("text").GetString());
        Assert.False(hidden.Json.GetProperty("choices")[0].GetProperty("message").TryGetProperty("reasoning", out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signed_thoughts_survive_three_turns_of_calls_byte_for_byte(bool stream)
    {
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Where?" });
        var more = "\"reasoning\":{\"effort\":\"high\"},\"tool_choice\":\"auto\"," + Tools;
        var earlier = new JsonArray();
        for (var turn = 1; turn <= 3; turn++)
        {
            World.Simulator.Reset();
            var assistant = await TurnAsync("test/caller", messages, more, stream);

            // What the provider was sent holds every earlier thought, in its order, and it has checked the signatures.
            var sent = JsonNode.Parse(Assert.Single(World.Simulator.Log.Requests).BodyText)!;
            var thoughts = sent["messages"]!.AsArray().SelectMany(message => message!["content"]!.AsArray())
                .Where(block => ((string)block!["type"]!).EndsWith("thinking", StringComparison.Ordinal));
            Assert.Equal(earlier.ToJsonString(), new JsonArray([.. thoughts.Select(block => block!.DeepClone())]).ToJsonString());
            var details = assistant["reasoning_details"]!.AsArray();
            var thought = string.Concat(details.Select(detail => (string?)detail!["text"]));
            var redacted = details.Select(detail => (string?)detail!["data"]).Where(data => data is not null).ToList();
            Assert.StartsWith("\"Hm\\\":\n\tétude, 東京 🙂 </b> &amp; \u2028", thought, StringComparison.Ordinal);
            Assert.Equal(2, redacted.Count);
            Assert.All(redacted, data => Assert.StartsWith("RedSim", data, StringComparison.Ordinal));
            earlier.Add(new JsonObject
            {
                ["type"] = "thinking",
                ["thinking"] = thought,
                ["signature"] = string.Concat(details.Select(detail => (string?)detail!["signature"])),
            });
            redacted.ForEach(data => earlier.Add(new JsonObject { ["type"] = "redacted_thinking", ["data"] = data }));
            messages.Add(assistant);
            messages.Add(new JsonObject
            {
                ["role"] = "tool",
                ["tool_call_id"] = (string)assistant["tool_calls"]![0]!["id"]!,
                ["content"] = $"Result {turn}",
            });
        }

        Assert.Equal(9, earlier.Count);
    }

    // Callers that know nothing of reasoning_details.
    [Fact]
    public async Task Calls_whose_thoughts_were_not_sent_back_are_gone_on_from_without_thinking()
    {
        World.Simulator.Reset();

        var response = await World.Api.PostAsync(
            "/api/v1/chat/completions",
            """{"model":"test/thinker","reasoning":{"effort":"high"},"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look_up","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"r"}],TOOLS}"""
                .Replace("TOOLS", Tools, StringComparison.Ordinal),
            Token);

        Assert.True(response.Status == 200, response.Body);
        Assert.False(JsonElement.Parse(Assert.Single(World.Simulator.Log.Requests).BodyText).TryGetProperty("thinking", out _));
    }

    [Fact]
    public async Task Several_answers_are_asked_only_of_who_gives_several()
    {
        var refused = await World.Api.ChatAsync("test/plain", Token, "\"n\":2");
        var other = await World.Api.ChatAsync("test/both", Token, "\"n\":2");
        var one = await World.Api.ChatAsync("test/plain", Token, "\"n\":1");

        Assert.Equal((400, "provider_rejected"), (refused.Status, refused.ErrorCode));
        Assert.Equal("CLAUDE gives one answer per request: n must be 1.", refused.ErrorMessage);
        Assert.Equal("n", refused.Json.GetProperty("error").GetProperty("param").GetString());
        Assert.Equal(2, other.Json.GetProperty("choices").GetArrayLength());
        Assert.Equal(200, one.Status);
    }

    [Theory]
    [InlineData("""{"type":"reasoning.text","text":"changed","signature":"Simx","format":"anthropic-claude-v1","index":0}""", "signature")]
    [InlineData("""{"type":"reasoning.encrypted","data":"RedSimx","format":"anthropic-claude-v1","index":0}""", "data")]
    public async Task A_thought_that_was_changed_is_refused_by_the_provider(string detail, string named)
    {
        var response = await World.Api.PostAsync(
            "/api/v1/chat/completions",
            $$"""{"model":"test/thinker","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_details":[{{detail}}]},{"role":"user","content":"c"}]}""",
            Token);

        Assert.Equal((400, "provider_rejected"), (response.Status, response.ErrorCode));
        Assert.Contains($"Invalid `{named}`", response.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cache_marks_are_passed_on_and_cache_counts_are_priced()
    {
        const string Marked = """{"model":"MODEL","messages":[{"role":"system","content":[{"type":"text","text":"Long","cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"role":"user","content":"Hello"}]}""";

        var written = await World.Api.PostAsync("/api/v1/chat/completions", Marked.Replace("MODEL", "test/caching", StringComparison.Ordinal), Token);
        var read = await World.Api.PostAsync("/api/v1/chat/completions", Marked.Replace("MODEL", "test/cached", StringComparison.Ordinal), Token);

        // 500 × $0.000001 + 500 × $0.000002 + 4 × $0.000002
        Assert.Equal("0.001508", written.Json.GetProperty("usage").GetProperty("cost").GetRawText());
        Assert.Equal(500, written.Json.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cache_write_tokens").GetInt32());

        // 400 × $0.000001 + 600 × $0.0000001 + 4 × $0.000002
        Assert.Equal("0.000468", read.Json.GetProperty("usage").GetProperty("cost").GetRawText());
        Assert.Equal(600, read.Json.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
    }

    [Fact]
    public async Task A_refusal_is_a_content_filter()
    {
        var response = await World.Api.ChatAsync("test/refusing", Token);

        var choice = response.Json.GetProperty("choices")[0];
        Assert.Equal("content_filter", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("refusal", choice.GetProperty("native_finish_reason").GetString());
        Assert.Equal("I cannot help with that.", choice.GetProperty("message").GetProperty("refusal").GetString());
    }

    [Fact]
    public async Task A_structured_answer_is_the_content()
    {
        const string Format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"],\"additionalProperties\":false}}}";

        var native = await World.Api.ChatAsync("test/plain", Token, Format);
        var emulated = await World.Api.StreamAsync("test/plain", Token, "\"response_format\":{\"type\":\"json_object\"}");

        Assert.True(JsonElement.Parse(native.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!).TryGetProperty("city", out _));
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(emulated.Text).ValueKind);
        Assert.DoesNotContain("tool_calls", emulated.Raw, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("test/cut", "provider_disconnected")]
    [InlineData("test/cut-clean", "provider_disconnected")]
    [InlineData("test/broken", "provider_overloaded")]
    public async Task A_stream_that_breaks_ends_with_an_error_and_costs_nothing(string model, string code)
    {
        var stream = await World.Api.StreamAsync(model, Token);

        Assert.NotEqual("", stream.Text);
        Assert.Equal(code, stream.ErrorCode);
        Assert.Empty(stream.Usages);
        var generation = await World.GenerationAsync(stream.GenerationId!, Token);
        Assert.Equal(0, generation.GetProperty("total_cost").GetDecimal());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_overloaded_provider_is_replaced_by_one_of_another_dialect(bool stream)
    {
        if (stream)
        {
            var events = await World.Api.StreamAsync("test/failover", Token);
            Assert.True(events.EndsWithDone);
            Assert.Equal("ALPHA", events.Events[0].Json.GetProperty("provider").GetString());
        }
        else
        {
            var response = await World.Api.ChatAsync("test/failover", Token);
            Assert.Equal("ALPHA", response.Json.GetProperty("provider").GetString());
        }
    }

    [Theory]
    [InlineData("test/early-error", 503, "provider_overloaded")]
    [InlineData("test/invalid", 400, "provider_rejected")]
    public async Task Errors_keep_their_meaning(string model, int status, string code)
    {
        var whole = await World.Api.ChatAsync(model, Token);
        var stream = await World.Api.StreamAsync(model, Token);

        Assert.Equal((status, code), (whole.Status, whole.ErrorCode));
        Assert.Equal(status, stream.Status);
    }

    // One turn, given back as a caller would send it: streamed fragments stay fragments.
    private async Task<JsonNode> TurnAsync(string model, JsonArray messages, string more, bool stream)
    {
        var body = $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":{{messages.ToJsonString()}},{{more}} }""";
        var response = await World.Api.PostAsync("/api/v1/chat/completions", body, Token);
        Assert.True(response.Status == 200, response.Body);
        if (!stream)
        {
            return JsonNode.Parse(response.Body)!["choices"]![0]!["message"]!.DeepClone();
        }

        var details = new JsonArray();
        var id = "";
        var name = "";
        var arguments = "";
        foreach (var line in response.Body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            var delta = JsonNode.Parse(line[6..])!["choices"]?.AsArray().FirstOrDefault()?["delta"];
            foreach (var detail in delta?["reasoning_details"]?.AsArray() ?? [])
            {
                details.Add(detail!.DeepClone());
            }

            var call = delta?["tool_calls"]?[0];
            id += (string?)call?["id"];
            name += (string?)call?["function"]?["name"];
            arguments += (string?)call?["function"]?["arguments"];
        }

        return new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = null,
            ["reasoning_details"] = details,
            ["tool_calls"] = new JsonArray(new JsonObject
            {
                ["id"] = id,
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = name, ["arguments"] = arguments },
            }),
        };
    }
}
