using System.Text.Json;
using System.Text.Json.Nodes;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class ResponsesWorld : IAsyncLifetime
{
    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions
        {
            Models =
            [
                Model("test/plain", "gpt-5;tokens=12;prompt_tokens=100;cached=40"),
                Model("test/thinker", "gpt-5;tokens=6;reasoning=5;prompt_tokens=100"),
                Model("test/caller", "gpt-5;tools=2;reasoning=7;redacted=2"),
                Model("test/interleaved", "gpt-5;tools=2;fault=tool-interleaved"),
                Model("test/old", "gpt-4.1;tokens=4"),
                Model("test/refusing", "gpt-5;refusal=true"),
                Model("test/long", "gpt-5;tokens=40;prompt_tokens=10"),
                Model("test/filtered", "gpt-5;tokens=4;finish=content_filter"),
                Model("test/failing", "gpt-5;tokens=4;fault=error-finish"),
                Model("test/cut", "gpt-5;tokens=40;fault=cut;after=12"),
                Model("test/cut-clean", "gpt-5;tokens=40;fault=cut-clean;after=12"),
                Model("test/unended", "gpt-5;tokens=10;fault=missing-done"),
                Model("test/broken", "gpt-5;tokens=40;fault=error-mid-stream;after=12;error_type=server_error;error_code=rate_limit_exceeded"),
                Model("test/early-error", "gpt-5;fault=error-in200;error_type=server_error"),
                Model("test/whole", "gpt-5;tokens=12;fault=json-on-stream"),
                Model("test/invalid", "gpt-5;status=400;message=max_output_tokens%3A too large"),
                new WorldModel(
                    "test/failover",
                    new WorldEndpoint("responder", "gpt-5;status=503", "0.000001", "0.000001"),
                    new WorldEndpoint("alpha", "echo-1;tokens=12", "0.000003", "0.000003")),
            ],
            Protocols = new Dictionary<string, string> { ["responder"] = "openai-responses" },
        },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();

    private static WorldModel Model(string slug, string upstream) => new(slug, new WorldEndpoint("responder", upstream)
    {
        MorePrices = "cache_read: \"0.0000001\"",
    })
    {
        Yaml = upstream.StartsWith("gpt-4", StringComparison.Ordinal) ? "supported_parameters: [max_tokens, temperature, tools, tool_choice]" : "",
    };
}

