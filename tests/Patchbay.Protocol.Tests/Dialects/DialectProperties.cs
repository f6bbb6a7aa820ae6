using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class DialectProperties
{
    private static readonly Config Plenty = Config.QuickThrowOnFailure.WithMaxTest(400);

    private static readonly Gen<string> Value = Gen.Elements(
        "{}", "[]", "null", "1", "-1", "1e400", "99999999999999999999", "\"x\"", "\"\\ud800\"", "[{}]", "[1,null,{\"text\":1}]", "true",
        "{\"text\":5}", "{\"text\":\"a\"}", "{\"toolUse\":{\"name\":[]}}", "{\"toolUse\":{\"input\":{}}}", "{\"toolUse\":1}",
        "{\"reasoningContent\":{\"signature\":1,\"redactedContent\":\"?\"}}", "{\"reasoningContent\":{\"reasoningText\":{\"reasoningText\":{}}}}",
        "{\"citation\":{\"location\":[1]}}", "{\"image\":{\"source\":{\"bytes\":\"AA\"}}}", "{\"message\":{\"content\":[{\"toolUse\":{}}]}}",
        "{\"message\":{\"content\":{\"type\":\"thinking\",\"thinking\":\"a\"}}}", "{\"message\":{\"tool_calls\":{\"function\":{\"arguments\":\"null\"}}}}",
        "{\"message\":{\"citations\":{\"sources\":[1,{\"document\":[]}]}}}", "{\"finish_reason\":{},\"usage\":{\"billed_units\":1}}",
        "{\"tool_calls\":[{\"function\":{\"arguments\":\"a\"}}]}", "{\"usage\":{\"inputTokens\":-5}}", "{\"thinking\":1,\"content\":[]}",
        "[{\"delta\":{\"content\":[{\"thinking\":[1,{\"text\":[]}]},{\"text\":\"a\"}]}}]", "[{\"message\":{\"tool_calls\":[{\"function\":{\"arguments\":{}}},{\"id\":null,\"function\":{}}]},\"finish_reason\":\"\"}]");

    private static readonly Gen<string> Member = Gen.Elements(
        "contentBlockIndex", "start", "delta", "usage", "stopReason", "output", "message", "type", "index", "id", "finish_reason", "done",
        "done_reason", "choices", "object", "error", "eval_count", "prompt_eval_count", "logprobs", "content", "cacheDetails");

    private static readonly Gen<string> Shaped =
        from type in Gen.Elements("message-start", "content-start", "content-delta", "content-end", "tool-call-start", "tool-call-delta", "tool-call-end", "tool-plan-delta", "citation-start", "message-end")
        from members in Gen.ListOf(from name in Member from value in Value select $",\"{name}\":{value}")
        select $"{{\"type\":\"{type}\"{string.Concat(members)}}}";

    private static readonly Gen<string> Noise = Gen.ListOf(Gen.Elements(
        "{", "}", "[", "]", ",", ":", "\"type\"", "\"delta\"", "\"contentBlockIndex\"", "0", "null", "\"\\ud800\"", "\u0000", "\"message\"", " ")).Select(string.Concat);

    private static readonly Gen<string> EventName = Gen.Elements(
        "messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata", "throttlingException", "Exception", "", "new");

    public static TheoryData<string> Names => ["bedrock", "cohere", "mistral", "ollama"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Random_JSON_neither_throws_nor_hangs(string name)
    {
        var dialect = DialectOf(name);
        var one = from data in Gen.OneOf(Shaped, Shaped, Noise, Value) from type in EventName select (type, data);
        Check.One(Plenty, Prop.ForAll(Gen.ListOf(one).ToArbitrary(), events =>
        {
            var sink = new NullSink();
            var stream = dialect.CreateStream();
            stream.Reset(new DialectRequest { AnswerTool = "a" });
            foreach (var (type, data) in events)
            {
                var bytes = Encoding.UTF8.GetBytes(data);
                stream.Read(Encoding.UTF8.GetBytes(type), bytes, sink);
                dialect.ReadAnswer(bytes, DialectRequest.Whole, sink);
                dialect.ReadError(bytes, 500);
                Heard.Stream(dialect, [(type, data.Replace('\0', ' '))]);
                Heard.Whole(dialect, data);
                try
                {
                    Heard.Write(dialect, "{\"messages\":[{\"role\":\"user\",\"content\":" + data + "},{\"role\":\"assistant\",\"tool_calls\":" + data + "}],\"tools\":" + data + "}", Heard.Target("m"));
                }
                catch (JsonException)
                {
                    // Only what is no JSON at all; the surface refuses that before.
                }
            }

            return sink.Calls >= 0;
        }));
    }

    [Theory]
    [InlineData("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [InlineData("bedrock", "anthropic.claude-fable-5")]
    [InlineData("bedrock", "amazon.nova-2-lite-v1:0")]
    [InlineData("bedrock", "openai.gpt-oss-120b-1:0")]
    [InlineData("bedrock", "meta.llama3-1-8b-instruct-v1:0")]
    [InlineData("cohere", "command-a-reasoning-08-2025")]
    [InlineData("mistral", "magistral-medium-2507")]
    [InlineData("ollama", "gpt-oss:20b")]
    public void Any_request_becomes_a_body_whatever_the_endpoint_can_do(string name, string model)
    {
        var one = from request in CanonicalProperties.Request
                  from without in Gen.Elements(Parameters.None, Parameters.ToolChoice, Parameters.StructuredOutputs, Parameters.Reasoning, (Parameters)ulong.MaxValue)
                  select (request, without);
        Check.One(Plenty, Prop.ForAll(one.ToArbitrary(), pair =>
        {
            var (body, request) = Heard.Write(DialectOf(name), pair.request, Heard.Target(model, pair.without));
            var used = CanonicalChatReader.Read(Encoding.UTF8.GetBytes(pair.request)).Used | Parameters.Reasoning | Parameters.ToolChoice | Parameters.ParallelToolCalls | Parameters.StructuredOutputs;
            return body["messages"] is JsonArray && (request.Dropped & ~used) == Parameters.None;
        }));
    }

    [Theory]
    [InlineData("bedrock", """{"output":{"message":{"content":[{"text":"a?"},{"toolUse":{"toolUseId":"t?","name":"f?","input":{"x":"?"}}}]}},"stopReason":"tool_use"}""")]
    [InlineData("cohere", """{"id":"i?","message":{"content":[{"type":"text","text":"a?"}],"tool_calls":[{"id":"t?","function":{"name":"f?","arguments":"{\"x\":\"?\"}"}}]},"finish_reason":"TOOL_CALL"}""")]
    [InlineData("mistral", """{"choices":[{"message":{"content":"a?","tool_calls":[{"id":"t?","function":{"name":"f?","arguments":"{\"x\":\"?\"}"}}]},"finish_reason":"tool_calls"}]}""")]
    [InlineData("ollama", """{"model":"m?","message":{"content":"a?","tool_calls":[{"id":"t?","function":{"name":"f?","arguments":{"x":"?"}}}]},"done":true}""")]
    public void Bytes_that_are_no_text_are_replaced(string name, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        bytes.AsSpan().Replace((byte)'?', (byte)0xFF);
        using var translator = new ChatTranslator(Bytes.Editor());
        translator.Reset(DialectOf(name), DialectRequest.Whole, 7, withoutReasoning: false);
        var output = new ArrayBufferWriter<byte>();

        Assert.True(translator.Convert(bytes, output));

        var message = JsonNode.Parse(output.WrittenSpan)!["choices"]![0]!["message"]!;
        Assert.Equal("a\uFFFD", (string?)message["content"]);
        Assert.Equal(("t\uFFFD", "f\uFFFD", "{\"x\":\"\uFFFD\"}"), ((string?)message["tool_calls"]![0]!["id"], (string?)message["tool_calls"]![0]!["function"]!["name"], (string?)message["tool_calls"]![0]!["function"]!["arguments"]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_no_JSON_object_is_no_answer(string name)
    {
        var dialect = DialectOf(name);
        var stream = dialect.CreateStream();
        foreach (var body in (string[])["[]", "1", "<html>", "{", "{}{}", "{\"a\":}"])
        {
            stream.Reset(DialectRequest.Whole);
            Assert.False(dialect.ReadAnswer(Encoding.UTF8.GetBytes(body), DialectRequest.Whole, new NullSink()));
            Assert.Equal(StreamProgress.Malformed, stream.Read("messageStart"u8, Encoding.UTF8.GetBytes(body), new NullSink()));
        }

        Assert.False(dialect.ReadAnswer(default, DialectRequest.Whole, new NullSink()));
        Assert.False(dialect.ReadAnswer("{}"u8, DialectRequest.Whole, new NullSink()));
    }

    [Theory]
    [InlineData("bedrock", 401, GatewayErrorKind.ProviderAuth)]
    [InlineData("cohere", 402, GatewayErrorKind.ProviderAuth)]
    [InlineData("ollama", 404, GatewayErrorKind.ProviderRejected)]
    [InlineData("cohere", 429, GatewayErrorKind.ProviderRateLimited)]
    [InlineData("mistral", 422, GatewayErrorKind.ProviderRejected)]
    [InlineData("ollama", 502, GatewayErrorKind.ProviderError)]
    [InlineData("bedrock", 503, GatewayErrorKind.ProviderOverloaded)]
    [InlineData("cohere", 504, GatewayErrorKind.ProviderTimeout)]
    public void A_body_that_is_no_error_means_what_the_status_says(string name, int status, GatewayErrorKind kind)
    {
        foreach (var body in (string[])["", "<html>", "[]", "{}", "{\"message\":", "\u00ff"])
        {
            Assert.Equal(kind, DialectOf(name).ReadError(Encoding.Latin1.GetBytes(body), status).Kind);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_reset_stream_remembers_nothing(string name)
    {
        var dialect = DialectOf(name);
        var stream = dialect.CreateStream();
        Assert.Equal(name, dialect.Name);
        for (var i = 0; i < 2; i++)
        {
            stream.Reset(DialectRequest.Whole);
            Assert.Equal(StreamProgress.More, stream.Read("messageStart"u8, "{\"type\":\"message-start\",\"choices\":[]}"u8, new NullSink()));
            Assert.Equal(StreamProgress.More, stream.Read("contentBlockDelta"u8, "{\"contentBlockIndex\":0,\"choices\":[],\"delta\":{\"text\":\"a\"}}"u8, new NullSink()));
        }
    }

    private static Dialect DialectOf(string name) => name switch
    {
        "cohere" => CohereDialect.Instance,
        "mistral" => MistralDialect.Instance,
        "ollama" => OllamaDialect.Instance,
        _ => ConverseDialect.Instance,
    };
}
