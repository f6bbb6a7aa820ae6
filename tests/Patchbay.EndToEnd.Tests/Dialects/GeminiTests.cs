using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Chat callers in front of a provider that speaks Google's generateContent.</summary>
public sealed class GeminiTests(GeminiWorld fixture) : IClassFixture<GeminiWorld>
{
    private const string Opening = "\"Hm\\\":\n\tétude, 東京 🙂 </b> &amp; \u2028";

    private const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look_up\",\"parameters\":{\"type\":\"object\",\"properties\":{\"place\":{\"type\":\"string\"}},\"required\":[\"place\"]}}},{\"type\":\"function\",\"function\":{\"name\":\"now\"}}]";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task A_whole_answer_is_a_chat_completion_with_usage_and_cost()
    {
        var response = await World.Api.ChatAsync("test/plain", Token, "\"temperature\":0.5,\"max_tokens\":99");

        Assert.True(response.Status == 200, response.Body);
        var answer = response.Json;
        Assert.Equal("GEMINI", answer.GetProperty("provider").GetString());
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("STOP", choice.GetProperty("native_finish_reason").GetString());
        Assert.NotEqual("", choice.GetProperty("message").GetProperty("content").GetString());
        var usage = answer.GetProperty("usage");
        Assert.Equal((100, 12), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));

