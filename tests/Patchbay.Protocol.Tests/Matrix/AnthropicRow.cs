using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Anthropic's Messages API, and the same on Vertex AI and on Amazon Bedrock.</summary>
internal class AnthropicRow : DialectRow
{
    private const string Docs = "https://docs.claude.com/en/";
    private const string Guide = Docs + "docs/build-with-claude/";
    private const string Call = """{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"city":"Oslo"}}""";
    private const string OtherCall = """{"type":"tool_use","id":"toolu_2","name":"get_weather","input":{"city":"Bergen"}}""";
    private const string Thought = """{"type":"thinking","thinking":"Hm \"é\"","signature":"EqQB+/=="}""";
    private const string Hidden = """{"type":"redacted_thinking","data":"b3BhcXVl+/=="}""";
    private const string Plain = """{"input_tokens":100,"output_tokens":40}""";

    public override string Name => "Anthropic Messages";

    protected override Dialect Dialect => AnthropicDialect.Instance;

    protected override string Model => "claude-sonnet-4-5-20250929";

    protected virtual string Address => $"\"model\":\"{Model}\"";

    protected override Cell Text => Says(Docs + "api/messages",
        $$"""{ {{Address}},"max_tokens":100,"temperature":0.5,"system":[{"type":"text","text":"Be brief."}],"messages":[{"role":"user","content":[{"type":"text","text":"Hi \"é\""}]}]}""",
        Whole("""{"type":"text","text":"Hello, \"Zoë\".\n"}"""));

    protected override Cell Stream => Streams(Guide + "streaming", Asked, Events(Block(0, """{"type":"text","text":""}""",
        """{"type":"text_delta","text":"Hello, "}""", """{"type":"text_delta","text":"\"Zoë\".\n"}""")));

    protected override Cell Tools => Calls(Docs + "docs/agents-and-tools/tool-use/overview",
        [
            ("tools", $$"""[{"name":"get_weather","description":"Weather now","input_schema":{{CanonicalChat.Schema}} }]"""), ("tool_choice", """{"type":"any"}"""),
            ("messages/1/content", $$"""[{"type":"tool_use","id":"{{CanonicalChat.Call}}","name":"get_weather","input":{"city":"Oslo"} }]"""),
            ("messages/2", $$"""{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{CanonicalChat.Call}}","content":"Rain"}]}"""),
        ], Whole(Call, "tool_use"), Events(Arguments(0, "toolu_1", """{\"city\":\"Oslo\"}"""), "tool_use"));

    protected override Cell ParallelTools => CallsTwice(Docs + "docs/agents-and-tools/tool-use/implement-tool-use#parallel-tool-use",
        [
            ("messages/1/content/1/id", $"\"{CanonicalChat.OtherCall}\""), ("messages/2/content/0/tool_use_id", $"\"{CanonicalChat.Call}\""),
            ("messages/2/content/1/tool_use_id", $"\"{CanonicalChat.OtherCall}\""),
        ],
        Whole($"{Call},{OtherCall}", "tool_use"),
        Events([.. Arguments(0, "toolu_1", """{\"city\":\"Oslo\"}"""), .. Arguments(1, "toolu_2", """{\"city\":\"Bergen\"}""")], "tool_use"));

    protected override Cell StreamedArguments => CallsInPieces(Guide + "streaming#input-json-delta",
        Events(Arguments(0, "toolu_1", "{\\\"city\\\"", """:\"Oslo\"}"""), "tool_use"));

    protected override Cell StructuredOutput => Structures(Guide + "structured-outputs",
        [("output_config/format", $$"""{"type":"json_schema","schema":{{CanonicalChat.Schema}} }""")],
        Whole("""{"type":"text","text":"{\"city\":\"Oslo\"}"}"""), Whole(Call.Replace("get_weather", "NAME", StringComparison.Ordinal), "tool_use"));

    protected override Cell ReasoningRoundTrip => Replays(Guide + "extended-thinking#preserving-thinking-blocks", "Hm \"é\"",
        Events(
            [
                .. Block(0, """{"type":"thinking","thinking":"","signature":""}""", """{"type":"thinking_delta","thinking":"Hm "}""",
                    """{"type":"thinking_delta","thinking":"\"é\""}""", """{"type":"signature_delta","signature":"EqQB+/=="}"""),
                .. Block(1, Hidden), .. Arguments(2, "toolu_1", """{\"city\":\"Oslo\"}"""),
            ], "tool_use"),
        Whole($"{Thought},{Hidden},{Call}", "tool_use"),
        ("messages/1/content", $"[{Thought},{Hidden},{Call}]"), ("thinking/type", "\"enabled\""));

    protected override Cell Image => Shows(Guide + "vision", "messages/0/content/1", $$"""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{CanonicalChat.Image}}"} }""");

    protected override Cell Pdf => Attaches(Guide + "pdf-support", "messages/0/content/1",
        $$"""{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"{{CanonicalChat.Pdf}}"},"title":"a.pdf"}""");

    protected override Cell CacheUsage
    {
        get
        {
            const string Counted = """{"input_tokens":10,"cache_read_input_tokens":60,"cache_creation_input_tokens":30,"output_tokens":40}""";
            return Caches(Guide + "prompt-caching", Whole("", usage: Counted), Events([], usage: Counted), 60, 30,
                ("messages/0/content/0/cache_control", """{"type":"ephemeral"}"""));
        }
    }

