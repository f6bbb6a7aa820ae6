using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Cohere's chat, version 2.</summary>
internal sealed class CohereRow : DialectRow
{
    private const string Docs = "https://docs.cohere.com/v2/docs/";
    private const string Reference = "https://docs.cohere.com/reference/";
    private const string Call = """{"id":"get_weather_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}""";
    private const string OtherCall = """{"id":"get_weather_2","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Bergen\"}"}}""";
    private const string Plain = """{"billed_units":{"input_tokens":100,"output_tokens":40},"tokens":{"input_tokens":100,"output_tokens":40}}""";

    public override string Name => "Cohere v2";

    protected override Dialect Dialect => CohereDialect.Instance;

    protected override string Model => "command-a-reasoning-08-2025";

    protected override Cell Text => Says(Reference + "chat",
        """{"model":"command-a-reasoning-08-2025","stream":false,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi \"é\""}],"max_tokens":100,"temperature":0.5}""",
        Whole("""{"role":"assistant","content":[{"type":"text","text":"Hello, \"Zoë\".\n"}]}"""));

    protected override Cell Stream => Streams(Reference + "chat-stream", ("stream", "true"),
        Events([Content(0, "text", "content-start", ""), Content(0, "text", "content-delta", "Hello, "), Content(0, "text", "content-delta", CanonicalChat.Said[7..]), Over("content", 0)]));

    protected override Cell Tools => Calls(Docs + "tool-use-overview",
        [
            ("tools", $"[{CanonicalChat.Tool}]"), ("tool_choice", "\"REQUIRED\""),
            ("messages/1/tool_calls/0", $$$"""{"id":"{{{CanonicalChat.Call}}}","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"} }"""),
            ("messages/2", $$"""{"role":"tool","tool_call_id":"{{CanonicalChat.Call}}","content":"Rain"}"""),
        ], Whole($$"""{"role":"assistant","tool_calls":[{{Call}}]}""", "TOOL_CALL"), Events(Arguments(0, """{"city":"Oslo"}"""), "TOOL_CALL"));

    protected override Cell ParallelTools => CallsTwice(Docs + "tool-use-overview#parallel-tool-calling",
        [
            ("messages/1/tool_calls/1/id", $"\"{CanonicalChat.OtherCall}\""), ("messages/2/tool_call_id", $"\"{CanonicalChat.Call}\""),
            ("messages/3", $$"""{"role":"tool","tool_call_id":"{{CanonicalChat.OtherCall}}","content":"Sun"}"""),
        ],
        Whole($$"""{"role":"assistant","tool_calls":[{{Call}},{{OtherCall}}]}""", "TOOL_CALL"),
        Events([.. Arguments(0, """{"city":"Oslo"}"""), .. Arguments(1, """{"city":"Bergen"}""")], "TOOL_CALL"));

    protected override Cell StreamedArguments => CallsInPieces(Docs + "tool-use-streaming", Events(Arguments(0, "{\"city\"", ":\"Oslo\"}"), "TOOL_CALL"));

    protected override Cell StructuredOutput => Structures(Docs + "structured-outputs",
        [("response_format", $$"""{"type":"json_object","json_schema":{{CanonicalChat.Schema}} }""")],
        Whole("""{"role":"assistant","content":[{"type":"text","text":"{\"city\":\"Oslo\"}"}]}"""),
        Whole($$"""{"role":"assistant","tool_calls":[{{Call.Replace("get_weather", "NAME", StringComparison.Ordinal)}}]}""", "TOOL_CALL"));

    protected override Cell ReasoningRoundTrip => Replays(Docs + "reasoning", "Hm \"é\"",
        Events(
            [
                Content(0, "thinking", "content-start", ""), Content(0, "thinking", "content-delta", "Hm "), Content(0, "thinking", "content-delta", "\"é\""), Over("content", 0),
                .. Arguments(0, """{"city":"Oslo"}"""),
            ], "TOOL_CALL"),
        Whole($$"""{"role":"assistant","content":[{"type":"thinking","thinking":"Hm \"é\""}],"tool_calls":[{{Call}}]}""", "TOOL_CALL"),
        ("messages/1/content", """[{"type":"thinking","thinking":"Hm \"é\""}]"""), ("thinking/type", "\"enabled\""));

