using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Patchbay.Simulator.Tests;

/// <summary>Bedrock, Cohere and Ollama as the simulator plays them.</summary>
public sealed class CloudTests
{
    private const string Turn = "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hello\"}]}]";

    private static readonly (string, string)[] Bearer = [("Authorization", "Bearer k")];

    [Fact]
    public async Task A_Bedrock_stream_says_the_same_as_the_whole_answer()
    {
        await using var upstream = await Upstream.StartAsync();
        const string Body = "{" + Turn + ",\"additionalModelRequestFields\":{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}}}";

        var whole = JsonNode.Parse(await BodyAsync(upstream, "nile/v1/model/m;tokens=5;reasoning=3/converse", Body))!;
        var events = await MessagesAsync(upstream, "nile/v1/model/m;tokens=5;reasoning=3/converse-stream", Body);

        var content = whole["output"]!["message"]!["content"]!;
        Assert.Equal((string?)content[0]!["reasoningContent"]!["reasoningText"]!["text"], Joined(events, one => one["delta"]?["reasoningContent"]?["text"]));
        Assert.Equal((string?)content[1]!["text"], Joined(events, one => one["delta"]?["text"]));
        Assert.Equal(["messageStart", "contentBlockDelta"], events.Take(2).Select(one => one.Name));
        Assert.Equal(["contentBlockStop", "messageStop", "metadata"], events.TakeLast(3).Select(one => one.Name));
        Assert.Equal((long?)whole["usage"]!["outputTokens"], (long?)events[^1].Data["usage"]!["outputTokens"]);
    }