        // 100 × $0.000001 + 12 × $0.000002
        Assert.Equal("0.000124", usage.GetProperty("cost").GetRawText());
        var sent = World.Simulator.Log.Requests[^1];
        Assert.Equal("/gemini/v1/models/gemini-2.5-flash;tokens=12;prompt_tokens=100:generateContent", sent.Path);
        Assert.Equal("upstream-secret-gemini", sent.Header("x-goog-api-key"));
        Assert.Null(sent.Header("Authorization"));
        var body = JsonNode.Parse(sent.BodyText)!;
        Assert.Equal("""[{"role":"user","parts":[{"text":"Hello"}]}]""", body["contents"]!.ToJsonString());
        Assert.Equal((0.5, 99), ((double)body["generationConfig"]!["temperature"]!, (int)body["generationConfig"]!["maxOutputTokens"]!));
    }

    [Fact]
    public async Task A_stream_is_a_chat_stream()
    {
        var whole = await World.Api.ChatAsync("test/plain", Token);
        var stream = await World.Api.StreamAsync("test/plain", Token);

        Assert.Equal(200, stream.Status);
        Assert.True(stream.EndsWithDone, stream.Raw);
        Assert.Equal(whole.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), stream.Text);
        Assert.Equal("0.000124", Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
        Assert.All(stream.Events.SkipLast(1), e => Assert.Equal(stream.GenerationId, e.Json.GetProperty("id").GetString()));
        var generation = await World.GenerationAsync(stream.GenerationId!, Token);
        Assert.Equal("STOP", generation.GetProperty("native_finish_reason").GetString());
        Assert.Equal("0.000124", generation.GetProperty("total_cost").GetRawText());
        Assert.StartsWith("sim-response-", generation.GetProperty("upstream_id").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_streaming_caller_gets_a_stream_from_a_provider_that_answers_whole()
    {
        var stream = await World.Api.StreamAsync("test/whole", Token);

        Assert.True(stream.EndsWithDone, stream.Raw);
        Assert.NotEqual("", stream.Text);
        Assert.Equal(12, Assert.Single(stream.Usages).GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Thoughts_are_shown_only_to_who_wants_them()
    {
        var shown = await World.Api.ChatAsync("test/thinker", Token, "\"reasoning\":{\"effort\":\"high\"}");
        var sent = JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!;
        var hidden = await World.Api.ChatAsync("test/thinker", Token, "\"reasoning\":{\"effort\":\"high\",\"exclude\":true}");

        Assert.Equal("HIGH", (string?)sent["generationConfig"]!["thinkingConfig"]!["thinkingLevel"]);
        var usage = shown.Json.GetProperty("usage");
        Assert.Equal(11, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(5, usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
        var message = shown.Json.GetProperty("choices")[0].GetProperty("message");
        Assert.StartsWith(Opening, message.GetProperty("reasoning").GetString(), StringComparison.Ordinal);
        Assert.All(message.GetProperty("reasoning_details").EnumerateArray(), detail => Assert.Equal("google-gemini-v1", detail.GetProperty("format").GetString()));
        Assert.False(hidden.Json.GetProperty("choices")[0].GetProperty("message").TryGetProperty("reasoning", out _));
        Assert.False(hidden.Json.GetProperty("choices")[0].GetProperty("message").TryGetProperty("reasoning_details", out _));
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
            var assistant = await TurnAsync(turn is 1 or 2 ? caller : thinker, messages, more, stream);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Parallel_calls_have_their_own_ids_and_whole_arguments(bool stream)
    {
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Where?" });
        var assistant = await TurnAsync("test/caller-2", messages, Tools, stream);

        var calls = assistant["tool_calls"]!.AsArray();
        Assert.Equal(["look_up", "now"], calls.Select(call => (string?)call!["function"]!["name"]));
        Assert.Equal(2, calls.Select(call => (string?)call!["id"]).Distinct().Count());
        Assert.NotNull(JsonNode.Parse((string)calls[0]!["function"]!["arguments"]!)!["place"]);
        Assert.IsType<JsonObject>(JsonNode.Parse((string)calls[1]!["function"]!["arguments"]!));
    }

    [Fact]
    public async Task A_call_can_be_demanded()
    {
        var response = await World.Api.ChatAsync("test/plain", Token, Tools + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"now\"}}");

        var choice = response.Json.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("now", choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_structured_answer_is_the_content()
    {
        const string Schema = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"],\"additionalProperties\":false}}}";

        var native = await World.Api.ChatAsync("test/plain", Token, Schema);
        var free = await World.Api.StreamAsync("test/plain", Token, "\"response_format\":{\"type\":\"json_object\"}");
        var emulated = await World.Api.ChatAsync("test/plain", Token, Schema + "," + Tools);

        Assert.True(JsonElement.Parse(Content(native)).TryGetProperty("city", out _));
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(free.Text).ValueKind);

        // This model cannot follow a schema while it may call functions: one of the functions is the answer.
        Assert.Equal("ANY", (string?)JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!["toolConfig"]!["functionCallingConfig"]!["mode"]);
        Assert.Equal(200, emulated.Status);
    }

    [Fact]
    public async Task A_picture_goes_along()
    {
        const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
        var response = await World.Api.PostAsync(
            "/api/v1/chat/completions",
            """{"model":"test/plain","messages":[{"role":"user","content":[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,PNG"}}]}]}""".Replace("PNG", Png, StringComparison.Ordinal),
            Token);

        Assert.True(response.Status == 200, response.Body);
        var media = JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!["contents"]![0]!["parts"]![1]!["inlineData"]!;
        Assert.Equal(("image/png", Png), ((string?)media["mimeType"], (string?)media["data"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cached_tokens_and_thoughts_are_priced(bool stream)
    {
        var usage = stream
            ? Assert.Single((await World.Api.StreamAsync("test/cached", Token)).Usages)
            : (await World.Api.ChatAsync("test/cached", Token)).Json.GetProperty("usage");

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
    public async Task A_rate_limit_says_how_long_to_wait()
    {
        var response = await World.Api.ChatAsync("test/limited", Token);

        Assert.Equal((429, "provider_rate_limited"), (response.Status, response.ErrorCode));
        Assert.Equal("8", response.Header("Retry-After"));
    }

    [Theory]
    [InlineData("test/cut", "provider_disconnected")]
    [InlineData("test/cut-clean", "provider_disconnected")]
    [InlineData("test/rst", "provider_disconnected")]
    [InlineData("test/garbled", "provider_malformed")]
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
        var provider = stream
            ? (await World.Api.StreamAsync("test/failover", Token)).Events[0].Json.GetProperty("provider")
            : (await World.Api.ChatAsync("test/failover", Token)).Json.GetProperty("provider");

        Assert.Equal("ALPHA", provider.GetString());
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
    public async Task A_recorded_answer_is_counted_and_priced(string model, bool isStream, string finish, int prompt, int completion, string cost)
    {
        Repository.SkipUnless(Repository.Wire is not null, "The recordings are needed.");
        var stream = isStream ? await World.Api.StreamAsync(model, Token) : null;
        var whole = isStream ? null : await World.Api.ChatAsync(model, Token);

        var raw = stream?.Raw ?? whole!.Body;
        Assert.True(stream?.EndsWithDone ?? whole!.Status == 200, raw);
        Assert.Contains($"\"finish_reason\":\"{finish}\"", raw, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"reasoning.encrypted\"", raw, StringComparison.Ordinal);
        var usage = stream is not null ? Assert.Single(stream.Usages) : whole!.Json.GetProperty("usage");
        Assert.Equal((prompt, completion), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
        Assert.Equal(cost, usage.GetProperty("cost").GetRawText());
    }

    private static string Content(ApiResponse response) =>
        response.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;

    private static IEnumerable<string> SignaturesIn(JsonNode body) =>
        from content in body["contents"]!.AsArray()
        from part in content!["parts"]!.AsArray()
        where part!["thoughtSignature"] is not null
        select (string)part!["thoughtSignature"]!;

    // One turn, given back as a caller would send it: streamed fragments of reasoning stay fragments.
    private async Task<JsonNode> TurnAsync(string model, JsonArray messages, string more, bool stream)
    {
        var body = $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":{{messages.ToJsonString()}},{{more}} }""";
        var response = await World.Api.PostAsync("/api/v1/chat/completions", body, Token);
        Assert.True(response.Status == 200, response.Body);
        if (!stream)
        {
            return JsonNode.Parse(response.Body)!["choices"]![0]!["message"]!.DeepClone();
        }

        var message = new JsonObject { ["role"] = "assistant" };
        var text = "";
        var details = new JsonArray();
        var calls = new JsonArray();
        foreach (var line in response.Body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            var delta = JsonNode.Parse(line[6..])!["choices"]?.AsArray().FirstOrDefault()?["delta"];
            text += (string?)delta?["content"];
            foreach (var detail in delta?["reasoning_details"]?.AsArray() ?? [])
            {
                details.Add(detail!.DeepClone());
            }

            foreach (var call in delta?["tool_calls"]?.AsArray() ?? [])
            {
                if ((int)call!["index"]! == calls.Count)
                {
                    calls.Add(call.DeepClone());
                }
                else
                {
                    var function = calls[(int)call["index"]!]!["function"]!;
                    function["arguments"] = (string?)function["arguments"] + (string?)call["function"]!["arguments"];
                }
            }
        }

        message["content"] = text;
        message["reasoning_details"] = details;
        if (calls.Count > 0)
        {
            message["tool_calls"] = calls;
        }

        return message;
    }
}
