using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Mistral's chat.</summary>
internal sealed class MistralRow : DialectRow
{
    private const string Docs = "https://docs.mistral.ai/capabilities/";
    private const string Reference = "https://docs.mistral.ai/api/#tag/chat";
    private const string Call = """{"id":"aaaaaaaaa","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}""";
    private const string OtherCall = """{"id":"bbbbbbbbb","function":{"name":"get_weather","arguments":"{\"city\":\"Bergen\"}"}}""";
    private const string Plain = """{"prompt_tokens":100,"completion_tokens":40,"total_tokens":140}""";
    private const string Thought = """{"type":"thinking","thinking":[{"type":"text","text":"Hm \"é\""}]}""";

    public override string Name => "Mistral";

    protected override Dialect Dialect => MistralDialect.Instance;

    protected override string Model => "magistral-medium-2509";

    protected override Cell Text => Says(Reference,
        """{"model":"magistral-medium-2509","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi \"é\""}],"max_tokens":100,"temperature":0.5}""",
        Whole("""{"role":"assistant","tool_calls":null,"content":"Hello, \"Zoë\".\n"}"""));

    protected override Cell Stream => Streams(Reference, ("stream", "true"), Chunks("stop", Plain,
        """{"role":"assistant","content":""}""", """{"content":"Hello, "}""", """{"content":"\"Zoë\".\n"}"""));

    protected override Cell Tools => Calls(Docs + "function_calling",
        [
            ("tools", $"[{CanonicalChat.Tool}]"), ("tool_choice", "\"required\""), ("messages/1/tool_calls/0/id", $"\"{CanonicalChat.Call}\""),
            ("messages/2", $$"""{"role":"tool","tool_call_id":"{{CanonicalChat.Call}}","name":"get_weather","content":"Rain"}"""),
        ], Whole($$"""{"role":"assistant","content":"","tool_calls":[{{Call}}]}""", "tool_calls"), Chunks("tool_calls", Plain, $$"""{"content":"","tool_calls":[{{Call}}]}"""));

    protected override Cell ParallelTools => CallsTwice(Docs + "function_calling",
        [
            ("parallel_tool_calls", "true"), ("messages/1/tool_calls/1/id", $"\"{CanonicalChat.OtherCall}\""),
            ("messages/3", $$"""{"role":"tool","tool_call_id":"{{CanonicalChat.OtherCall}}","name":"get_weather","content":"Sun"}"""),
        ],
        Whole($$"""{"role":"assistant","content":"","tool_calls":[{{Call}},{{OtherCall}}]}""", "tool_calls"),
        Chunks("tool_calls", Plain, $$"""{"content":"","tool_calls":[{{Call}},{{OtherCall}}]}"""));

    protected override Cell StreamedArguments => CallsInPieces(Docs + "function_calling", Chunks("tool_calls", Plain,
        """{"tool_calls":[{"id":"aaaaaaaaa","function":{"name":"get_weather","arguments":"{\"city\""}}]}""",
        """{"tool_calls":[{"id":"aaaaaaaaa","function":{"name":"","arguments":":\"Oslo\"}"}}]}"""));

    protected override Cell StructuredOutput => Structures(Docs + "structured_output/custom",
        [("response_format", $$"""{"type":"json_schema","json_schema":{"name":"place","strict":true,"schema":{{CanonicalChat.Schema}} } }""")],
        Whole("""{"role":"assistant","content":"{\"city\":\"Oslo\"}"}"""), null);

    protected override Cell ReasoningRoundTrip => Replays(Docs + "reasoning", "Hm \"é\"",
        Chunks("tool_calls", Plain,
            """{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm "}]}]}""",
            """{"content":[{"type":"thinking","thinking":[{"type":"text","text":"\"é\""}]}]}""", $$"""{"content":"","tool_calls":[{{Call}}]}"""),
        Whole($$"""{"role":"assistant","content":[{{Thought}}],"tool_calls":[{{Call}}]}""", "tool_calls"),
        ("messages/1/content", $$"""[{{Thought}},{"type":"text","text":""}]"""), ("prompt_mode", "\"reasoning\""));

