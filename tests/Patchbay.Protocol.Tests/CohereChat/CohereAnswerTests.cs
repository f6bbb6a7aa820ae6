using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

// After https://docs.cohere.com/reference/chat, https://docs.cohere.com/reference/chat-stream and the pages named at the tests.
public sealed class CohereAnswerTests
{
    private const string Start = """{"id":"m1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}""";

    private static readonly Dialect Cohere = CohereDialect.Instance;

    // https://docs.cohere.com/v2/docs/tool-use-streaming
    [Fact]
    public void A_plan_and_calls_are_heard_in_order()
    {
        var heard = Stream(
            Plan("I will "), Plan("look."),
            Call(0, "f_1", "f", ""), Arguments(0, "{\"a\":"), Arguments(0, "\"é\"}"), End("tool-call", 0),
            Call(1, "g_1", "g", ""), Arguments(1, "null"), End("tool-call", 1),
            Call(2, "h_1", "h", "{}"), End("tool-call", 2),
            Finish("TOOL_CALL"));

        Assert.Equal(ChunkResult.Done, heard.Result);
        Assert.Equal(("I will look.", "", "tool_calls", "TOOL_CALL"), (heard.Reasoning, heard.Text, heard.Finish, heard.Native));
        Assert.Equal([("f_1", "f", "{\"a\":\"é\"}"), ("g_1", "g", "{}"), ("h_1", "h", "{}")], heard.Calls.Values);
        Assert.All(heard.Details, detail => Assert.Equal("reasoning.summary", (string?)detail["type"]));
        Assert.Equal("m1", heard.Editor.UpstreamId);
    }

    // https://docs.cohere.com/v2/docs/reasoning
    [Fact]
    public void Thoughts_come_before_the_text()
    {
        var heard = Stream(
            Content(0, "thinking", ""), Delta(0, "thinking", "h\n"), Delta(0, "thinking", "m"), End("content", 0),
            Content(1, "text", "H"), Delta(1, "text", "i"), End("content", 1), Finish("COMPLETE"));

        Assert.Equal(("h\nm", "Hi", "stop"), (heard.Reasoning, heard.Text, heard.Finish));
        Assert.All(heard.Details, detail => Assert.Equal(("reasoning.text", "cohere-v2", 0), ((string?)detail["type"], (string?)detail["format"], (int)detail["index"]!)));
    }

    // finish_reason
    [Theory]
    [InlineData("COMPLETE", "stop")]
    [InlineData("STOP_SEQUENCE", "stop")]
    [InlineData("MAX_TOKENS", "length")]
    [InlineData("TOOL_CALL", "tool_calls")]
    [InlineData("ERROR_TOXIC", "content_filter")]
    [InlineData("ERROR_LIMIT", "length")]
    [InlineData("A_NEW_ONE", "stop")]
    public void Finish_reasons_are_normalised_and_kept(string native, string finish)
    {
        var heard = Stream(Finish(native));
        var whole = Heard.Whole(Cohere, $$$"""{"id":"m","message":{"role":"assistant","content":[]},"finish_reason":"{{{native}}}"}""")!;

        Assert.Equal((finish, native), (heard.Finish, heard.Native));
        Assert.Equal(finish, (string?)whole["choices"]![0]!["finish_reason"]);
    }

    [Theory]
    [InlineData("""{"type":"message-end","delta":{"error":"Because","finish_reason":"ERROR"}}""", GatewayErrorKind.ProviderError)]
    [InlineData("""{"type":"message-end","delta":{"error":"Because","finish_reason":"TIMEOUT"}}""", GatewayErrorKind.ProviderTimeout)]
    [InlineData("""{"message":"Because"}""", GatewayErrorKind.ProviderError)]
    public void A_stream_may_end_with_an_error(string data, GatewayErrorKind kind)
    {
        var heard = Heard.Stream(Cohere, [("", Start), ("", Delta(0, "text", "Hi")), ("", data)]);

        Assert.Equal(ChunkResult.Error, heard.Result);
        Assert.Equal((kind, "Because"), (heard.Editor.Error!.Kind, heard.Editor.Error.Raw));
    }