    protected override Cell StopReasons => Stops(Docs + "api/handling-stop-reasons", native => Whole("", native), native => Events([], native),
        ("end_turn", "stop"), ("stop_sequence", "stop"), ("pause_turn", "stop"), ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"), ("tool_use", "tool_calls"), ("refusal", "content_filter"));

    protected override Cell Refusal => Refuses("https://docs.claude.com/en/docs/test-and-evaluate/strengthen-guardrails/handle-streaming-refusals", "", "content_filter",
        Whole("""{"type":"text","text":"Well"}""", "refusal"), Events(Block(0, """{"type":"text","text":"Well"}"""), "refusal"));

    protected override Cell ErrorClasses => Fails(Docs + "api/errors",
        (400, Error("invalid_request_error"), null, GatewayErrorKind.ProviderRejected), (413, Error("request_too_large"), null, GatewayErrorKind.ProviderRejected),
        (401, Error("authentication_error"), null, GatewayErrorKind.ProviderAuth), (403, Error("permission_error"), null, GatewayErrorKind.ProviderAuth),
        (429, Error("rate_limit_error"), null, GatewayErrorKind.ProviderRateLimited), (529, Error("overloaded_error"), null, GatewayErrorKind.ProviderOverloaded),
        (504, Error("timeout_error"), null, GatewayErrorKind.ProviderTimeout), (500, Error("api_error"), null, GatewayErrorKind.ProviderError));

    protected override Cell Usage => Counts(Docs + "api/messages#response-usage", Whole("", usage: Plain), Events([]), null);

    protected virtual (string Path, string Json)? Asked => ("stream", "true");

    /// <summary>An event as it is sent where this API is spoken.</summary>
    protected virtual (string Name, string Data) Sent(string data) => ((string)JsonNode.Parse(data)!["type"]!, data);

    private static string Error(string type) => $$$"""{"type":"error","error":{"type":"{{{type}}}","message":"Because"},"request_id":"req_1"}""";

    private static string Whole(string blocks, string stop = "end_turn", string usage = Plain) =>
        $$"""{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{{blocks}}],"stop_reason":"{{stop}}","stop_sequence":null,"usage":{{usage}} }""";

    private static string[] Arguments(int index, string id, params string[] pieces) => Block(
        index, $$"""{"type":"tool_use","id":"{{id}}","name":"get_weather","input":{} }""",
        [.. pieces.Select(piece => $$"""{"type":"input_json_delta","partial_json":"{{piece}}"}""")]);

    private static string[] Block(int index, string start, params string[] deltas) =>
    [
        $$"""{"type":"content_block_start","index":{{index}},"content_block":{{start}} }""",
        .. deltas.Select(delta => $$"""{"type":"content_block_delta","index":{{index}},"delta":{{delta}} }"""),
        $$"""{"type":"content_block_stop","index":{{index}} }""",
    ];

    private (string, string)[] Events(string[] blocks, string stop = "end_turn", string usage = Plain)
    {
        string[] all =
        [
            $$$"""{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude","stop_reason":null,"usage":{{{usage}}} } }""",
            """{"type":"ping"}""", .. blocks,
            $$$"""{"type":"message_delta","delta":{"stop_reason":"{{{stop}}}","stop_sequence":null},"usage":{"output_tokens":40} }""", """{"type":"message_stop"}""",
        ];
        return [.. all.Select(Sent)];
    }
}

/// <summary>Claude on Vertex AI: the address names the model, the body the version
/// (https://docs.claude.com/en/api/claude-on-vertex-ai).</summary>
internal sealed class VertexAnthropicRow : AnthropicRow
{
    public override string Name => "Vertex Anthropic";

    protected override Dialect Dialect => AnthropicDialect.Vertex;

    protected override string Model => "claude-sonnet-4-5@20250929";

    protected override string Address => "\"anthropic_version\":\"vertex-2023-10-16\"";

    protected override Cell ErrorClasses => Fails("https://google.aip.dev/193",
        (400, """{"type":"error","error":{"type":"invalid_request_error","message":"m"}}""", null, GatewayErrorKind.ProviderRejected),
        (403, """[{"error":{"code":403,"message":"m","status":"PERMISSION_DENIED"}}]""", null, GatewayErrorKind.ProviderAuth),
        (429, """{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}""", null, GatewayErrorKind.ProviderRateLimited),
        (529, """{"type":"error","error":{"type":"overloaded_error","message":"m"}}""", null, GatewayErrorKind.ProviderOverloaded),
        (504, """{"error":{"code":504,"message":"m","status":"DEADLINE_EXCEEDED"}}""", null, GatewayErrorKind.ProviderTimeout),
        (500, """{"error":{"code":500,"message":"m","status":"INTERNAL"}}""", null, GatewayErrorKind.ProviderError));
}

/// <summary>Claude on Amazon Bedrock by InvokeModel: events are base64 in binary frames, and the address says whether it streams
/// (https://docs.claude.com/en/api/claude-on-amazon-bedrock).</summary>
internal sealed class BedrockAnthropicRow : AnthropicRow
{
    public override string Name => "Bedrock InvokeModel";

    protected override Dialect Dialect => AnthropicDialect.Bedrock;

    protected override string Model => "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

    protected override string Address => "\"anthropic_version\":\"bedrock-2023-05-31\"";

    protected override Cell ErrorClasses => Fails(ConverseRow.ErrorPage, ConverseRow.Exceptions);

    protected override (string Path, string Json)? Asked => null;

    protected override (string Name, string Data) Sent(string data) =>
        ("chunk", new JsonObject { ["bytes"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(data)), ["p"] = "abc" }.ToJsonString());
}
