using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>OpenAI's chat API, which is also the caller's: requests and answers are edited bytes.</summary>
internal class ChatRow : DialectRow
{
    private const string Guide = "https://platform.openai.com/docs/guides/";
    private const string Reference = "https://platform.openai.com/docs/api-reference/chat/";
    private const string Call = """{"index":0,"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}""";
    private const string OtherCall = """{"index":1,"id":"call_2","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Bergen\"}"}}""";

    public override string Name => "OpenAI chat";

    protected override Dialect Dialect => throw new InvalidOperationException("The caller's own dialect has no translation.");

    protected override string Model => "gpt-5";

    protected virtual ChatForm Form => ChatForm.OpenAi;

    /// <summary>What a provider adds to each choice, to each answer, and sends before the first chunk.</summary>
    protected virtual (string Choice, string Answer, string? First) Extras => ("", "", null);

    protected override Cell Text => Says(Reference + "create",
        CanonicalChat.Text.Replace("\"m\"", "\"gpt-5\"", StringComparison.Ordinal), Whole("""{"role":"assistant","content":"Hello, \"Zoë\".\n","refusal":null}"""));

    protected override Cell Stream => Streams(Reference + "streaming", ("stream_options", """{"include_usage":true}"""),
        Chunks(["""{"role":"assistant","content":""}""", """{"content":"Hello, "}""", """{"content":"\"Zoë\".\n"}"""]));

    protected override Cell Tools => Calls(Guide + "function-calling",
        [("tools", $"[{CanonicalChat.Tool}]"), ("tool_choice", "\"required\""), ("messages", JsonNode.Parse(CanonicalChat.Tools)!["messages"]!.ToJsonString())],
        Whole($$"""{"role":"assistant","content":null,"tool_calls":[{{Call}}]}""", "tool_calls"), Chunks([$$"""{"tool_calls":[{{Call}}]}"""], "tool_calls"));

    protected override Cell ParallelTools => CallsTwice(Guide + "function-calling#parallel-function-calling",
        [("parallel_tool_calls", "true"), ("messages", JsonNode.Parse(CanonicalChat.ParallelTools)!["messages"]!.ToJsonString())],
        Whole($$"""{"role":"assistant","content":null,"tool_calls":[{{Call}},{{OtherCall}}]}""", "tool_calls"),
        Chunks([$$"""{"tool_calls":[{{Call}}]}""", $$"""{"tool_calls":[{{OtherCall}}]}"""], "tool_calls"));

    protected override Cell StreamedArguments => CallsInPieces(Guide + "function-calling#streaming", Chunks(
        [
            """{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"get_weather","arguments":""}}]}""",
            """{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\""}}]}""", """{"tool_calls":[{"index":0,"function":{"arguments":":\"Oslo\"}"}}]}""",
        ], "tool_calls"));

    protected override Cell StructuredOutput => Structures(Guide + "structured-outputs",
        [("response_format", JsonNode.Parse(CanonicalChat.StructuredOutput)!["response_format"]!.ToJsonString())],
        Whole("""{"role":"assistant","content":"{\"city\":\"Oslo\"}"}"""), null);

    protected override Cell ReasoningRoundTrip => Cell.Cannot(Guide + "reasoning",
        "the chat API neither shows reasoning nor takes it back; the Responses API does", () =>
        {
            var body = Write(CanonicalChat.Replay(Hear(Whole("""{"role":"assistant","content":"Yes","reasoning":"Hm"}""")))).Body;
            Assert.Equal(["role", "content"], body["messages"]![1]!.AsObject().Select(member => member.Key));
            Assert.Equal("\"high\"", body["reasoning_effort"]!.ToJsonString());
        });

    protected override Cell Image => Shows(Guide + "images-vision", "messages/0/content/1/image_url/url", $"\"data:image/png;base64,{CanonicalChat.Image}\"");

    protected override Cell Pdf => Attaches(Guide + "pdf-files", "messages/0/content/1/file", $$"""{"filename":"a.pdf","file_data":"data:application/pdf;base64,{{CanonicalChat.Pdf}}"}""");

    protected override Cell CacheUsage
    {
        get
        {
            const string Counted = """{"prompt_tokens":100,"completion_tokens":40,"total_tokens":140,"prompt_tokens_details":{"cached_tokens":60}}""";
            return Caches(Guide + "prompt-caching", Whole(Hello, usage: Counted), Chunks([Hello], usage: Counted), 60, 0,
                ("messages/0/content", "\"Long\""));
        }
    }

    protected override Cell StopReasons => Stops(Reference + "object", native => Whole(Hello, native), native => Chunks([Hello], native),
        ("stop", "stop"), ("length", "length"), ("tool_calls", "tool_calls"), ("content_filter", "content_filter"), ("function_call", "tool_calls"));

