using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

internal sealed class ResponsesRow : DialectRow
{
    private const string Guide = "https://platform.openai.com/docs/guides/";
    private const string Reference = "https://platform.openai.com/docs/api-reference/";
    private const string Call = """{"type":"function_call","id":"fc_1","call_id":"call_1","name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}""";
    private const string OtherCall = """{"type":"function_call","id":"fc_2","call_id":"call_2","name":"get_weather","arguments":"{\"city\":\"Bergen\"}"}""";
    private const string Thought = """{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm \"é\""}],"encrypted_content":"gAAA+/=="}""";
    private const string Function = $$"""[{"type":"function","name":"get_weather","description":"Weather now","parameters":{{CanonicalChat.Schema}},"strict":false}]""";

    public override string Name => "OpenAI Responses";

    protected override Dialect Dialect => OpenAiResponsesDialect.Instance;

    protected override string Model => "gpt-5";

    protected override Cell Text => Says(Reference + "responses/create",
        """{"model":"gpt-5","store":false,"input":[{"type":"message","role":"system","content":"Be brief."},{"type":"message","role":"user","content":"Hi \"é\""}],"include":["reasoning.encrypted_content"],"max_output_tokens":100,"temperature":0.5}""",
        Whole([Message("""{"type":"output_text","text":"Hello, \"Zoë\".\n","annotations":[]}""")]));

    protected override Cell Stream => Streams(Reference + "responses-streaming", ("stream", "true"), Events(
        [], Delta("Hello, "), Delta("""\"Zoë\".\n""")));

    protected override Cell Tools => Calls(Guide + "function-calling",
        [
            ("tools", Function), ("tool_choice", "\"required\""),
            ("input/1", $$"""{"type":"function_call","call_id":"{{CanonicalChat.Call}}","name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}"""),
            ("input/2", $$"""{"type":"function_call_output","call_id":"{{CanonicalChat.Call}}","output":"Rain"}"""),
        ], Whole([Call]), Events([Call]));

    protected override Cell ParallelTools => CallsTwice(Guide + "function-calling#parallel-function-calling",
        [
            ("parallel_tool_calls", "true"),
            ("input/2", $$"""{"type":"function_call","call_id":"{{CanonicalChat.OtherCall}}","name":"get_weather","arguments":"{\"city\":\"Bergen\"}"}"""),
            ("input/4", $$"""{"type":"function_call_output","call_id":"{{CanonicalChat.OtherCall}}","output":"Sun"}"""),
        ], Whole([Call, OtherCall]), Events([Call, OtherCall]));

    protected override Cell StreamedArguments => CallsInPieces(Reference + "responses-streaming/response/function_call_arguments", Events(
        [Call],
        """{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"get_weather","arguments":""}}""",
        """{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"{\"city\""}""",
        """{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":":\"Oslo\"}"}"""));

    protected override Cell StructuredOutput => Structures(Guide + "structured-outputs",
        [("text/format", $$"""{"type":"json_schema","name":"place","strict":true,"schema":{{CanonicalChat.Schema}} }""")],
        Whole([Message("""{"type":"output_text","text":"{\"city\":\"Oslo\"}"}""")]), Whole([Call.Replace("get_weather", "NAME", StringComparison.Ordinal)]));

    protected override Cell ReasoningRoundTrip => Replays(Guide + "reasoning#encrypted-reasoning-items", "Hm \"é\"",
        Events(
            [Thought, Message("""{"type":"output_text","text":"Yes"}""")],
            """{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"Hm "}""",
            """{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"\"é\""}"""),
        Whole([Thought, Message("""{"type":"output_text","text":"Yes"}""")]),
        ("input/1", Thought), ("reasoning", """{"effort":"high"}"""));

    protected override Cell Image => Shows(Guide + "images-vision", "input/0/content/1", $$"""{"type":"input_image","image_url":"data:image/png;base64,{{CanonicalChat.Image}}","detail":"auto"}""");

