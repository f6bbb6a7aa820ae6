using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Ollama's own chat.</summary>
internal sealed class OllamaRow : DialectRow
{
    private const string Api = "https://github.com/ollama/ollama/blob/main/docs/api.md";
    private const string Docs = "https://github.com/ollama/ollama/blob/main/docs/";
    private const string Call = """{"id":"call_1","function":{"index":0,"name":"get_weather","arguments":{"city":"Oslo"}}}""";
    private const string OtherCall = """{"id":"call_2","function":{"index":1,"name":"get_weather","arguments":{"city":"Bergen"}}}""";

    public override string Name => "Ollama";

    protected override Dialect Dialect => OllamaDialect.Instance;

    protected override string Model => "qwen3:8b";

    protected override Cell Text => Says(Api + "#chat-request-no-streaming",
        """{"model":"qwen3:8b","stream":false,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi \"é\""}],"options":{"num_predict":100,"temperature":0.5}}""",
        Whole("""{"role":"assistant","content":"Hello, \"Zoë\".\n"}"""));

    protected override Cell Stream => Streams(Api + "#chat-request-streaming", ("stream", "true"),
        Events("""{"role":"assistant","content":"Hello, "}""", """{"role":"assistant","content":"\"Zoë\".\n"}"""));

    protected override Cell Tools => Calls(Api + "#chat-request-with-history-with-tools",
        [
            ("tools", $"[{CanonicalChat.Tool}]"),
            ("messages/1", $$$"""{"role":"assistant","content":"","tool_calls":[{"id":"{{{CanonicalChat.Call}}}","function":{"name":"get_weather","arguments":{"city":"Oslo"} } }]}"""),
            ("messages/2", $$"""{"role":"tool","tool_name":"get_weather","tool_call_id":"{{CanonicalChat.Call}}","content":"Rain"}"""),
        ], Whole($$"""{"role":"assistant","content":"","tool_calls":[{{Call}}]}"""), Events($$"""{"role":"assistant","content":"","tool_calls":[{{Call}}]}"""));

    protected override Cell ParallelTools => CallsTwice(Docs + "capabilities/tool-calling.mdx",
        [
            ("messages/1/tool_calls/1/function", """{"name":"get_weather","arguments":{"city":"Bergen"}}"""),
            ("messages/3", $$"""{"role":"tool","tool_name":"get_weather","tool_call_id":"{{CanonicalChat.OtherCall}}","content":"Sun"}"""),
        ],
        Whole($$"""{"role":"assistant","content":"","tool_calls":[{{Call}},{{OtherCall}}]}"""),
        Events($$"""{"role":"assistant","content":"","tool_calls":[{{Call}}]}""", $$"""{"role":"assistant","content":"","tool_calls":[{{OtherCall}}]}"""));

    protected override Cell StreamedArguments => Cell.Cannot(Api + "#chat-request-streaming-with-tools",
        "a call comes whole, its arguments as an object; a caller gets them as one fragment", () =>
        {
            var heard = Hear(Events($$"""{"role":"assistant","content":"","tool_calls":[{{Call}}]}"""));
            Assert.Equal((1, """{"city":"Oslo"}"""), (heard.Pieces.Arguments, heard.Calls[0].Arguments));
        });

    protected override Cell StructuredOutput => Structures(Api + "#chat-request-structured-outputs", [("format", CanonicalChat.Schema)],
        Whole("""{"role":"assistant","content":"{\"city\":\"Oslo\"}"}"""), null);

    protected override Cell ReasoningRoundTrip => Replays(Docs + "capabilities/thinking.mdx", "Hm \"é\"",
        Events("""{"role":"assistant","content":"","thinking":"Hm "}""", """{"role":"assistant","content":"","thinking":"\"é\""}""", $$"""{"role":"assistant","content":"","tool_calls":[{{Call}}]}"""),
        Whole($$"""{"role":"assistant","content":"","thinking":"Hm \"é\"","tool_calls":[{{Call}}]}"""),
        ("messages/1/thinking", "\"Hm \\\"é\\\"\""), ("think", "\"high\""));

    protected override Cell Image => Shows(Api + "#chat-request-with-images", "messages/0/images", $"[\"{CanonicalChat.Image}\"]");

    protected override Cell Pdf => CannotAttach(Api + "#parameters-1", "a message has content and images, nothing else");

    protected override Cell CacheUsage => Cell.Cannot(Api + "#response-10",
        "prompt_eval_count is all that is told of the prompt; nothing is priced by caching", () =>
        {
            var usage = Hear(Whole("""{"role":"assistant","content":"Hi"}""")).Usage;
            Assert.Equal((100, null, null), (usage.PromptTokens, usage.CacheRead, usage.CacheWrite));
        });

    protected override Cell StopReasons => Stops("https://github.com/ollama/ollama/blob/main/llm/server.go", native => Whole("""{"role":"assistant","content":"Hi"}""", native), native => [("", Whole("""{"role":"assistant","content":"Hi"}""", native))],
        ("stop", "stop"), ("length", "length"), ("load", "stop"));

    protected override Cell Refusal => Cell.Cannot(Api + "#generate-a-chat-completion",
        "models run without a filter and the answer has no member for a refusal: it is text", () =>
        {
            var heard = Hear(Whole("""{"role":"assistant","content":"I cannot."}"""));
            Assert.Equal(("I cannot.", "", "stop"), (heard.Text, heard.Refusal, heard.Finish));
        });

    protected override Cell ErrorClasses => Fails(Docs + "api/errors.mdx",
        (400, Because, null, GatewayErrorKind.ProviderRejected), (404, Because, null, GatewayErrorKind.ProviderRejected), (401, Because, null, GatewayErrorKind.ProviderAuth),
        (429, Because, null, GatewayErrorKind.ProviderRateLimited), (500, Because, null, GatewayErrorKind.ProviderError), (503, Because, null, GatewayErrorKind.ProviderOverloaded));

    protected override Cell Usage => Counts(Api + "#response-10", Whole("""{"role":"assistant","content":"Hi"}"""), Events("""{"role":"assistant","content":"Hi"}"""), null);

    private const string Because = """{"error":"model 'x' not found"}""";

    private static string Whole(string message, string reason = "stop") =>
        $$"""{"model":"qwen3:8b","created_at":"2025-07-07T20:22:19.19314Z","message":{{message}},"done_reason":"{{reason}}","done":true,"total_duration":9,"prompt_eval_count":100,"eval_count":40}""";

    private static (string, string)[] Events(params string[] messages) =>
    [
        .. messages.Select(message => ("", $$"""{"model":"qwen3:8b","created_at":"2025-07-07T20:22:19.184789Z","message":{{message}},"done":false}""")),
        ("", Whole("""{"role":"assistant","content":""}""")),
    ];
}
