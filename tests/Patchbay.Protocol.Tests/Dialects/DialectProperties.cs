using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

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
        "{\"tool_calls\":[{\"function\":{\"arguments\":\"a\"}}]}", "{\"usage\":{\"inputTokens\":-5}}", "{\"thinking\":1,\"content\":[]}");

    private static readonly Gen<string> Member = Gen.Elements(
        "contentBlockIndex", "start", "delta", "usage", "stopReason", "output", "message", "type", "index", "id", "finish_reason", "done",
        "done_reason", "error", "eval_count", "prompt_eval_count", "logprobs", "content", "cacheDetails");

    private static readonly Gen<string> Shaped =
        from type in Gen.Elements("message-start", "content-start", "content-delta", "content-end", "tool-call-start", "tool-call-delta", "tool-call-end", "tool-plan-delta", "citation-start", "message-end")
        from members in Gen.ListOf(from name in Member from value in Value select $",\"{name}\":{value}")
        select $"{{\"type\":\"{type}\"{string.Concat(members)}}}";

    private static readonly Gen<string> Noise = Gen.ListOf(Gen.Elements(
        "{", "}", "[", "]", ",", ":", "\"type\"", "\"delta\"", "\"contentBlockIndex\"", "0", "null", "\"\\ud800\"", "\u0000", "\"message\"", " ")).Select(string.Concat);

    private static readonly Gen<string> EventName = Gen.Elements(
        "messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata", "throttlingException", "Exception", "", "new");

    public static TheoryData<string> Names => ["bedrock-converse", "cohere", "ollama"];

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
    [InlineData("bedrock-converse", 401, Patchbay.Core.GatewayErrorKind.ProviderAuth)]
    [InlineData("cohere", 402, Patchbay.Core.GatewayErrorKind.ProviderAuth)]
    [InlineData("ollama", 404, Patchbay.Core.GatewayErrorKind.ProviderRejected)]
    [InlineData("cohere", 429, Patchbay.Core.GatewayErrorKind.ProviderRateLimited)]
    [InlineData("ollama", 502, Patchbay.Core.GatewayErrorKind.ProviderError)]
    [InlineData("bedrock-converse", 503, Patchbay.Core.GatewayErrorKind.ProviderOverloaded)]
    [InlineData("cohere", 504, Patchbay.Core.GatewayErrorKind.ProviderTimeout)]
    public void A_body_that_is_no_error_means_what_the_status_says(string name, int status, Patchbay.Core.GatewayErrorKind kind)
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
            Assert.Equal(StreamProgress.More, stream.Read("messageStart"u8, "{\"type\":\"message-start\"}"u8, new NullSink()));
            Assert.Equal(StreamProgress.More, stream.Read("contentBlockDelta"u8, "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\"}}"u8, new NullSink()));
        }
    }

    private static Dialect DialectOf(string name) => name switch
    {
        "cohere" => CohereDialect.Instance,
        "ollama" => OllamaDialect.Instance,
        _ => ConverseDialect.Instance,
    };
}