    protected override Cell Pdf => Attaches(Guide + "pdf-files", "input/0/content/1", $$"""{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,{{CanonicalChat.Pdf}}"}""");

    protected override Cell CacheUsage
    {
        get
        {
            const string Counted = """{"input_tokens":100,"input_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},"output_tokens":40,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":140}""";
            return Caches(Guide + "prompt-caching", Whole([], usage: Counted), Ended([], "completed", Counted), 60, 30);
        }
    }

    protected override Cell StopReasons => Stops(Reference + "responses/object", native => Whole([], native), native => Ended([], native, Unused),
        ("completed", "stop"), ("max_output_tokens", "length"), ("content_filter", "content_filter"));

    protected override Cell Refusal => Refuses(Guide + "structured-outputs#refusals", "I cannot.", "stop",
        Whole([Message("""{"type":"refusal","refusal":"I cannot."}""")]),
        Events(
            [Message("""{"type":"refusal","refusal":"I cannot."}""")],
            """{"type":"response.refusal.delta","output_index":0,"content_index":0,"delta":"I "}""",
            """{"type":"response.refusal.delta","output_index":0,"content_index":0,"delta":"cannot."}"""));

    protected override Cell ErrorClasses => Fails(Guide + "error-codes",
        (400, Error("invalid_request_error", "unsupported_parameter"), null, GatewayErrorKind.ProviderRejected),
        (401, Error("invalid_request_error", "invalid_api_key"), null, GatewayErrorKind.ProviderAuth),
        (429, Error("insufficient_quota", "insufficient_quota"), null, GatewayErrorKind.ProviderAuth),
        (429, Error("tokens", "rate_limit_exceeded"), null, GatewayErrorKind.ProviderRateLimited),
        (500, Error("server_error", "server_error"), null, GatewayErrorKind.ProviderError),
        (503, Error("server_error", "server_overloaded"), null, GatewayErrorKind.ProviderOverloaded));

    protected override Cell Usage
    {
        get
        {
            const string Counted = """{"input_tokens":100,"input_tokens_details":{"cached_tokens":0},"output_tokens":40,"output_tokens_details":{"reasoning_tokens":15},"total_tokens":140}""";
            return Counts(Reference + "responses/object", Whole([], usage: Counted), Ended([], "completed", Counted), 15);
        }
    }

    private const string Unused = """{"input_tokens":1,"output_tokens":1,"total_tokens":2}""";

    private static string Error(string type, string code) => $$$"""{"error":{"message":"Because","type":"{{{type}}}","param":null,"code":"{{{code}}}"} }""";

    private static string Message(string part) => $$"""{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{{part}}]}""";

    private static string Delta(string text) => $$"""{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"{{text}}"}""";

    private static string Whole(string[] items, string reason = "completed", string usage = Unused) =>
        $$"""{"id":"resp_1","object":"response","model":"gpt-5","status":"{{(reason == "completed" ? reason : "incomplete")}}","incomplete_details":{{(reason == "completed" ? "null" : $$"""{"reason":"{{reason}}"}""")}},"error":null,"output":[{{string.Join(',', items)}}],"usage":{{usage}} }""";

    private static (string, string)[] Events(string[] items, params string[] more) => Ended(items, "completed", Unused, more);

    private static (string, string)[] Ended(string[] items, string reason, string usage, params string[] more)
    {
        string[] all =
        [
            """{"type":"response.created","response":{"id":"resp_1","model":"gpt-5","status":"in_progress","output":[]}}""",
            .. more, .. items.Select((item, index) => $$"""{"type":"response.output_item.done","output_index":{{index}},"item":{{item}} }"""),
            $$"""{"type":"response.{{(reason == "completed" ? reason : "incomplete")}}","response":{{Whole(items, reason, usage)}} }""",
        ];
        return [.. all.Select(data => ((string)JsonNode.Parse(data)!["type"]!, data))];
    }
}
