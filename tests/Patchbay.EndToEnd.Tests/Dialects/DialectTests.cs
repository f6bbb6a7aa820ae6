using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Patchbay.Simulator.Log;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Chat callers in front of a provider that speaks another dialect. Every dialect's tests inherit these: what a
/// caller sees is the same whoever serves it.</summary>
public abstract class DialectTests(DialectWorld fixture)
{
    protected const string Opening = "\"Hm\\\":\n\tétude, 東京 🙂 </b> &amp; \u2028";

    protected const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look_up\",\"parameters\":{\"type\":\"object\",\"properties\":{\"place\":{\"type\":\"string\"}},\"required\":[\"place\"]}}},{\"type\":\"function\",\"function\":{\"name\":\"now\"}}]";

    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected World World => fixture.World;

    protected DialectFacts Facts => fixture.Facts;

    private string Name => Facts.Provider.ToUpperInvariant();

    [Fact]
    public async Task A_whole_answer_is_a_chat_completion_with_usage_and_cost()
    {
        var response = await World.Api.ChatAsync("test/plain", Token, "\"max_tokens\":99");

        Assert.True(response.Status == 200, response.Body);
        var answer = response.Json;
        Assert.StartsWith("gen-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(Name, answer.GetProperty("provider").GetString());
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(Facts.Stop, choice.GetProperty("native_finish_reason").GetString());
        Assert.NotEqual("", choice.GetProperty("message").GetProperty("content").GetString());
        var usage = answer.GetProperty("usage");
        Assert.Equal((100, 12), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));

        // 100 × $0.000001 + 12 × $0.000002
        Assert.Equal("0.000124", usage.GetProperty("cost").GetRawText());
        var sent = World.Simulator.Log.Requests[^1];
        Assert.Equal(Facts.Path.Replace("MODEL", Facts.Model + ";tokens=12;prompt_tokens=100", StringComparison.Ordinal), sent.Path);
        Assert.Equal("application/json", sent.Header("Accept"));
        CheckCredential(sent);
    }

