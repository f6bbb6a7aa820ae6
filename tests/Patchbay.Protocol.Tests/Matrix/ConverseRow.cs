using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Amazon Bedrock's Converse.</summary>
internal sealed class ConverseRow : DialectRow
{
    public const string ErrorPage = Reference + "API_runtime_Converse.html#API_runtime_Converse_Errors";

    private const string Reference = "https://docs.aws.amazon.com/bedrock/latest/APIReference/";
    private const string Guide = "https://docs.aws.amazon.com/bedrock/latest/userguide/";
    private const string Call = """{"toolUse":{"toolUseId":"tooluse_1","name":"get_weather","input":{"city":"Oslo"}}}""";
    private const string OtherCall = """{"toolUse":{"toolUseId":"tooluse_2","name":"get_weather","input":{"city":"Bergen"}}}""";
    private const string Thought = """{"reasoningContent":{"reasoningText":{"text":"Hm \"é\"","signature":"EqQB+/=="}}}""";
    private const string Hidden = """{"reasoningContent":{"redactedContent":"b3BhcXVl"}}""";
    private const string Plain = """{"inputTokens":100,"outputTokens":40,"totalTokens":140}""";

    /// <summary>The errors of Bedrock, which its runtime tells for every API.</summary>
    public static (int Status, string Body, string? Name, GatewayErrorKind Kind)[] Exceptions { get; } =
    [
        (400, Because, "ValidationException", GatewayErrorKind.ProviderRejected), (404, Because, "ResourceNotFoundException", GatewayErrorKind.ProviderRejected),
        (403, Because, "AccessDeniedException", GatewayErrorKind.ProviderAuth), (429, Because, "ThrottlingException", GatewayErrorKind.ProviderRateLimited),
        (429, Because, "ModelNotReadyException", GatewayErrorKind.ProviderOverloaded), (503, Because, "ServiceUnavailableException", GatewayErrorKind.ProviderOverloaded),
        (408, Because, "ModelTimeoutException", GatewayErrorKind.ProviderTimeout), (424, Because, "ModelErrorException", GatewayErrorKind.ProviderError),
        (500, Because, "InternalServerException", GatewayErrorKind.ProviderError),
    ];

    private const string Because = """{"message":"Because"}""";

    public override string Name => "Bedrock Converse";

    protected override Dialect Dialect => ConverseDialect.Instance;

    protected override string Model => "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

    protected override Cell Text => Says(Reference + "API_runtime_Converse.html",
        """{"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Hi \"é\""}]}],"inferenceConfig":{"maxTokens":100,"temperature":0.5}}""",
        Whole("""{"text":"Hello, \"Zoë\".\n"}"""));

    protected override Cell Stream => Streams(Reference + "API_runtime_ConverseStream.html", null,
        Events(Block(0, null, """{"text":"Hello, "}""", """{"text":"\"Zoë\".\n"}""")));

    protected override Cell Tools => Calls(Guide + "tool-use.html",
        [
            ("toolConfig", $$"""{"tools":[{"toolSpec":{"name":"get_weather","description":"Weather now","inputSchema":{"json":{{CanonicalChat.Schema}} } } }],"toolChoice":{"any":{} } }"""),
            ("messages/1/content", $$"""[{"toolUse":{"toolUseId":"{{CanonicalChat.Call}}","name":"get_weather","input":{"city":"Oslo"} } }]"""),
            ("messages/2/content", $$"""[{"toolResult":{"toolUseId":"{{CanonicalChat.Call}}","content":[{"text":"Rain"}]} }]"""),
        ], Whole(Call, "tool_use"), Events(Arguments(0, "tooluse_1", """{\"city\":\"Oslo\"}"""), "tool_use"));

    protected override Cell ParallelTools => CallsTwice(Guide + "tool-use.html",
        [
            ("messages/1/content/1/toolUse/toolUseId", $"\"{CanonicalChat.OtherCall}\""), ("messages/2/content/0/toolResult/toolUseId", $"\"{CanonicalChat.Call}\""),
            ("messages/2/content/1/toolResult/content", """[{"text":"Sun"}]"""),
        ],
        Whole($"{Call},{OtherCall}", "tool_use"),
        Events([.. Arguments(0, "tooluse_1", """{\"city\":\"Oslo\"}"""), .. Arguments(1, "tooluse_2", """{\"city\":\"Bergen\"}""")], "tool_use"));

    protected override Cell StreamedArguments => CallsInPieces(Reference + "API_runtime_ToolUseBlockDelta.html",
        Events(Arguments(0, "tooluse_1", "{\\\"city\\\"", """:\"Oslo\"}"""), "tool_use"));

