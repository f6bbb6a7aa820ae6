using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Patchbay.Simulator.Tests;

/// <summary>The Messages API as the simulator plays it (https://docs.claude.com/en/api/messages).</summary>
public sealed class MessagesTests
{
    private const string Thinking = "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}";

    [Fact]
    public async Task A_stream_says_the_same_as_the_whole_message()
    {
        await using var upstream = await Upstream.StartAsync();

        var whole = JsonNode.Parse(await BodyAsync(upstream, "m;tokens=5;reasoning=3;redacted=1", Thinking))!;
        var stream = await EventsAsync(upstream, "m;tokens=5;reasoning=3;redacted=1", Thinking);

        Assert.Equal(["thinking", "redacted_thinking", "text"], whole["content"]!.AsArray().Select(block => (string)block!["type"]!));
        Assert.Equal((string?)whole["content"]![0]!["thinking"], Joined(stream, "thinking"));
        Assert.Equal((string?)whole["content"]![0]!["signature"], Joined(stream, "signature"));
        Assert.Equal((string?)whole["content"]![2]!["text"], Joined(stream, "text"));
        Assert.Equal(["message_start", "content_block_start"], stream.Take(2).Select(data => (string)data["type"]!));
        Assert.Equal("message_stop", (string?)stream[^1]["type"]);
        Assert.Equal("end_turn", (string?)stream[^2]["delta"]!["stop_reason"]);
        Assert.Equal((long?)whole["usage"]!["output_tokens"], (long?)stream[^2]["usage"]!["output_tokens"]);
    }

    [Theory]
    [InlineData("\"n\":2", "n: Extra inputs are not permitted")]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":100}", "budget_tokens")]
    [InlineData("\"temperature\":1.5", "temperature")]
    [InlineData(Thinking + ",\"temperature\":0.5", "temperature")]
    public async Task What_the_API_refuses_is_refused(string more, string named)
    {
        await using var upstream = await Upstream.StartAsync();

        var response = await PostAsync(upstream, "m", more);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonElement.Parse(await response.Content.ReadAsStringAsync(Upstream.Token)).GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Contains(named, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PostAsync(Upstream upstream, string model, string more, bool stream = false) =>
        upstream.SendAsync(
            "alpha/v1/messages",
            $$"""{"model":"{{model}}","max_tokens":4096,"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Hello"}],{{more}} }""",
            headers: [("x-api-key", "k"), ("anthropic-version", "2023-06-01")]);

    private static async Task<string> BodyAsync(Upstream upstream, string model, string more, bool stream = false)
    {
        var response = await PostAsync(upstream, model, more, stream);
        var body = await response.Content.ReadAsStringAsync(Upstream.Token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        return body;
    }

    private static async Task<List<JsonNode>> EventsAsync(Upstream upstream, string model, string more)
    {
        var body = await BodyAsync(upstream, model, more, stream: true);
        return [.. body.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line[6..])!)];
    }

    private static string Joined(List<JsonNode> events, string member) =>
        string.Concat(events.Select(data => (string?)data["delta"]?[member]));
}