    [Theory]
    [InlineData("test/plain")]
    [InlineData("test/split")]
    public async Task A_stream_is_a_chat_stream(string model)
    {
        var whole = await World.Api.ChatAsync(model, Token);
        var stream = await World.Api.StreamAsync(model, Token);

        Assert.Equal(200, stream.Status);
        Assert.True(stream.EndsWithDone, stream.Raw);
        Assert.Equal(whole.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), stream.Text);
        Assert.Equal("0.000124", Assert.Single(stream.Usages).GetProperty("cost").GetRawText());
        Assert.All(stream.Events.SkipLast(1), e => Assert.Equal(stream.GenerationId, e.Json.GetProperty("id").GetString()));
        var generation = await World.GenerationAsync(stream.GenerationId!, Token);
        Assert.Equal(Facts.Stop, generation.GetProperty("native_finish_reason").GetString());
        Assert.Equal("0.000124", generation.GetProperty("total_cost").GetRawText());
    }

    [Fact]
    public async Task A_streaming_caller_gets_a_stream_from_a_provider_that_answers_whole()
    {
        var stream = await World.Api.StreamAsync("test/whole", Token);

        Assert.True(stream.EndsWithDone, stream.Raw);
        Assert.NotEqual("", stream.Text);
        Assert.Equal(12, Assert.Single(stream.Usages).GetProperty("completion_tokens").GetInt32());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_that_is_too_long_says_so(bool isStream)
    {
        var raw = isStream
            ? (await World.Api.StreamAsync("test/plain", Token, "\"max_tokens\":5")).Raw
            : (await World.Api.ChatAsync("test/plain", Token, "\"max_tokens\":5")).Body;

        Assert.Contains("\"finish_reason\":\"length\"", raw, StringComparison.Ordinal);
        Assert.Contains($"\"native_finish_reason\":\"{Facts.Length}\"", raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thoughts_are_shown_only_to_who_wants_them()
    {
        SkipWithoutReasoning();
        var shown = await World.Api.ChatAsync("test/thinker", Token, "\"reasoning\":{\"effort\":\"high\"}");
        var hidden = await World.Api.ChatAsync("test/thinker", Token, "\"reasoning\":{\"effort\":\"high\",\"exclude\":true}");

        Assert.True(shown.Status == 200, shown.Body);
        var usage = shown.Json.GetProperty("usage");
        Assert.Equal(11, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(Facts.TellsReasoning ? 5 : 0, usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
        var message = shown.Json.GetProperty("choices")[0].GetProperty("message");
        Assert.StartsWith(Opening, message.GetProperty("reasoning").GetString(), StringComparison.Ordinal);
        Assert.All(message.GetProperty("reasoning_details").EnumerateArray(), detail => Assert.Equal(Facts.Reasoning, detail.GetProperty("format").GetString()));
        var kept = hidden.Json.GetProperty("choices")[0].GetProperty("message");
        Assert.False(kept.TryGetProperty("reasoning", out _));
    }

    // Where thoughts are signed, the simulator checks each signature, and that its thought is unchanged.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Thoughts_survive_three_turns_of_calls(bool stream)
    {
        SkipWithoutReasoning();
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Where, and when?" });
        var thoughts = new List<string>();
        for (var turn = 1; turn <= 3; turn++)
        {
            var assistant = await Conversation.TurnAsync(World, "test/caller", messages, "\"reasoning\":{\"effort\":\"high\"}," + Tools, stream, Token);
            var sent = JsonNode.Parse(World.Simulator.Log.Requests[^1].BodyText)!;
            if (ThoughtsIn(sent) is { } returned)
            {
                Assert.Equal(thoughts, returned);
            }

            thoughts.Add(string.Concat(assistant["reasoning_details"]!.AsArray()
                .Where(detail => (string?)detail!["type"] == "reasoning.text").Select(detail => (string?)detail!["text"])));
            Assert.StartsWith(Opening, thoughts[^1], StringComparison.Ordinal);
            messages.Add(assistant);
            foreach (var call in assistant["tool_calls"]!.AsArray())
            {
                messages.Add(new JsonObject
                {
                    ["role"] = "tool",
                    ["tool_call_id"] = (string)call!["id"]!,
                    ["content"] = string.Create(CultureInfo.InvariantCulture, $"Result {turn}"),
                });
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Parallel_calls_have_their_own_ids_and_whole_arguments(bool stream)
    {
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Where?" });
        var assistant = await Conversation.TurnAsync(World, "test/caller", messages, Tools, stream, Token);
        var response = await World.Api.ChatAsync("test/caller", Token, Tools);

        var calls = assistant["tool_calls"]!.AsArray();
        Assert.Equal(["look_up", "now"], calls.Select(call => (string?)call!["function"]!["name"]));
        Assert.Equal(2, calls.Select(call => (string?)call!["id"]).Distinct().Count());
        Assert.NotNull(JsonNode.Parse((string)calls[0]!["function"]!["arguments"]!)!["place"]);
        Assert.IsType<JsonObject>(JsonNode.Parse((string)calls[1]!["function"]!["arguments"]!));
        var choice = response.Json.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(Facts.Calls, choice.GetProperty("native_finish_reason").GetString());
    }

    [Fact]
    public async Task A_call_can_be_demanded_or_it_is_said_that_it_cannot()
    {
        var response = await World.Api.ChatAsync("test/plain", Token, Tools + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"now\"}}");

        Assert.True(response.Status == 200, response.Body);
        if (!Facts.DemandsCalls)
        {
            // The parameter is left out, and the caller is told.
            Assert.Contains("tool_choice", response.Header("X-Patchbay-Dropped-Parameters"), StringComparison.Ordinal);
            return;
        }

        var choice = response.Json.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("now", choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_structured_answer_is_the_content()
    {
        const string Schema = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"],\"additionalProperties\":false}}}";

        var bound = await World.Api.ChatAsync("test/plain", Token, Schema);
        var free = await World.Api.StreamAsync("test/plain", Token, "\"response_format\":{\"type\":\"json_object\"}");

        Assert.True(bound.Status == 200, bound.Body);
        var content = bound.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
        Assert.True(JsonElement.Parse(content).TryGetProperty("city", out _));
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(free.Text).ValueKind);
        Assert.DoesNotContain("tool_calls", free.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_goes_along()
    {
        var response = await World.Api.PostAsync(
            "/api/v1/chat/completions",
            """{"model":"test/plain","messages":[{"role":"user","content":[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,PNG"}}]}]}""".Replace("PNG", Png, StringComparison.Ordinal),
            Token);

        Assert.True(response.Status == 200, response.Body);
        Assert.Contains(Png, World.Simulator.Log.Requests[^1].BodyText.Replace("\\u002B", "+", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens_from_a_cache_have_their_own_price(bool stream)
    {
        var usage = stream
            ? Assert.Single((await World.Api.StreamAsync("test/cached", Token)).Usages)
            : (await World.Api.ChatAsync("test/cached", Token)).Json.GetProperty("usage");

        Assert.Equal((1000, 4), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
        Assert.Equal(Facts.TellsCached ? 600 : 0, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());

        // (400 × $0.000001 + 600 × $0.0000001, or 1000 × $0.000001) + 4 × $0.000002
        Assert.Equal(Facts.TellsCached ? "0.000468" : "0.001008", usage.GetProperty("cost").GetRawText());
    }

    [Theory]
    [InlineData("test/cut")]
    [InlineData("test/cut-clean")]
    [InlineData("test/rst")]
    [InlineData("test/garbled")]
    [InlineData("test/corrupt")]
    [InlineData("test/broken")]
    public async Task A_stream_that_breaks_ends_with_an_error_and_costs_nothing(string model)
    {
        var stream = await World.Api.StreamAsync(model, Token);

        Assert.NotEqual("", stream.Text);
        Assert.Equal(
            model switch
            {
                "test/broken" => Facts.BrokenCode,
                "test/garbled" or "test/corrupt" => "provider_malformed",
                _ => "provider_disconnected",
            },
            stream.ErrorCode);
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
    [InlineData("test/invalid", 400, "provider_rejected")]
    [InlineData("test/missing", 400, "provider_rejected")]
    [InlineData("test/forbidden", 502, "provider_auth")]
    [InlineData("test/failing", 502, "provider_error")]
    [InlineData("test/overloaded", 503, "provider_overloaded")]
    public async Task Errors_keep_their_meaning(string model, int status, string code)
    {
        var whole = await World.Api.ChatAsync(model, Token);
        var stream = await World.Api.StreamAsync(model, Token);

        Assert.Equal((status, code), (whole.Status, whole.ErrorCode));
        Assert.Equal(status, stream.Status);
        if (model == "test/invalid")
        {
            Assert.Equal(Name + ": Bad: no", whole.ErrorMessage);
        }
    }

    [Fact]
    public async Task A_rate_limit_says_how_long_to_wait()
    {
        var response = await World.Api.ChatAsync("test/limited", Token);

        Assert.Equal((429, "provider_rate_limited"), (response.Status, response.ErrorCode));
        Assert.Equal("8", response.Header("Retry-After"));
    }

    [Fact]
    public async Task An_error_in_the_place_of_a_stream_is_an_error_status()
    {
        var stream = await World.Api.StreamAsync("test/early-error", Token);

        Assert.Equal(Facts.BrokenCode == "provider_overloaded" ? 503 : 502, stream.Status);
        Assert.Empty(stream.Events);
    }

    [Fact]
    public async Task Several_answers_are_not_asked_for()
    {
        var response = await World.Api.ChatAsync("test/plain", Token, "\"n\":2");

        Assert.Equal((400, "provider_rejected"), (response.Status, response.ErrorCode));
        Assert.Equal("n", response.Json.GetProperty("error").GetProperty("param").GetString());
    }

    /// <summary>Asks a model that answers with a recording, and gives back what the caller got.</summary>
    protected async Task<string> CheckRecordedAsync(string model, bool isStream, string finish, int prompt, int completion, string cost)
    {
        Repository.SkipUnless(Repository.Wire is not null, "The recordings are needed.");
        var stream = isStream ? await World.Api.StreamAsync(model, Token) : null;
        var whole = isStream ? null : await World.Api.ChatAsync(model, Token);

        var raw = stream?.Raw ?? whole!.Body;
        Assert.True(stream?.EndsWithDone ?? whole!.Status == 200, raw);
        Assert.Contains($"\"finish_reason\":\"{finish}\"", raw, StringComparison.Ordinal);
        var usage = stream is not null ? Assert.Single(stream.Usages) : whole!.Json.GetProperty("usage");
        Assert.Equal((prompt, completion), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
        Assert.Equal(cost, usage.GetProperty("cost").GetRawText());
        return raw;
    }

    /// <summary>Checks how the provider was shown who calls.</summary>
    protected abstract void CheckCredential(LoggedRequest sent);

    /// <summary>The thoughts that a request carries, in their order; null where the dialect does not show them.</summary>
    protected virtual IEnumerable<string>? ThoughtsIn(JsonNode sent) => null;

    private void SkipWithoutReasoning() => Assert.SkipWhen(Facts.Reasoning is null, "This dialect has no reasoning of its own.");
}