    [Fact]
    public void A_whole_answer_may_be_an_error()
    {
        var answer = Heard.Whole(Cohere, """{"id":"m","message":{"role":"assistant","content":[]},"finish_reason":"ERROR"}""")!;

        Assert.Equal((500, "server_error"), ((int)answer["error"]!["code"]!, (string?)answer["error"]!["type"]));
    }

    // https://docs.cohere.com/reference/errors
    [Theory]
    [InlineData(400, GatewayErrorKind.ProviderRejected)]
    [InlineData(401, GatewayErrorKind.ProviderAuth)]
    [InlineData(402, GatewayErrorKind.ProviderAuth)]
    [InlineData(404, GatewayErrorKind.ProviderRejected)]
    [InlineData(422, GatewayErrorKind.ProviderRejected)]
    [InlineData(429, GatewayErrorKind.ProviderRateLimited)]
    [InlineData(498, GatewayErrorKind.ProviderAuth)]
    [InlineData(499, GatewayErrorKind.ProviderError)]
    [InlineData(500, GatewayErrorKind.ProviderError)]
    [InlineData(503, GatewayErrorKind.ProviderOverloaded)]
    [InlineData(504, GatewayErrorKind.ProviderTimeout)]
    public void An_error_is_known_by_its_status(int status, GatewayErrorKind kind)
    {
        var told = Cohere.ReadError("""{"id":"e","message":"invalid request: no"}"""u8, status);

        Assert.Equal((kind, "invalid request: no"), (told.Kind, told.Message));
    }

    [Fact]
    public void What_is_billed_is_what_counts()
    {
        Assert.Equal(new Usage { UncachedInput = 46, Output = 14 }, UsageOf("""{"billed_units":{"input_tokens":46.0,"output_tokens":14},"tokens":{"input_tokens":1445,"output_tokens":43},"cached_tokens":704}"""));
        Assert.Equal(new Usage { UncachedInput = 1445, Output = 43 }, UsageOf("""{"tokens":{"input_tokens":1445,"output_tokens":43},"cached_tokens":704}"""));
    }

    // https://docs.cohere.com/v2/docs/rag-citations
    [Fact]
    public void Citations_stand_at_the_text_that_they_belong_to()
    {
        var heard = Stream(
            Content(0, "thinking", "hm"), End("content", 0), Content(1, "text", ""), Delta(1, "text", "One. "), End("content", 1),
            Content(2, "text", ""), Delta(2, "text", "Emperor penguins"),
            """{"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":16,"text":"Emperor penguins","sources":[{"type":"document","id":"doc:1","document":{"id":"doc:1","snippet":"tall","title":"Tall penguins"}}],"type":"TEXT_CONTENT","content_index":2}}}}""",
            """{"type":"citation-end","index":0}""",
            """{"type":"citation-start","index":1,"delta":{"message":{"citations":{"start":0,"end":3,"text":"One","sources":[{"type":"tool","id":"f_1:0","tool_output":{"url":"https://e.com","content":"c"}}],"type":"TEXT_CONTENT","content_index":1}}}}""",
            """{"type":"citation-start","index":2,"delta":{"message":{"citations":{"start":0,"end":2,"text":"hm","sources":[{"type":"tool","id":"f_1:0"}],"type":"THINKING_CONTENT","content_index":0}}}}""",
            End("content", 2), Finish("COMPLETE"));

        Assert.Equal(
            [
                """{"type":"file_citation","file_citation":{"index":1,"filename":"Tall penguins","content":"tall","start_index":5,"end_index":21}}""",
                """{"type":"url_citation","url_citation":{"url":"https://e.com","title":"f_1:0","content":"c","start_index":0,"end_index":3}}""",
            ],
            heard.Annotations.Select(annotation => annotation.ToJsonString()));
    }