    protected override Cell Image => Shows(Docs + "vision", "messages/0/content/1", $$"""{"type":"image_url","image_url":{"url":"data:image/png;base64,{{CanonicalChat.Image}}"} }""");

    protected override Cell Pdf => Attaches(Docs + "document_ai/document_qna", "messages/0/content/1",
        $$"""{"type":"document_url","document_url":"data:application/pdf;base64,{{CanonicalChat.Pdf}}","document_name":"a.pdf"}""");

    protected override Cell CacheUsage
    {
        get
        {
            const string Counted = """{"prompt_tokens":100,"completion_tokens":40,"total_tokens":140,"prompt_tokens_details":{"cached_tokens":60}}""";
            return Caches("https://docs.mistral.ai/studio-api/conversations/advanced/prompt-caching", Whole(Hello, usage: Counted), Chunks("stop", Counted, Hello), 60, 0);
        }
    }

    protected override Cell StopReasons => Stops(Reference, native => Whole(Hello, native), native => Chunks(native, Plain, Hello),
        ("stop", "stop"), ("length", "length"), ("model_length", "length"), ("tool_calls", "tool_calls"), ("error", "error"));

    protected override Cell Refusal => Cell.Cannot("https://docs.mistral.ai/capabilities/guardrailing",
        "moderation is an API of its own; the chat has no member for a refusal: it is text", () =>
        {
            var heard = Hear(Whole("""{"role":"assistant","content":"I cannot."}"""));
            Assert.Equal(("I cannot.", "", "stop"), (heard.Text, heard.Refusal, heard.Finish));
        });

    protected override Cell ErrorClasses => Fails("https://docs.mistral.ai/resources/error-glossary",
        (422, """{"detail":[{"type":"extra_forbidden","loc":["body","x"],"msg":"Extra inputs are not permitted","input":"x"}]}""", null, GatewayErrorKind.ProviderRejected),
        (400, Error("invalid_request_message_order", "3230"), null, GatewayErrorKind.ProviderRejected), (401, """{"detail":"Unauthorized"}""", null, GatewayErrorKind.ProviderAuth),
        (429, Error("rate_limited", "1300"), null, GatewayErrorKind.ProviderRateLimited), (500, Error("internal_server_error", "1000"), null, GatewayErrorKind.ProviderError),
        (503, Error("service_unavailable", "3505"), null, GatewayErrorKind.ProviderOverloaded));

    protected override Cell Usage => Counts(Reference, Whole(Hello), Chunks("stop", Plain, Hello), null);

    private const string Hello = """{"role":"assistant","content":"Hi"}""";

    private static string Error(string type, string code) => $$"""{"object":"error","message":"Because","type":"{{type}}","param":null,"code":"{{code}}"}""";

    private static string Whole(string message, string finish = "stop", string usage = Plain) =>
        $$"""{"id":"c1","object":"chat.completion","created":7,"model":"magistral-medium-2509","choices":[{"index":0,"message":{{message}},"finish_reason":"{{finish}}"}],"usage":{{usage}} }""";

    private static (string, string)[] Chunks(string finish, string usage, params string[] deltas) =>
    [
        .. deltas.Select(delta => ("", $$"""{"id":"c1","object":"chat.completion.chunk","created":7,"model":"magistral-medium-2509","choices":[{"index":0,"delta":{{delta}},"finish_reason":null}]}""")),
        ("", $$"""{"id":"c1","object":"chat.completion.chunk","created":7,"model":"magistral-medium-2509","choices":[{"index":0,"delta":{"content":""},"finish_reason":"{{finish}}"}],"usage":{{usage}} }"""), ("", "[DONE]"),
    ];
}
