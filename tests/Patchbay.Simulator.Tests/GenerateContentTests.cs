using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Patchbay.Simulator.Tests;

/// <summary>Google's generateContent as the simulator plays it (https://ai.google.dev/api/generate-content).</summary>
public sealed class GenerateContentTests
{
    private const string Thinking = "\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":true}}";

    [Fact]
    public async Task A_stream_says_the_same_as_the_whole_answer()
    {
        await using var upstream = await Upstream.StartAsync();

        var whole = JsonNode.Parse(await BodyAsync(upstream, "gemini-3-pro;tokens=5;reasoning=3", stream: false))!;
        var stream = (await BodyAsync(upstream, "gemini-3-pro;tokens=5;reasoning=3", stream: true)).Split('\n')
            .Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line[6..])!).ToList();

        Assert.Equal(8, stream.Count);
        Assert.Equal(Texts([whole], thought: true), Texts(stream, thought: true));
        Assert.Equal(Texts([whole], thought: false), Texts(stream, thought: false));
        Assert.Equal("STOP", (string?)stream[^1]["candidates"]![0]!["finishReason"]);
        Assert.Equal(whole["usageMetadata"]!.ToJsonString(), stream[^1]["usageMetadata"]!.ToJsonString());
        Assert.NotNull(stream[^1]["candidates"]![0]!["content"]!["parts"]![0]!["thoughtSignature"]);
    }

    [Theory]
    [InlineData("{\"contents\":[]}", "contents is not specified")]
    [InlineData("{\"contents\":[{\"role\":\"user\",\"parts\":[]}]}", "must not be empty")]
    [InlineData("{\"contents\":[{\"role\":\"user\",\"parts\":[{}]}]}", "required oneof field 'data'")]
    [InlineData("{\"n\":2}", "Unknown name \"n\"")]
    [InlineData("{\"contents\":[{\"role\":\"model\",\"parts\":[{\"text\":\"a\",\"thoughtSignature\":\"AAAA\"}]}]}", "Thought signature is not valid")]
    [InlineData("{\"contents\":[{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{}}}]}]}", "missing a `thought_signature`")]
    public async Task What_the_API_refuses_is_refused(string body, string named)
    {
        await using var upstream = await Upstream.StartAsync();

        var response = await PostAsync(upstream, "gemini-3-pro", body, stream: false);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonElement.Parse(await response.Content.ReadAsStringAsync(Upstream.Token)).GetProperty("error");
        Assert.Equal("INVALID_ARGUMENT", error.GetProperty("status").GetString());
        Assert.Contains(named, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PostAsync(Upstream upstream, string model, string body, bool stream) =>
        upstream.SendAsync(
            $"alpha/v1beta/models/{Uri.EscapeDataString(model)}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}",
            body,
            headers: [("x-goog-api-key", "k")]);

    private static async Task<string> BodyAsync(Upstream upstream, string model, bool stream)
    {
        var request = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}]," + Thinking + "}";
        var response = await PostAsync(upstream, model, request, stream);
        var body = await response.Content.ReadAsStringAsync(Upstream.Token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        return body;
    }

    private static string Texts(IEnumerable<JsonNode> events, bool thought) => string.Concat(
        from one in events
        from part in one["candidates"]![0]!["content"]!["parts"]!.AsArray()
        where part!["thought"] is not null == thought
        select (string?)part!["text"]);
}
