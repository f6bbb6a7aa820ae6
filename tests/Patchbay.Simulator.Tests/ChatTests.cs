using System.Text.Json;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Tests;

public sealed class ChatTests
{
    private const string Usage = "\"stream_options\":{\"include_usage\":true}";

    [Fact]
    public async Task The_same_request_and_seed_give_the_same_text_whether_streamed_or_not()
    {
        await using var one = await Upstream.StartAsync(new SimulatorOptions { Seed = 7 });
        await using var two = await Upstream.StartAsync(new SimulatorOptions { Seed = 7 });
        await using var other = await Upstream.StartAsync(new SimulatorOptions { Seed = 8 });

        var text = Content(await one.ChatJsonAsync("m;tokens=40"));

        Assert.Equal(text, Content(await two.ChatJsonAsync("m;tokens=40")));
        Assert.Equal(text, Chunks.Content(await two.EventsAsync("m;tokens=40")));
        Assert.Equal(text, Chunks.Content(await two.EventsAsync("m;tokens=40;chunk=word")));
        Assert.NotEqual(text, Content(await other.ChatJsonAsync("m;tokens=40")));
    }

    [Fact]
    public async Task Ids_follow_the_sequence_and_the_model_comes_back_without_its_settings()
    {
        await using var upstream = await Upstream.StartAsync();

        await upstream.ChatJsonAsync("m");
        var second = await upstream.ChatJsonAsync("m;tokens=3");

        Assert.Equal("chatcmpl-sim-2", second.GetProperty("id").GetString());
        Assert.Equal("m", second.GetProperty("model").GetString());
        Assert.Equal(3, second.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Theory]
    [InlineData("m;tokens=20", "\"max_tokens\":5", 5, "length")]
    [InlineData("m;tokens=20", "\"max_completion_tokens\":6", 6, "length")]
    [InlineData("m;tokens=20", "\"max_tokens\":20", 20, "stop")]
    [InlineData("m;tokens=20;ignore_max_tokens=true", "\"max_tokens\":5", 20, "stop")]
    [InlineData("m;tokens=0", "\"max_tokens\":5", 0, "stop")]
    [InlineData("m;tokens=4;reasoning=3", "\"max_tokens\":5", 5, "length")]
    [InlineData("m;tokens=4;finish=content_filter", "\"max_tokens\":9", 4, "content_filter")]
    public async Task Completions_stop_at_the_token_limit_of_the_request(string model, string limit, int tokens, string finish)
    {
        await using var upstream = await Upstream.StartAsync();

        var plain = await upstream.ChatJsonAsync(model, limit);
        var events = await upstream.EventsAsync(model, limit + "," + Usage);

        Assert.Equal(tokens, plain.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(finish, plain.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(tokens, Assert.Single(Chunks.Usages(events)).GetProperty("completion_tokens").GetInt32());
        Assert.Equal(finish, Chunks.Finish(events));
        Assert.Equal(tokens, upstream.Simulator.Log.Requests[1].TokensGenerated);
    }

    [Fact]
    public async Task A_stream_reports_usage_only_when_asked()
    {
        await using var upstream = await Upstream.StartAsync();

        var unasked = await upstream.EventsAsync("m");
        var asked = await upstream.EventsAsync("m", Usage);

        Assert.Empty(Chunks.Usages(unasked));
        Assert.Equal("[DONE]", unasked[^1]);
        Assert.Equal(0, JsonElement.Parse(asked[^2]).GetProperty("choices").GetArrayLength());
        Assert.Equal(16, Assert.Single(Chunks.Usages(asked)).GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Usage_can_be_reported_in_every_wrong_way()
    {
        await using var upstream = await Upstream.StartAsync();
        async Task<List<JsonElement>> UsagesAsync(string shape) =>
            Chunks.Usages(await upstream.EventsAsync($"m;tokens=3;usage={shape}", Usage));

        Assert.Empty(await UsagesAsync("missing"));
        Assert.Equal(2, (await UsagesAsync("twice")).Count);
        Assert.Single(await UsagesAsync("with-choices"));
        Assert.Equal([0, 1, 2, 3, 3, 3], Completions(await UsagesAsync("every")));
        Assert.Equal([3, 2, 1, 0, 0, 0], Completions(await UsagesAsync("decreasing")));
        Assert.Equal([1_000_000_000_000], Completions(await UsagesAsync("absurd")));
        Assert.Equal([-3], Completions(await UsagesAsync("negative")));
        var nulls = await UsagesAsync("null-in-chunks");
        Assert.Equal(6, nulls.Count);
        Assert.All(nulls[..5], usage => Assert.Equal(JsonValueKind.Null, usage.ValueKind));
        Assert.False((await upstream.ChatJsonAsync("m;usage=missing")).TryGetProperty("usage", out _));
    }

    [Fact]
    public async Task Prompt_cache_and_reasoning_counts_can_be_set()
    {
        await using var upstream = await Upstream.StartAsync();

        var counted = await upstream.ChatJsonAsync("m");
        var set = (await upstream.ChatJsonAsync("m;tokens=2;prompt_tokens=100;cached=60;reasoning_tokens=50")).GetProperty("usage");

        Assert.Equal(4, counted.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(100, set.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(52, set.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(60, set.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(50, set.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
    }

    [Theory]
    [InlineData("m;text=a%3Bb, c", "a;b, c")]
    [InlineData("m;echo=true", "Say something")]
    [InlineData("m;text=\\\"q\\\" \\\\ 東京 🙂 é", "\"q\" \\ 東京 🙂 é")]
    public async Task Replies_can_be_literal(string model, string expected)
    {
        await using var upstream = await Upstream.StartAsync();

        Assert.Equal(expected, Content(await upstream.ChatJsonAsync(model)));
        Assert.Equal(expected, Chunks.Content(await upstream.EventsAsync(model)));
        Assert.Equal(expected, Chunks.Content(await upstream.EventsAsync(model + ";split=1")));
        Assert.Equal(expected, Chunks.Content(await upstream.EventsAsync(model + ";chunk=word;frames_per_write=3")));
    }

    [Fact]
    public async Task Reasoning_comes_before_the_reply_and_refusals_in_their_own_field()
    {
        await using var upstream = await Upstream.StartAsync();

        var plain = (await upstream.ChatJsonAsync("m;reasoning=4")).GetProperty("choices")[0].GetProperty("message");
        var reasoned = await upstream.EventsAsync("m;reasoning=4");
        var refused = await upstream.EventsAsync("m;refusal=true");

        Assert.Equal(plain.GetProperty("reasoning_content").GetString(), Chunks.Content(reasoned, "reasoning_content"));
        Assert.Equal(plain.GetProperty("content").GetString(), Chunks.Content(reasoned));
        Assert.Equal("I cannot help with that.", Chunks.Content(refused, "refusal"));
        Assert.Equal("", Chunks.Content(refused));
    }

    [Fact]
    public async Task Several_choices_have_texts_of_their_own()
    {
        await using var upstream = await Upstream.StartAsync();

        var plain = await upstream.ChatJsonAsync("m", "\"n\":3,\"logprobs\":true");
        var events = await upstream.EventsAsync("m", "\"n\":3,\"logprobs\":true," + Usage);

        Assert.Equal(3, plain.GetProperty("choices").GetArrayLength());
        for (var i = 0; i < 3; i++)
        {
            var choice = plain.GetProperty("choices")[i];
            Assert.Equal(choice.GetProperty("message").GetProperty("content").GetString(), Chunks.Content(events, choice: i));
            Assert.Equal(16, choice.GetProperty("logprobs").GetProperty("content").GetArrayLength());
        }

        Assert.Equal(48, Assert.Single(Chunks.Usages(events)).GetProperty("completion_tokens").GetInt32());
        Assert.NotEqual(Chunks.Content(events, choice: 0), Chunks.Content(events, choice: 1));
    }

    [Fact]
    public async Task Structured_output_follows_the_schema_of_the_request()
    {
        const string Format = """
            "response_format":{"type":"json_schema","json_schema":{"name":"trip","schema":{"type":"object",
            "properties":{"city":{"type":"string","minLength":9},"days":{"type":"integer","minimum":3,"maximum":5},
            "mode":{"enum":["rail","road"]},"tags":{"type":"array","items":{"$ref":"#/$defs/tag"},"minItems":3},
            "price":{"type":["number","null"]},"open":{"type":"boolean"}},"required":["city"],
            "$defs":{"tag":{"type":"object","properties":{"id":{"const":4}}}}}}}
            """;
        await using var upstream = await Upstream.StartAsync();

        var reply = JsonElement.Parse(Content(await upstream.ChatJsonAsync("m", Format)));
        var streamed = Chunks.Content(await upstream.EventsAsync("m", Format));

        Assert.True(reply.GetProperty("city").GetString()!.Length >= 9);
        Assert.InRange(reply.GetProperty("days").GetInt32(), 3, 5);
        Assert.Contains(reply.GetProperty("mode").GetString(), new[] { "rail", "road" });
        Assert.Equal(3, reply.GetProperty("tags").GetArrayLength());
        Assert.Equal(4, reply.GetProperty("tags")[2].GetProperty("id").GetInt32());
        Assert.Equal(JsonValueKind.Number, reply.GetProperty("price").ValueKind);
        Assert.Equal(reply.GetRawText(), streamed);
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(
            Content(await upstream.ChatJsonAsync("m", "\"response_format\":{\"type\":\"json_object\"}"))).ValueKind);
    }

    [Fact]
    public async Task Tokens_come_no_faster_than_scripted()
    {
        await using var upstream = await Upstream.StartAsync();
        var start = TimeProvider.System.GetTimestamp();

        await upstream.EventsAsync("m;tokens=6;ttft=40;tps=100;jitter=10;header_delay=30");

        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData("{\"model\":\"m\"}", "messages")]
    [InlineData("[]", "object")]
    [InlineData("{", "chat request")]
    [InlineData("{\"model\":\"m;tokens=x\",\"messages\":[]}", "tokens")]
    [InlineData("{\"model\":\"m;replay=a\",\"messages\":[]}", "replay")]
    public async Task A_request_that_cannot_be_read_is_refused_with_the_reason(string body, string named)
    {
        await using var upstream = await Upstream.StartAsync();

        using var response = await upstream.SendAsync("v1/chat/completions", body);
        var error = JsonElement.Parse(await response.Content.ReadAsStringAsync(Upstream.Token)).GetProperty("error");

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(named, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static string Content(JsonElement completion) =>
        completion.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;

    private static List<long> Completions(List<JsonElement> usages) =>
        usages.ConvertAll(usage => usage.GetProperty("completion_tokens").GetInt64());
}
