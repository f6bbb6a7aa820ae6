using System.Text.Json;
using System.Text.Json.Nodes;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class AnthropicWorld() : DialectWorld(new DialectFacts
{
    Provider = "claude",
    Protocol = "anthropic",
    Model = "claude-sonnet-4-5",
    Path = "/claude/v1/messages",
    Stop = "end_turn",
    Calls = "tool_use",
    Length = "max_tokens",
    Reasoning = "anthropic-claude-v1",
    TellsReasoning = true,
    Yaml = "auth: x-api-key",
})
{
    protected override IEnumerable<WorldModel> More =>
    [
        Model("test/redacted", "tools=1;reasoning=7;redacted=2"),
        Model("test/caching", "tokens=4;prompt_tokens=1000"),
        Model("test/refusing", "refusal=true"),
        new WorldModel(
            "test/both",
            new WorldEndpoint("claude", "claude-sonnet-4-5", "0.000001", "0.000001"),
            new WorldEndpoint("alpha", "echo-1;tokens=12", "0.000003", "0.000003")),
    ];
}

/// <summary>Anthropic's Messages API.</summary>
public sealed class AnthropicTests(AnthropicWorld fixture) : DialectTests(fixture), IClassFixture<AnthropicWorld>
{
    [Fact]
    public async Task A_limit_is_always_sent_and_the_upstream_id_is_kept()
    {
        var stream = await World.Api.StreamAsync("test/plain", Token);

        Assert.Equal(4096, JsonElement.Parse(World.Simulator.Log.Requests[^1].BodyText).GetProperty("max_tokens").GetInt32());
        var generation = await World.GenerationAsync(stream.GenerationId!, Token);
        Assert.StartsWith("msg_sim_", generation.GetProperty("upstream_id").GetString(), StringComparison.Ordinal);
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
            var assistant = await Conversation.TurnAsync(World, "test/redacted", messages, more, stream, Token);

            // What the provider was sent holds every earlier thought, in its order, and it has checked the signatures.
            var sent = JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!;
            var thoughts = Blocks(sent).Where(block => ((string)block["type"]!).EndsWith("thinking", StringComparison.Ordinal));
            Assert.Equal(earlier.ToJsonString(), new JsonArray([.. thoughts.Select(block => block.DeepClone())]).ToJsonString());
            var details = assistant["reasoning_details"]!.AsArray();
            var redacted = details.Select(detail => (string?)detail!["data"]).Where(data => data is not null).ToList();
            Assert.Equal(2, redacted.Count);
            Assert.All(redacted, data => Assert.StartsWith("RedSim", data, StringComparison.Ordinal));
            earlier.Add(new JsonObject
            {
                ["type"] = "thinking",
                ["thinking"] = string.Concat(details.Select(detail => (string?)detail!["text"])),
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
        var response = await World.Api.PostAsync(
            "/api/v1/chat/completions",
            """{"model":"test/thinker","reasoning":{"effort":"high"},"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look_up","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"r"}],TOOLS}"""
                .Replace("TOOLS", Tools, StringComparison.Ordinal),
            Token);

        Assert.True(response.Status == 200, response.Body);
        Assert.False(JsonElement.Parse(World.Simulator.Log.Requests[^1].BodyText).TryGetProperty("thinking", out _));
    }

    [Fact]
    public async Task Several_answers_are_asked_only_of_who_gives_several()
    {
        var refused = await World.Api.ChatAsync("test/plain", Token, "\"n\":2");
        var other = await World.Api.ChatAsync("test/both", Token, "\"n\":2");
        var one = await World.Api.ChatAsync("test/plain", Token, "\"n\":1");

        Assert.Equal("CLAUDE gives one answer per request: n must be 1.", refused.ErrorMessage);
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

        // 500 × $0.000001 + 500 × $0.000002 + 4 × $0.000002
        Assert.Equal("0.001508", written.Json.GetProperty("usage").GetProperty("cost").GetRawText());
        Assert.Equal(500, written.Json.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cache_write_tokens").GetInt32());
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
    public async Task An_error_in_the_place_of_an_answer_keeps_its_meaning()
    {
        var response = await World.Api.ChatAsync("test/early-error", Token);

        Assert.Equal((503, "provider_overloaded"), (response.Status, response.ErrorCode));
    }

    internal static IEnumerable<string> Thoughts(JsonNode sent) =>
        Blocks(sent).Where(block => (string?)block["type"] == "thinking").Select(block => (string)block["thinking"]!);

    protected override void CheckCredential(LoggedRequest sent)
    {
        Assert.Equal("upstream-secret-claude", sent.Header("x-api-key"));
        Assert.Equal("2023-06-01", sent.Header("anthropic-version"));
        Assert.Null(sent.Header("Authorization"));
    }

    protected override IEnumerable<string> ThoughtsIn(JsonNode sent) => Thoughts(sent);

    private static IEnumerable<JsonNode> Blocks(JsonNode sent) =>
        sent["messages"]!.AsArray().SelectMany(message => message!["content"]!.AsArray())!;
}