    [Fact]
    public void The_arguments_of_the_answer_tool_are_the_answer()
    {
        var request = new DialectRequest { AnswerTool = "json_answer" };

        var heard = Heard.Stream(
            Cohere, Events(Content(0, "text", "Well: "), End("content", 0), Call(0, "t", "json_answer", ""), Arguments(0, "{\"a\""), Arguments(0, ":1}"), End("tool-call", 0), Finish("TOOL_CALL")), request);
        var whole = Heard.Whole(
            Cohere, """{"id":"m","message":{"role":"assistant","tool_calls":[{"id":"t","type":"function","function":{"name":"json_answer","arguments":"{\"a\":1}"}}]},"finish_reason":"TOOL_CALL"}""", request)!;

        Assert.Equal(("""{"a":1}""", "stop", 0), (heard.Text, heard.Finish, heard.Calls.Count));
        Assert.Equal("""{"a":1}""", (string?)whole["choices"]![0]!["message"]!["content"]);
    }

    [Fact]
    public void A_whole_answer_is_a_whole_completion()
    {
        var answer = Heard.Whole(
            Cohere,
            """
            {"id":"m1","message":{"role":"assistant","tool_plan":"look","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Hi \u00e9"}],
              "tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}},{"id":"u","type":"function","function":{"name":"g","arguments":"null"}}],
              "citations":[{"start":0,"end":2,"text":"Hi","sources":[{"type":"document","id":"d","document":{"url":"https://e.com","title":"T"}}],"content_index":1}]},
             "finish_reason":"TOOL_CALL","usage":{"billed_units":{"input_tokens":5,"output_tokens":9},"tokens":{"input_tokens":50,"output_tokens":90}}}
            """)!;

        Heard.AssertJson(
            """
            {"role":"assistant","content":"Hi é","refusal":null,"reasoning":"lookhm",
             "reasoning_details":[{"type":"reasoning.summary","summary":"look","format":"cohere-v2","index":0},{"type":"reasoning.text","text":"hm","format":"cohere-v2","index":1}],
             "tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}},{"id":"u","type":"function","function":{"name":"g","arguments":"{}"}}],
             "annotations":[{"type":"url_citation","url_citation":{"url":"https://e.com","title":"T","content":"","start_index":0,"end_index":2}}]}
            """, answer["choices"]![0]!["message"]);
        Assert.Equal("m1", (string?)answer["id"]);
        Assert.Equal((5, 9), (Heard.UsageOf(answer).PromptTokens, Heard.UsageOf(answer).CompletionTokens));
    }

    private static Usage UsageOf(string usage) =>
        Heard.Stream(Cohere, Events($$$"""{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{{{usage}}} } }""")).Usage;

    private static Heard Stream(params string[] inside) => Heard.Stream(Cohere, Events(inside));

    private static IEnumerable<(string, string)> Events(params string[] inside) =>
        ((string[])[Start, .. inside]).Select(data => (((string?)JsonNode.Parse(data)!["type"])!, data));

    private static string Plan(string text) => $$$"""{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"{{{text}}}"} } }""";

    private static string Content(int index, string kind, string text) =>
        Of("content-start", index, "content", new JsonObject { ["type"] = kind, [kind] = text });

    private static string Delta(int index, string kind, string text) =>
        Of("content-delta", index, "content", new JsonObject { [kind] = text });

    private static string Call(int index, string id, string name, string arguments) =>
        Of("tool-call-start", index, "tool_calls", new JsonObject { ["id"] = id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = name, ["arguments"] = arguments } });

    private static string Arguments(int index, string text) =>
        Of("tool-call-delta", index, "tool_calls", new JsonObject { ["function"] = new JsonObject { ["arguments"] = text } });

    private static string Of(string type, int index, string member, JsonObject value) =>
        new JsonObject { ["type"] = type, ["index"] = index, ["delta"] = new JsonObject { ["message"] = new JsonObject { [member] = value } } }.ToJsonString();

    private static string End(string what, int index) => $$"""{"type":"{{what}}-end","index":{{index}}}""";

    private static string Finish(string reason) =>
        $$$"""{"type":"message-end","delta":{"finish_reason":"{{{reason}}}","usage":{"billed_units":{"input_tokens":1,"output_tokens":2},"tokens":{"input_tokens":3,"output_tokens":4} } } }""";
}