    protected override Cell Image => Shows(Docs + "image-inputs", "messages/0/content/1", $$"""{"type":"image_url","image_url":{"url":"data:image/png;base64,{{CanonicalChat.Image}}"} }""");

    protected override Cell Pdf => CannotAttach(Reference + "chat", "a user's content is text and images; documents are texts");

    protected override Cell CacheUsage => Cell.Cannot(Reference + "chat",
        "what is billed is told without the cached part, which is of what is not billed (cached_tokens may exceed it)", () =>
        {
            var usage = Hear(Whole("""{"role":"assistant","content":[]}""", usage: Plain[..^1] + ",\"cached_tokens\":704}")).Usage;
            Assert.Equal((100, null), (usage.PromptTokens, usage.CacheRead));
        });

    protected override Cell StopReasons => Stops(Reference + "chat#response.body.finish_reason", native => Whole("""{"role":"assistant","content":[]}""", native), native => Events([], native),
        ("COMPLETE", "stop"), ("STOP_SEQUENCE", "stop"), ("MAX_TOKENS", "length"), ("TOOL_CALL", "tool_calls"));

    protected override Cell Refusal => Refuses("https://docs.cohere.com/v1/docs/finish-reasons", "", "content_filter",
        Whole("""{"role":"assistant","content":[]}""", "ERROR_TOXIC"), Events([], "ERROR_TOXIC"));

    protected override Cell ErrorClasses => Fails(Reference + "errors",
        (400, Because, null, GatewayErrorKind.ProviderRejected), (422, Because, null, GatewayErrorKind.ProviderRejected), (401, Because, null, GatewayErrorKind.ProviderAuth),
        (402, Because, null, GatewayErrorKind.ProviderAuth), (429, Because, null, GatewayErrorKind.ProviderRateLimited), (499, Because, null, GatewayErrorKind.ProviderError),
        (500, Because, null, GatewayErrorKind.ProviderError), (503, Because, null, GatewayErrorKind.ProviderOverloaded), (504, Because, null, GatewayErrorKind.ProviderTimeout));

    protected override Cell Usage => Counts(Reference + "chat#response.body.usage", Whole("""{"role":"assistant","content":[]}"""), Events([]), null);

    private const string Because = """{"id":"e1","message":"Because"}""";

    private static string Whole(string message, string finish = "COMPLETE", string usage = Plain) =>
        $$"""{"id":"m1","message":{{message}},"finish_reason":"{{finish}}","usage":{{usage}} }""";

    private static string Content(int index, string kind, string type, string text) => Of(type, index, "content",
        type == "content-start" ? new JsonObject { ["type"] = kind, [kind] = text } : new JsonObject { [kind] = text });

    private static string[] Arguments(int index, params string[] pieces) =>
    [
        Of("tool-call-start", index, "tool_calls", new JsonObject { ["id"] = $"get_weather_{index}", ["type"] = "function", ["function"] = new JsonObject { ["name"] = "get_weather", ["arguments"] = "" } }),
        .. pieces.Select(piece => Of("tool-call-delta", index, "tool_calls", new JsonObject { ["function"] = new JsonObject { ["arguments"] = piece } })), Over("tool-call", index),
    ];

    private static string Of(string type, int index, string member, JsonObject value) =>
        new JsonObject { ["type"] = type, ["index"] = index, ["delta"] = new JsonObject { ["message"] = new JsonObject { [member] = value } } }.ToJsonString();

    private static string Over(string what, int index) => $$"""{"type":"{{what}}-end","index":{{index}} }""";

    private static (string, string)[] Events(string[] inside, string finish = "COMPLETE")
    {
        string[] all =
        [
            """{"id":"m1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}""", .. inside,
            $$$"""{"type":"message-end","delta":{"finish_reason":"{{{finish}}}","usage":{{{Plain}}} } }""",
        ];
        return [.. all.Select(data => ((string)JsonNode.Parse(data)!["type"]!, data))];
    }
}