    protected override Cell Refusal => Refuses(Guide + "structured-outputs#refusals", "I cannot.", "stop",
        Whole("""{"role":"assistant","content":null,"refusal":"I cannot."}"""), Chunks(["""{"refusal":"I "}""", """{"refusal":"cannot."}"""]));

    protected override Cell ErrorClasses => Fails(Guide + "error-codes",
        (400, Error("invalid_request_error", "null"), null, GatewayErrorKind.ProviderRejected),
        (400, Error("invalid_request_error", "\"context_length_exceeded\""), null, GatewayErrorKind.ProviderRejected),
        (401, Error("invalid_request_error", "\"invalid_api_key\""), null, GatewayErrorKind.ProviderAuth),
        (429, Error("insufficient_quota", "\"insufficient_quota\""), null, GatewayErrorKind.ProviderAuth),
        (429, Error("requests", "\"rate_limit_exceeded\""), null, GatewayErrorKind.ProviderRateLimited),
        (500, Error("server_error", "null"), null, GatewayErrorKind.ProviderError),
        (503, Error("service_unavailable", "null"), null, GatewayErrorKind.ProviderOverloaded));

    protected override Cell Usage
    {
        get
        {
            const string Counted = """{"prompt_tokens":100,"completion_tokens":40,"total_tokens":140,"completion_tokens_details":{"reasoning_tokens":15}}""";
            return Counts(Reference + "object", Whole(Hello, usage: Counted), Chunks([Hello], usage: Counted), 15);
        }
    }

    protected static string Hello => """{"role":"assistant","content":"Hi"}""";

    protected static string Error(string type, string code) => $$$"""{"error":{"message":"Because","type":"{{{type}}}","param":null,"code":{{{code}}} } }""";

    protected override (JsonNode Body, DialectRequest Request) Write(string chat, Parameters without = Parameters.None)
    {
        var body = Encoding.UTF8.GetBytes(chat);
        var envelope = new RequestEnvelope();
        Assert.Null(ChatRequestReader.Read(body, envelope));
        if (Form.Rewrites(envelope.Traits))
        {
            var fitted = new ArrayBufferWriter<byte>();
            CanonicalChatWriter.Write(CanonicalChatReader.Read(body), Form, fitted);
            body = fitted.WrittenSpan.ToArray();
            envelope = new RequestEnvelope();
            Assert.Null(ChatRequestReader.Read(body, envelope));
        }

        var output = new ArrayBufferWriter<byte>();
        ChatRequestWriter.Write(body, envelope, new UpstreamRequestEdits { Model = Encoding.UTF8.GetBytes(Model), IncludeUsage = true }, output);
        return (JsonNode.Parse(output.WrittenSpan)!, DialectRequest.Whole);
    }

    protected override Heard Hear(IEnumerable<(string Name, string Data)> events, DialectRequest? request = null) =>
        Heard.Chunks(events.Select(one => one.Data));

    protected override Heard Hear(string body, DialectRequest? request = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var reader = new ChatResponseReader();
        Assert.True(reader.Read(bytes));
        Assert.False(reader.HasError);
        var output = new ArrayBufferWriter<byte>();
        ChatResponseWriter.Write(bytes, reader, Bytes.Stamp, reader.Usage, Bytes.Charge, output);
        return Heard.Of(JsonNode.Parse(output.WrittenSpan)!);
    }

    protected override GatewayErrorKind KindOf(string body, int status, string? name)
    {
        var (_, code, type) = ChatErrorReader.Read(Encoding.UTF8.GetBytes(body), status);
        return ChatErrorReader.Classify(code, type, status);
    }

    protected string Whole(string message, string finish = "stop", string usage = "null") =>
        $$"""{"id":"c1","object":"chat.completion","created":7,"model":"gpt-5-2025","choices":[{"index":0,"message":{{message}},"logprobs":null,"finish_reason":"{{finish}}"{{Extras.Choice}} }],"usage":{{usage}}{{Extras.Answer}} }""";

    protected (string, string)[] Chunks(string[] deltas, string finish = "stop", string? usage = null)
    {
        string[] all =
        [
            .. Extras.First is { } first ? [first] : Array.Empty<string>(),
            .. deltas.Select(delta => Chunk($$"""{"index":0,"delta":{{delta}},"finish_reason":null{{Extras.Choice}} }""")),
            Chunk($$"""{"index":0,"delta":{},"finish_reason":"{{finish}}"{{Extras.Choice}} }"""), Chunk("", usage ?? "null"), "[DONE]",
        ];
        return [.. all.Select(data => ("", data))];
    }

    private static string Chunk(string choices, string usage = "null") =>
        $$"""{"id":"c1","object":"chat.completion.chunk","created":7,"model":"gpt-5-2025","choices":[{{choices}}],"usage":{{usage}} }""";
}