    [Theory]
    [InlineData("converse", "{" + Turn + ",\"n\":2}", "n: extraneous key")]
    [InlineData("converse", "{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"text\":\"a\"}]}]}", "must start with a user message")]
    [InlineData("converse", "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]},{\"role\":\"user\",\"content\":[{\"text\":\"b\"}]}]}", "must alternate")]
    [InlineData("converse", "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\" \"}]}]}", "is blank")]
    [InlineData("converse", "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]},{\"role\":\"assistant\",\"content\":[{\"reasoningContent\":{\"reasoningText\":{\"text\":\"t\",\"signature\":\"s\"}}}]}]}", "signature")]
    [InlineData("invoke", "{\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}", "anthropic_version")]
    [InlineData("invoke", "{\"anthropic_version\":\"bedrock-2023-05-31\",\"model\":\"m\",\"max_tokens\":9,\"messages\":[]}", "model: Extra inputs")]
    public async Task What_Bedrock_refuses_is_refused(string operation, string body, string named)
    {
        await using var upstream = await Upstream.StartAsync();

        var response = await upstream.SendAsync($"nile/v1/model/m/{operation}", body, headers: Bearer);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.StartsWith("ValidationException", Assert.Single(response.Headers.GetValues("x-amzn-errortype")), StringComparison.Ordinal);
        Assert.Contains(named, JsonElement.Parse(await response.Content.ReadAsStringAsync(Upstream.Token)).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 403, "MissingAuthenticationTokenException")]
    [InlineData("AWS4-HMAC-SHA256 Credential=A/20260101/r/bedrock/aws4_request", 400, "IncompleteSignatureException")]
    [InlineData("AWS4-HMAC-SHA256 Credential=A/20260101/r/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000", 403, "InvalidSignatureException")]
    public async Task A_signature_that_is_none_is_refused(string? authorization, int status, string name)
    {
        await using var upstream = await Upstream.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(upstream.Simulator.Address, "nile/v1/model/m/converse")) { Content = new StringContent("{}") };
        request.Headers.Add("X-Amz-Date", "20260101T000000Z");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var response = await client.SendAsync(request, Upstream.Token);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.StartsWith(name, Assert.Single(response.Headers.GetValues("x-amzn-errortype")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_inside_a_Bedrock_stream_is_an_exception_of_its_name()
    {
        await using var upstream = await Upstream.StartAsync();

        var events = await MessagesAsync(upstream, "nile/v1/model/m;tokens=9;fault=error-mid-stream;status=429/converse-stream", "{" + Turn + "}");

        Assert.Equal("throttlingException", events[^1].Name);
        Assert.NotNull(events[^1].Data["message"]);
    }

    [Fact]
    public async Task A_Cohere_stream_says_the_same_as_the_whole_answer()
    {
        await using var upstream = await Upstream.StartAsync();
        static string Body(bool stream) => "{\"model\":\"m;tokens=5;reasoning=3\",\"stream\":" + (stream ? "true" : "false") + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

        var whole = JsonNode.Parse(await BodyAsync(upstream, "coral/v2/chat", Body(false)))!;
        var stream = await BodyAsync(upstream, "coral/v2/chat", Body(true));

        var events = stream.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => ("", JsonNode.Parse(line[6..])!)).ToList();
        Assert.EndsWith("data: [DONE]\n\n", stream, StringComparison.Ordinal);
        Assert.Equal((string?)whole["message"]!["content"]![0]!["thinking"], Joined(events, one => (one["delta"]?["message"]?["content"] as JsonObject)?["thinking"]));
        Assert.Equal((string?)whole["message"]!["content"]![1]!["text"], Joined(events, one => (one["delta"]?["message"]?["content"] as JsonObject)?["text"]));
        Assert.Equal(whole["usage"]!.ToJsonString(), events[^1].Item2["delta"]!["usage"]!.ToJsonString());
    }

    [Fact]
    public async Task An_Ollama_stream_says_the_same_as_the_whole_answer()
    {
        await using var upstream = await Upstream.StartAsync();
        static string Body(bool stream) => "{\"model\":\"m;tokens=5;reasoning=3\"" + (stream ? "" : ",\"stream\":false") + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

        var whole = JsonNode.Parse(await BodyAsync(upstream, "llama/api/chat", Body(false)))!;
        var stream = await BodyAsync(upstream, "llama/api/chat", Body(true));

        var lines = stream.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => ("", JsonNode.Parse(line)!)).ToList();
        Assert.Equal((string?)whole["message"]!["thinking"], Joined(lines, one => one["message"]?["thinking"]));
        Assert.Equal((string?)whole["message"]!["content"], Joined(lines, one => one["message"]?["content"]));
        Assert.Equal((8, true), ((int)lines[^1].Item2["eval_count"]!, (bool)lines[^1].Item2["done"]!));
    }

    private static async Task<string> BodyAsync(Upstream upstream, string path, string body)
    {
        var response = await upstream.SendAsync(path, body, headers: Bearer);
        var text = await response.Content.ReadAsStringAsync(Upstream.Token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return text;
    }

    private static async Task<List<(string Name, JsonNode Data)>> MessagesAsync(Upstream upstream, string path, string body)
    {
        var response = await upstream.SendAsync(path, body, headers: Bearer);
        Assert.Equal("application/vnd.amazon.eventstream", response.Content.Headers.ContentType!.MediaType);
        var bytes = await response.Content.ReadAsByteArrayAsync(Upstream.Token);
        var events = new List<(string, JsonNode)>();
        for (var at = 0; at < bytes.Length;)
        {
            var total = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
            var headers = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 4));

            // The first header is the type: a length, its name, the type of texts, two bytes of length, the text.
            var nameAt = at + 12 + 1 + bytes[at + 12] + 1;
            var length = BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(nameAt));
            var data = bytes.AsSpan(at + 12 + headers, total - headers - 16);
            events.Add((Encoding.UTF8.GetString(bytes, nameAt + 2, length), JsonNode.Parse(data)!));
            at += total;
        }

        return events;
    }

    private static string Joined(List<(string, JsonNode)> events, Func<JsonNode, JsonNode?> member) =>
        string.Concat(events.Select(one => (string?)member(one.Item2)));
}
