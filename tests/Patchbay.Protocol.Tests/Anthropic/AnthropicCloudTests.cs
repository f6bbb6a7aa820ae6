using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

/// <summary>The Messages API on Vertex AI and on Amazon Bedrock.</summary>
public sealed class AnthropicCloudTests
{
    private const string Chat = """{"model":"m","stream":true,"service_tier":"auto","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""";

    public static TheoryData<string> Streams => AnthropicRecordedTests.Streams;

    // https://docs.claude.com/en/api/claude-on-vertex-ai, https://docs.claude.com/en/api/claude-on-amazon-bedrock
    [Fact]
    public void The_address_names_the_model_and_the_body_the_version()
    {
        var (vertex, _) = Heard.Write(AnthropicDialect.Vertex, Chat, Heard.Target("claude-sonnet-4-5@20250929"));
        var (bedrock, _) = Heard.Write(AnthropicDialect.Bedrock, Chat, Heard.Target("us.anthropic.claude-sonnet-4-5-20250929-v1:0"));

        Heard.AssertJson("""{"anthropic_version":"vertex-2023-10-16","max_tokens":9,"stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}""", vertex);
        Heard.AssertJson("""{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}""", bedrock);
    }

    // https://docs.claude.com/en/docs/build-with-claude/vision (only base64 sources on clouds)
    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}""", Modalities.Image)]
    [InlineData("""{"type":"file","file":{"file_data":"https://example.com/a.pdf"}}""", Modalities.File)]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}""", Modalities.None)]
    public void What_is_not_in_the_request_cannot_be_shown_on_clouds(string part, Modalities unsayable)
    {
        var chat = """{"messages":[{"role":"user","content":[PART]}]}""".Replace("PART", part, StringComparison.Ordinal);

        Assert.Equal(unsayable, Heard.Write(AnthropicDialect.Vertex, chat, Heard.Target("claude")).Request.Unsayable);
        Assert.Equal(unsayable, Heard.Write(AnthropicDialect.Bedrock, chat, Heard.Target("claude")).Request.Unsayable);
        Assert.Equal(Modalities.None, Heard.Write(AnthropicDialect.Instance, chat, Heard.Target("claude")).Request.Unsayable);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_recorded_stream_in_chunks_says_the_same(string name)
    {
        Recordings.Require();
        var events = File.ReadAllLines(Path.Combine(Recordings.Folder!, name)).Where(line => line.Length > 0).ToArray();

        var plain = Heard.Stream(AnthropicDialect.Instance, events.Select(data => ("event", data)));
        var packed = Heard.Stream(AnthropicDialect.Bedrock, events.Select(Chunk));

        Assert.Equal((plain.Text, plain.Reasoning, plain.Finish, plain.Native, plain.Result), (packed.Text, packed.Reasoning, packed.Finish, packed.Native, packed.Result));
        Assert.Equal(plain.Calls, packed.Calls);
        Assert.Equal(plain.Usage, packed.Usage);
        Assert.Equal(plain.Details.Select(node => node.ToJsonString()), packed.Details.Select(node => node.ToJsonString()));
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ResponseStream.html
    [Theory]
    [InlineData("throttlingException", """{"message":"Because"}""", GatewayErrorKind.ProviderRateLimited)]
    [InlineData("modelTimeoutException", """{"message":"Because"}""", GatewayErrorKind.ProviderTimeout)]
    [InlineData("modelStreamErrorException", """{"message":"Because","originalStatusCode":500}""", GatewayErrorKind.ProviderError)]
    [InlineData("serviceUnavailableException", """{"message":"Because"}""", GatewayErrorKind.ProviderOverloaded)]
    [InlineData(":error", """{"code":"InternalFailure","message":"Because"}""", GatewayErrorKind.ProviderError)]
    public void An_exception_ends_the_stream_with_its_kind(string name, string data, GatewayErrorKind kind)
    {
        foreach (var dialect in (Dialect[])[AnthropicDialect.Bedrock, ConverseDialect.Instance])
        {
            var heard = Heard.Stream(dialect, [(name, data)]);

            Assert.Equal(ChunkResult.Error, heard.Result);
            Assert.Equal((kind, "Because"), (heard.Editor.Error!.Kind, heard.Editor.Error.Raw));
        }
    }

    [Theory]
    [InlineData("""{"bytes":"!!"}""")]
    [InlineData("""{"bytes":"eyJ"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void A_chunk_that_is_none_breaks_the_stream(string data) =>
        Assert.Equal(ChunkResult.Malformed, Heard.Stream(AnthropicDialect.Bedrock, [("chunk", data)]).Result);

    [Theory]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"m"}}""", 529, GatewayErrorKind.ProviderOverloaded)]
    [InlineData("""{"type":"error","error":{"type":"invalid_request_error","message":"m"}}""", 400, GatewayErrorKind.ProviderRejected)]
    [InlineData("""{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}""", 429, GatewayErrorKind.ProviderRateLimited)]
    [InlineData("""[{"error":{"code":403,"message":"m","status":"PERMISSION_DENIED"}}]""", 403, GatewayErrorKind.ProviderAuth)]
    public void An_error_on_Vertex_is_Anthropics_or_Googles(string body, int status, GatewayErrorKind kind)
    {
        var told = AnthropicDialect.Vertex.ReadError(Encoding.UTF8.GetBytes(body), status);

        Assert.Equal((kind, "m"), (told.Kind, told.Message));
    }

    [Fact]
    public void An_error_on_Bedrock_is_known_by_its_header()
    {
        foreach (var dialect in (Dialect[])[AnthropicDialect.Bedrock, ConverseDialect.Instance])
        {
            var told = dialect.ReadError("""{"message":"m"}"""u8, 429, "ModelNotReadyException:http://internal.amazon.com/coral/com.amazon.bedrock/");

            Assert.Equal("x-amzn-errortype", dialect.ErrorHeader);
            Assert.Equal((GatewayErrorKind.ProviderOverloaded, "m"), (told.Kind, told.Message));
        }
    }

    private static (string Name, string Data) Chunk(string data) =>
        ("chunk", new JsonObject { ["bytes"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(data)), ["p"] = "abc" }.ToJsonString());
}