/// <summary>Chat callers in front of a provider that speaks OpenAI's Responses API.</summary>
public sealed class ResponsesTests(ResponsesWorld fixture) : IClassFixture<ResponsesWorld>
{
    private const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look_up\",\"parameters\":{\"type\":\"object\",\"properties\":{\"place\":{\"type\":\"string\"}},\"required\":[\"place\"]}}}]";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task A_whole_answer_is_a_chat_completion_with_usage_and_cost()
    {
        World.Simulator.Reset();

        var response = await World.Api.ChatAsync("test/plain", Token, "\"stop\":[\"x\"],\"seed\":7");

        Assert.True(response.Status == 200, response.Body);
        var answer = response.Json;
        Assert.StartsWith("gen-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("RESPONDER", answer.GetProperty("provider").GetString());
        Assert.Equal("default", answer.GetProperty("service_tier").GetString());
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("completed", choice.GetProperty("native_finish_reason").GetString());
        Assert.NotEqual("", choice.GetProperty("message").GetProperty("content").GetString());
        var usage = answer.GetProperty("usage");
        Assert.Equal((100, 12), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
        Assert.Equal(40, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());

        // 60 × $0.000001 + 40 × $0.0000001 + 12 × $0.000002
        Assert.Equal("0.000088", usage.GetProperty("cost").GetRawText());
        var sent = Assert.Single(World.Simulator.Log.Requests);
        Assert.Equal("/responder/v1/responses", sent.Path);
        Assert.Equal("Bearer upstream-secret-responder", sent.Header("Authorization"));
        var body = JsonNode.Parse(sent.BodyText)!;
        Assert.False((bool)body["store"]!);
        Assert.Null(body["stop"] ?? body["seed"]);
    }

    [Fact]
    public async Task A_stream_is_a_chat_stream()
    {
        var whole = await World.Api.ChatAsync("test/plain", Token);
        var stream = await World.Api.StreamAsync("test/plain", Token);

        Assert.Equal(200, stream.Status);
        Assert.True(stream.EndsWithDone);
        Assert.Equal(whole.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), stream.Text);
        Assert.Equal("0.000088", Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
        Assert.All(stream.Events.SkipLast(1), e => Assert.Equal(stream.GenerationId, e.Json.GetProperty("id").GetString()));
        var generation = await World.GenerationAsync(stream.GenerationId!, Token);
        Assert.Equal("completed", generation.GetProperty("native_finish_reason").GetString());
        Assert.Equal("0.000088", generation.GetProperty("total_cost").GetRawText());
        Assert.StartsWith("resp_sim_", generation.GetProperty("upstream_id").GetString(), StringComparison.Ordinal);
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
    public async Task A_summary_of_thoughts_is_shown_to_who_asks_for_it()
    {
        World.Simulator.Reset();

        var shown = await World.Api.ChatAsync("test/thinker", Token, "\"reasoning\":{\"effort\":\"high\",\"summary\":\"detailed\"}");
        var unasked = await World.Api.ChatAsync("test/thinker", Token, "\"reasoning\":{\"effort\":\"low\"}");
        var hidden = await World.Api.ChatAsync("test/thinker", Token, "\"reasoning\":{\"effort\":\"high\",\"summary\":\"auto\",\"exclude\":true}");

        var message = shown.Json.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(5, shown.Json.GetProperty("usage").GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
        var details = message.GetProperty("reasoning_details").EnumerateArray().ToList();
        Assert.Equal(["reasoning.summary", "reasoning.summary", "reasoning.encrypted"], details.Select(detail => detail.GetProperty("type").GetString()));
        Assert.All(details, detail => Assert.Equal("openai-responses-v1", detail.GetProperty("format").GetString()));
        Assert.Equal(message.GetProperty("reasoning").GetString(), details[0].GetProperty("summary").GetString() + details[1].GetProperty("summary").GetString());
        Assert.Equal("reasoning.encrypted", Assert.Single(unasked.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("reasoning_details").EnumerateArray()).GetProperty("type").GetString());
        Assert.False(hidden.Json.GetProperty("choices")[0].GetProperty("message").TryGetProperty("reasoning_details", out _));
        Assert.Equal(
            ["""{"effort":"high","summary":"detailed"}""", """{"effort":"low"}""", """{"effort":"high"}"""],
            World.Simulator.Log.Requests.Select(sent => JsonNode.Parse(sent.BodyText)!["reasoning"]!.ToJsonString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Encrypted_reasoning_survives_three_turns_of_calls_byte_for_byte(bool stream)
    {
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Where?" });
        var more = "\"reasoning\":{\"effort\":\"high\",\"summary\":\"auto\"},\"tool_choice\":\"auto\"," + Tools;
        var earlier = new JsonArray();
        for (var turn = 1; turn <= 3; turn++)
        {
            World.Simulator.Reset();
            var assistant = await Conversation.TurnAsync(World, "test/caller", messages, more, stream, Token);

            // What the provider was sent holds every earlier item, in its order, and it has checked what it had encrypted.
            var sent = JsonNode.Parse(Assert.Single(World.Simulator.Log.Requests).BodyText)!;
            var thoughts = sent["input"]!.AsArray().Where(item => (string?)item!["type"] == "reasoning");
            Assert.Equal(earlier.ToJsonString(), new JsonArray([.. thoughts.Select(item => item!.DeepClone())]).ToJsonString());
            Assert.Equal((turn - 1) * 2, sent["input"]!.AsArray().Count(item => (string?)item!["type"] == "function_call_output"));

            var details = assistant["reasoning_details"]!.AsArray();
            var summary = details.Where(detail => (string?)detail!["type"] == "reasoning.summary").GroupBy(detail => (int)detail!["index"]!)
                .Select(group => string.Concat(group.Select(detail => (string?)detail!["summary"]))).ToList();
            var encrypted = details.Where(detail => (string?)detail!["type"] == "reasoning.encrypted").ToList();
            Assert.Equal((2, 3), (summary.Count, encrypted.Count));
            Assert.All(summary, text => Assert.StartsWith("**\"Hm\\\":**\n\n\tétude, 東京 🙂 </b> &amp; \u2028", text, StringComparison.Ordinal));
            for (var i = 0; i < encrypted.Count; i++)
            {
                earlier.Add(new JsonObject
                {
                    ["type"] = "reasoning",
                    ["id"] = (string)encrypted[i]!["id"]!,
                    ["summary"] = new JsonArray([.. (i == 0 ? summary : []).Select(text => new JsonObject { ["type"] = "summary_text", ["text"] = text })]),
                    ["encrypted_content"] = (string)encrypted[i]!["data"]!,
                });
            }

            messages.Add(assistant);
            foreach (var call in assistant["tool_calls"]!.AsArray())
            {
                messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = (string)call!["id"]!, ["content"] = $"Result {turn}" });
            }
        }

        Assert.Equal(9, earlier.Count);
    }

    [Fact]
    public async Task Reasoning_that_was_changed_is_refused_by_the_provider()
    {
        var response = await World.Api.PostAsync(
            "/api/v1/chat/completions",
            """{"model":"test/thinker","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_details":[{"type":"reasoning.encrypted","data":"gAAAAchanged","id":"rs_1","format":"openai-responses-v1","index":0}]},{"role":"user","content":"c"}]}""",
            Token);

        Assert.Equal((400, "provider_rejected"), (response.Status, response.ErrorCode));
        Assert.Contains("could not be verified", response.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_without_its_call_is_refused_by_the_provider()
    {
        var response = await World.Api.PostAsync(
            "/api/v1/chat/completions",
            """{"model":"test/plain","messages":[{"role":"user","content":"a"},{"role":"tool","tool_call_id":"c1","content":"r"}]}""",
            Token);

        Assert.Equal((400, "provider_rejected"), (response.Status, response.ErrorCode));
        Assert.Contains("No tool call found", response.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("messages", response.Json.GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task Calls_that_are_told_in_turns_keep_their_arguments()
    {
        var whole = await World.Api.ChatAsync("test/interleaved", Token, Tools);
        var assistant = await Conversation.TurnAsync(World, "test/interleaved", [new JsonObject { ["role"] = "user", ["content"] = "Hello" }], Tools, stream: true, Token);

        var calls = whole.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls").EnumerateArray().ToList();
        Assert.Equal("tool_calls", whole.Json.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(2, calls.Count);
        Assert.Equal(
            calls.Select(call => call.GetProperty("function").GetProperty("arguments").GetString()),
            assistant["tool_calls"]!.AsArray().Select(call => (string?)call!["function"]!["arguments"]));
    }

    [Fact]
    public async Task A_model_that_does_not_reason_is_not_asked_for_reasoning()
    {
        World.Simulator.Reset();

        var response = await World.Api.ChatAsync("test/old", Token, "\"temperature\":0.5");

        Assert.True(response.Status == 200, response.Body);
        var sent = JsonNode.Parse(Assert.Single(World.Simulator.Log.Requests).BodyText)!;
        Assert.Equal(0.5, (double)sent["temperature"]!);
        Assert.Null(sent["include"]);
    }

    [Fact]
    public async Task A_structured_answer_is_the_content()
    {
        const string Format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":true,\"schema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"],\"additionalProperties\":false}}}";

        var native = await World.Api.ChatAsync("test/plain", Token, Format);
        var emulated = await World.Api.StreamAsync("test/old", Token, Format);

        Assert.True(JsonElement.Parse(native.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!).TryGetProperty("city", out _));
        Assert.True(JsonElement.Parse(emulated.Text).TryGetProperty("city", out _));
        Assert.DoesNotContain("tool_calls", emulated.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_probabilities_are_passed_on()
    {
        var response = await World.Api.ChatAsync("test/plain", Token, "\"logprobs\":true,\"top_logprobs\":2");

        var tokens = response.Json.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").EnumerateArray().ToList();
        Assert.Equal(12, tokens.Count);
        Assert.Equal(-0.25, tokens[0].GetProperty("logprob").GetDouble());
    }

    [Fact]
    public async Task A_refusal_is_told_in_its_words()
    {
        var response = await World.Api.ChatAsync("test/refusing", Token);

        Assert.Equal("I cannot help with that.", response.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("refusal").GetString());
    }

    [Theory]
    [InlineData("test/long", "\"max_tokens\":20", "length", "max_output_tokens")]
    [InlineData("test/long", "\"max_tokens\":5", "length", "max_output_tokens")]
    [InlineData("test/filtered", "\"n\":1", "content_filter", "content_filter")]
    public async Task An_incomplete_answer_says_why(string model, string more, string finish, string native)
    {
        var whole = await World.Api.ChatAsync(model, Token, more);
        var stream = await World.Api.StreamAsync(model, Token, more);

        var choice = whole.Json.GetProperty("choices")[0];
        Assert.Equal((finish, native), (choice.GetProperty("finish_reason").GetString(), choice.GetProperty("native_finish_reason").GetString()));
        Assert.True(stream.EndsWithDone);
        Assert.Equal(choice.GetProperty("message").GetProperty("content").GetString(), stream.Text);
        Assert.Equal(whole.Json.GetProperty("usage").GetProperty("cost").GetRawText(), Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
    }

    [Theory]
    [InlineData("test/cut", "provider_disconnected")]
    [InlineData("test/cut-clean", "provider_disconnected")]
    [InlineData("test/unended", "provider_disconnected")]
    [InlineData("test/broken", "provider_rate_limited")]
    [InlineData("test/failing", "provider_error")]
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
    public async Task A_provider_without_capacity_is_replaced_by_one_of_another_dialect(bool stream)
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
    [InlineData("test/early-error", 502, "provider_error", null)]
    [InlineData("test/failing", 502, "provider_error", null)]
    [InlineData("test/invalid", 400, "provider_rejected", "max_tokens")]
    public async Task Errors_keep_their_meaning(string model, int status, string code, string? parameter)
    {
        var whole = await World.Api.ChatAsync(model, Token);
        var stream = await World.Api.StreamAsync(model, Token);

        Assert.Equal((status, code), (whole.Status, whole.ErrorCode));
        Assert.Equal(stream.Text.Length > 0 ? 200 : status, stream.Status);
        Assert.Equal(code, stream.ErrorCode ?? JsonElement.Parse(stream.Raw).GetProperty("error").GetProperty("metadata").GetProperty("code").GetString());
        Assert.Equal(parameter, whole.Json.GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task Several_answers_are_refused()
    {
        var refused = await World.Api.ChatAsync("test/plain", Token, "\"n\":2");

        Assert.Equal((400, "n"), (refused.Status, refused.Json.GetProperty("error").GetProperty("param").GetString()));
    }
}
