using System.Globalization;
using System.Text.Json.Nodes;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Google's generateContent.</summary>
public sealed class GeminiTests(GeminiWorld fixture) : DialectTests(fixture), IClassFixture<GeminiWorld>
{
    [Fact]
    public async Task The_request_is_Googles()
    {
        var response = await World.Api.ChatAsync("test/thinker", Token, "\"temperature\":0.5,\"max_tokens\":99,\"reasoning\":{\"effort\":\"high\"}");

        Assert.True(response.Status == 200, response.Body);
        var body = JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!;
        Assert.Equal("""[{"role":"user","parts":[{"text":"Hello"}]}]""", body["contents"]!.ToJsonString());
        var config = body["generationConfig"]!;
        Assert.Equal((0.5, 99), ((double)config["temperature"]!, (int)config["maxOutputTokens"]!));
        Assert.Equal("HIGH", (string?)config["thinkingConfig"]!["thinkingLevel"]);
    }

    [Fact]
    public async Task The_upstream_id_is_kept()
    {
        var stream = await World.Api.StreamAsync("test/older", Token);

        var generation = await World.GenerationAsync(stream.GenerationId!, Token);
        Assert.StartsWith("sim-response-", generation.GetProperty("upstream_id").GetString(), StringComparison.Ordinal);
    }

    // The simulator checks that every signature is at the part that it was given with, and that part unchanged.
    [Theory]
    [InlineData("test/caller", "test/thinker", false)]
    [InlineData("test/caller", "test/thinker", true)]
    [InlineData("test/caller-2", "test/thinker-2", true)]
    [InlineData("vertex/caller", "vertex/thinker", false)]
    [InlineData("vertex/caller", "vertex/thinker", true)]
    public async Task Signatures_survive_three_turns_byte_for_byte(string caller, string thinker, bool stream)
    {
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Where, and when?" });
        var more = "\"reasoning\":{\"effort\":\"high\"}," + Tools;
        var signatures = new List<string>();
        for (var turn = 1; turn <= 4; turn++)
        {
            var assistant = await Conversation.TurnAsync(World, turn is 1 or 2 ? caller : thinker, messages, more, stream, Token);
            var sent = JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!;
            Assert.Equal(signatures, SignaturesIn(sent));
            signatures.Add(assistant["reasoning_details"]!.AsArray().Select(detail => (string?)detail!["data"]).Single(data => data is not null)!);
            messages.Add(assistant);
            var calls = assistant["tool_calls"]?.AsArray() ?? [];
            Assert.Equal(turn <= 2 ? 2 : 0, calls.Count);
            foreach (var call in calls.Reverse())
            {
                messages.Add(new JsonObject
                {
                    ["role"] = "tool",
                    ["tool_call_id"] = (string)call!["id"]!,
                    ["content"] = string.Create(CultureInfo.InvariantCulture, $"Result {turn}"),
                });
            }

            if (calls.Count == 0)
            {
                messages.Add(new JsonObject { ["role"] = "user", ["content"] = "And then?" });
            }
        }

        Assert.Equal(4, signatures.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_signature_that_was_changed_is_refused_by_the_provider()
    {
        var response = await World.Api.PostAsync(
            "/api/v1/chat/completions",
            """{"model":"test/thinker","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_details":[{"type":"reasoning.encrypted","id":"text:0-1","data":"U2lt","format":"google-gemini-v1","index":0}]},{"role":"user","content":"c"}]}""",
            Token);

        Assert.Equal((400, "provider_rejected"), (response.Status, response.ErrorCode));
        Assert.Contains("Thought signature is not valid.", response.ErrorMessage, StringComparison.Ordinal);
    }

    // This model cannot follow a schema while it may call functions: one of the functions is the answer.
    [Fact]
    public async Task A_schema_beside_tools_is_a_function_on_older_models()
    {
        const string Schema = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}";

        var response = await World.Api.ChatAsync("test/older", Token, Schema + "," + Tools);

        Assert.Equal(200, response.Status);
        var sent = JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!;
        Assert.Equal("ANY", (string?)sent["toolConfig"]!["functionCallingConfig"]!["mode"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cached_tokens_and_thoughts_are_priced(bool stream)
    {
        var usage = stream
            ? Assert.Single((await World.Api.StreamAsync("test/thought-of", Token)).Usages)
            : (await World.Api.ChatAsync("test/thought-of", Token)).Json.GetProperty("usage");

        // 400 × $0.000001 + 600 × $0.0000001 + (4 + 3) × $0.000002
        Assert.Equal("0.000474", usage.GetProperty("cost").GetRawText());
        Assert.Equal((1000, 7), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
        Assert.Equal(600, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(3, usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
    }

    [Theory]
    [InlineData("test/unsafe", "SAFETY")]
    [InlineData("test/blocked", "PROHIBITED_CONTENT")]
    public async Task What_the_provider_filters_is_a_content_filter(string model, string native)
    {
        var whole = await World.Api.ChatAsync(model, Token);
        var stream = await World.Api.StreamAsync(model, Token);

        var choice = whole.Json.GetProperty("choices")[0];
        Assert.Equal("content_filter", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(native, choice.GetProperty("native_finish_reason").GetString());
        Assert.True(stream.EndsWithDone, stream.Raw);
        Assert.Contains("\"finish_reason\":\"content_filter\"", stream.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rate_limit_says_in_its_body_how_long_to_wait()
    {
        var response = await World.Api.ChatAsync("test/quota", Token);

        Assert.Equal((429, "provider_rate_limited"), (response.Status, response.ErrorCode));
        Assert.Equal("8", response.Header("Retry-After"));
    }

    [Fact]
    public async Task An_error_in_the_place_of_an_answer_keeps_its_meaning()
    {
        var response = await World.Api.ChatAsync("test/early-error", Token);

        Assert.Equal((503, "provider_overloaded"), (response.Status, response.ErrorCode));
    }

    // The cost is by hand: prompt × $0.000001 + (candidates + thoughts) × $0.000002.
    [Theory]
    [InlineData("recorded/reasoning", true, "stop", 9, 29 + 256, "0.000579")]
    [InlineData("recorded/reasoning", false, "stop", 9, 29 + 282, "0.000631")]
    [InlineData("recorded/reasoning-3", true, "stop", 9, 23 + 302, "0.000659")]
    [InlineData("recorded/reasoning-3", false, "stop", 9, 29 + 258, "0.000583")]
    [InlineData("recorded/call-3", true, "tool_calls", 29, 15 + 804, "0.001667")]
    [InlineData("recorded/call-3", false, "tool_calls", 29, 15 + 1801, "0.003661")]
    [InlineData("recorded/pieces", true, "tool_calls", 26, 23 + 132, "0.000336")]
    [InlineData("recorded/no-arguments", true, "tool_calls", 249, 58 + 183, "0.000731")]
    public async Task A_recorded_answer_is_counted_and_priced(string model, bool isStream, string finish, int prompt, int completion, string cost) =>
        Assert.Contains(
            "\"type\":\"reasoning.encrypted\"",
            await CheckRecordedAsync(model, isStream, finish, prompt, completion, cost),
            StringComparison.Ordinal);

    protected override void CheckCredential(LoggedRequest sent)
    {
        Assert.Equal("upstream-secret-gemini", sent.Header("x-goog-api-key"));
        Assert.Null(sent.Header("Authorization"));
    }

    private static IEnumerable<string> SignaturesIn(JsonNode body) =>
        from content in body["contents"]!.AsArray()
        from part in content!["parts"]!.AsArray()
        where part!["thoughtSignature"] is not null
        select (string)part!["thoughtSignature"]!;
}