    protected override Cell StructuredOutput => Structures(Guide + "structured-output.html",
        [
            ("outputConfig/textFormat/type", "\"json_schema\""),
            ("outputConfig/textFormat/structure/jsonSchema/schema", $"\"{CanonicalChat.Schema.Replace("\"", "\\\"", StringComparison.Ordinal)}\""),
        ],
        Whole("""{"text":"{\"city\":\"Oslo\"}"}"""), Whole(Call.Replace("get_weather", "NAME", StringComparison.Ordinal), "tool_use"));

    protected override Cell ReasoningRoundTrip => Replays(Guide + "claude-messages-extended-thinking.html", "Hm \"é\"",
        Events(
            [
                .. Block(0, null, """{"reasoningContent":{"text":"Hm "}}""", """{"reasoningContent":{"text":"\"é\""}}""", """{"reasoningContent":{"signature":"EqQB+/=="}}"""),
                .. Block(1, null, Hidden), .. Arguments(2, "tooluse_1", """{\"city\":\"Oslo\"}"""),
            ], "tool_use"),
        Whole($"{Thought},{Hidden},{Call}", "tool_use"),
        ("messages/1/content", $"[{Thought},{Hidden},{Call}]"), ("additionalModelRequestFields/thinking/type", "\"enabled\""));

    protected override Cell Image => Shows(Reference + "API_runtime_ImageBlock.html", "messages/0/content/1", $$"""{"image":{"format":"png","source":{"bytes":"{{CanonicalChat.Image}}"} } }""");

    protected override Cell Pdf => Attaches(Reference + "API_runtime_DocumentBlock.html", "messages/0/content/1",
        $$"""{"document":{"format":"pdf","name":"a","source":{"bytes":"{{CanonicalChat.Pdf}}"} } }""");

    protected override Cell CacheUsage
    {
        get
        {
            const string Counted = """{"inputTokens":10,"cacheReadInputTokens":60,"cacheWriteInputTokens":30,"outputTokens":40,"totalTokens":140}""";
            return Caches(Guide + "prompt-caching.html", Whole("", usage: Counted), Events([], usage: Counted), 60, 30,
                ("messages/0/content/1", """{"cachePoint":{"type":"default"}}"""));
        }
    }

    protected override Cell StopReasons => Stops(Reference + "API_runtime_MessageStopEvent.html", native => Whole("", native), native => Events([], native),
        ("end_turn", "stop"), ("stop_sequence", "stop"), ("max_tokens", "length"), ("model_context_window_exceeded", "length"), ("tool_use", "tool_calls"),
        ("guardrail_intervened", "content_filter"), ("content_filtered", "content_filter"), ("malformed_model_output", "error"), ("malformed_tool_use", "error"));

    protected override Cell Refusal => Refuses(Guide + "guardrails-use-converse-api.html", "", "content_filter",
        Whole("""{"text":"Sorry."}""", "guardrail_intervened"), Events(Block(0, null, """{"text":"Sorry."}"""), "guardrail_intervened"));

    protected override Cell ErrorClasses => Fails(ErrorPage, Exceptions);

    protected override Cell Usage => Counts(Reference + "API_runtime_TokenUsage.html", Whole("""{"text":"a"}"""), Events([]), null);

    private static string Whole(string blocks, string stop = "end_turn", string usage = Plain) =>
        $$"""{"metrics":{"latencyMs":9},"output":{"message":{"role":"assistant","content":[{{blocks}}]} },"stopReason":"{{stop}}","usage":{{usage}} }""";

    private static (string, string)[] Arguments(int index, string id, params string[] pieces) => Block(
        index, $$$"""{"toolUse":{"toolUseId":"{{{id}}}","name":"get_weather"} }""", [.. pieces.Select(piece => $$$"""{"toolUse":{"input":"{{{piece}}}"} }""")]);

    private static (string, string)[] Block(int index, string? start, params string[] deltas) =>
    [
        .. start is null ? Array.Empty<(string, string)>() : [("contentBlockStart", $$"""{"contentBlockIndex":{{index}},"start":{{start}} }""")],
        .. deltas.Select(delta => ("contentBlockDelta", $$"""{"contentBlockIndex":{{index}},"delta":{{delta}} }""")),
        ("contentBlockStop", $$"""{"contentBlockIndex":{{index}} }"""),
    ];

    private static (string, string)[] Events((string, string)[] blocks, string stop = "end_turn", string usage = Plain) =>
    [
        ("messageStart", """{"p":"abcd","role":"assistant"}"""), .. blocks,
        ("messageStop", $$"""{"stopReason":"{{stop}}"}"""), ("metadata", $$"""{"metrics":{"latencyMs":9},"usage":{{usage}} }"""),
    ];
}
