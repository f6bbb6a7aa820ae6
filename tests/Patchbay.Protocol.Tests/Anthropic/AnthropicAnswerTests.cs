using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

// After https://docs.claude.com/en/docs/build-with-claude/streaming and the pages named at the tests.
public sealed class AnthropicAnswerTests
{
    private const string Start = """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-x","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_read_input_tokens":20,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":25,"ephemeral_1h_input_tokens":5},"output_tokens":1,"service_tier":"standard"}}}""";
    private const string Stop = """{"type":"message_stop"}""";

    [Fact]
    public void Thoughts_come_twice_signed_and_with_their_place()
    {
        var seen = Translation.Stream(Stream(
            Block(0, """{"type":"thinking","thinking":"","signature":""}"""),
            Delta(0, """{"type":"thinking_delta","thinking":"a\"\u00e9\n"}"""),
            Delta(0, """{"type":"signature_delta","signature":"c2ln"}"""),
            End(0),
            Block(1, """{"type":"redacted_thinking","data":"b3BhcXVl"}"""),
            End(1),
            Block(2, """{"type":"text","text":"Hi"}"""),
            End(2),
            Finish("end_turn", 40)));

        Assert.Equal(ChunkResult.Done, seen.Result);
        Assert.Equal("a\"é\n", seen.Reasoning);
        Assert.Equal("Hi", seen.Text);
        Assert.Equal(
            [
                """{"type":"reasoning.text","text":"a\u0022\u00E9\n","format":"anthropic-claude-v1","index":0}""",
                """{"type":"reasoning.text","signature":"c2ln","format":"anthropic-claude-v1","index":0}""",
                """{"type":"reasoning.encrypted","data":"b3BhcXVl","format":"anthropic-claude-v1","index":1}""",
            ],
            seen.Details.Select(detail => detail.ToJsonString()));
        Assert.Equal("msg_1", seen.Editor.UpstreamId);
        Assert.Equal("standard", seen.Editor.ServiceTier);
    }

    // https://docs.claude.com/en/docs/build-with-claude/prompt-caching (usage)
    [Fact]
    public void Cached_parts_are_parts_of_the_prompt()
    {
        var usage = Translation.Stream(Stream(Finish("end_turn", 40))).Editor.Usage;

        Assert.Equal((10, 20, 25, 5), (usage.UncachedInput, usage.CacheRead, usage.CacheWrite, usage.CacheWrite1h));
        Assert.Equal((60, 40), (usage.PromptTokens, usage.CompletionTokens));
    }

    [Fact]
    public void A_reader_without_wish_for_reasoning_sees_none()
    {
        var seen = Translation.Stream(
            Stream(
                Block(0, """{"type":"thinking","thinking":"secret","signature":"s"}"""), End(0),
                Block(1, """{"type":"text","text":"Hi"}"""), End(1), Finish("end_turn", 3)),
            withoutReasoning: true);

        Assert.Equal(("", "Hi", 0), (seen.Reasoning, seen.Text, seen.Details.Count));
    }

    // https://docs.claude.com/en/api/handling-stop-reasons
    [Theory]
    [InlineData("end_turn", "stop")]
    [InlineData("stop_sequence", "stop")]
    [InlineData("pause_turn", "stop")]
    [InlineData("max_tokens", "length")]
    [InlineData("model_context_window_exceeded", "length")]
    [InlineData("tool_use", "tool_calls")]
    [InlineData("refusal", "content_filter")]
    [InlineData("a_new_reason", "stop")]
    public void Stop_reasons_are_normalised_and_kept(string native, string finish)
    {
        var seen = Translation.Stream(Stream(Finish(native, 3)));
        var whole = Translation.Whole(
            $$"""{"id":"m","type":"message","role":"assistant","model":"c","content":[],"stop_reason":"{{native}}","usage":{"input_tokens":1,"output_tokens":1} }""")!;

        Assert.Equal((finish, native), (seen.Finish, seen.Native));
        Assert.Equal(finish, (string?)whole["choices"]![0]!["finish_reason"]);
        Assert.Equal(native, (string?)whole["choices"]![0]!["native_finish_reason"]);
    }

    [Fact]
    public void A_stream_that_stops_without_a_reason_is_not_whole()
    {
        Assert.Equal(ChunkResult.Malformed, Translation.Stream([Start, Stop]).Result);
        Assert.Null(Translation.Stream([Start, Block(0, """{"type":"text","text":"Hi"}""")]).Editor.FinishReason);
    }

    // https://docs.claude.com/en/api/errors
    [Theory]
    [InlineData("overloaded_error", GatewayErrorKind.ProviderOverloaded)]
    [InlineData("rate_limit_error", GatewayErrorKind.ProviderRateLimited)]
    [InlineData("authentication_error", GatewayErrorKind.ProviderAuth)]
    [InlineData("permission_error", GatewayErrorKind.ProviderAuth)]
    [InlineData("billing_error", GatewayErrorKind.ProviderAuth)]
    [InlineData("invalid_request_error", GatewayErrorKind.ProviderRejected)]
    [InlineData("request_too_large", GatewayErrorKind.ProviderRejected)]
    [InlineData("not_found_error", GatewayErrorKind.ProviderRejected)]
    [InlineData("timeout_error", GatewayErrorKind.ProviderTimeout)]
    [InlineData("api_error", GatewayErrorKind.ProviderError)]
    [InlineData("a_new_error", GatewayErrorKind.ProviderError)]
    public void An_error_means_the_same_in_a_stream_and_as_an_answer(string type, GatewayErrorKind kind)
    {
        var body = $$"""{"type":"error","error":{"type":"{{type}}","message":"Because"},"request_id":"r"}""";

        var seen = Translation.Stream([Start, body]);
        var told = AnthropicDialect.Instance.ReadError(Encoding.UTF8.GetBytes(body), 500);

        Assert.Equal(ChunkResult.Error, seen.Result);
        Assert.Equal(kind, seen.Editor.Error!.Kind);
        Assert.Equal("Because", seen.Editor.Error.Raw);
        Assert.Equal((kind, "Because"), (told.Kind, told.Message));
    }

    [Theory]
    [InlineData("<html>", 502, GatewayErrorKind.ProviderError)]
    [InlineData("", 529, GatewayErrorKind.ProviderOverloaded)]
    [InlineData("{}", 429, GatewayErrorKind.ProviderRateLimited)]
    [InlineData("[]", 413, GatewayErrorKind.ProviderRejected)]
    [InlineData("""{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}""", 400, GatewayErrorKind.ProviderAuth)]
    public void An_error_body_of_any_form_has_a_kind(string body, int status, GatewayErrorKind kind) =>
        Assert.Equal(kind, AnthropicDialect.Instance.ReadError(Encoding.UTF8.GetBytes(body), status).Kind);

    // https://docs.claude.com/en/docs/build-with-claude/citations
    [Fact]
    public void Citations_stand_at_the_text_that_they_belong_to()
    {
        var seen = Translation.Stream(Stream(
            Block(0, """{"type":"text","text":"One. "}"""), End(0),
            Block(1, """{"type":"text","text":"","citations":[]}"""),
            Delta(1, """{"type":"citations_delta","citation":{"type":"web_search_result_location","cited_text":"c","url":"https://e.com","title":"T","encrypted_index":"x"}}"""),
            Delta(1, """{"type":"text_delta","text":"Two 🙂"}"""),
            Delta(1, """{"type":"citations_delta","citation":{"type":"page_location","cited_text":"p","document_index":1,"document_title":"D","start_page_number":1,"end_page_number":2}}"""),
            End(1), Finish("end_turn", 3)));

        Assert.Equal(
            [
                """{"type":"url_citation","url_citation":{"url":"https://e.com","title":"T","content":"c","start_index":5,"end_index":11}}""",
                """{"type":"file_citation","file_citation":{"index":1,"filename":"D","content":"p","start_index":5,"end_index":11}}""",
            ],
            seen.Annotations.Select(annotation => annotation.ToJsonString()));
    }

    [Fact]
    public void The_arguments_of_the_answer_tool_are_the_answer()
    {
        var request = new DialectRequest { AnswerTool = "json_answer" };
        string[] call = [
            Block(0, """{"type":"text","text":"Here it is: "}"""), End(0),
            Block(1, """{"type":"tool_use","id":"t","name":"json_answer","input":{}}"""),
            Delta(1, """{"type":"input_json_delta","partial_json":"{\"a\":"}"""), Delta(1, """{"type":"input_json_delta","partial_json":"1}"}"""), End(1)];

        var seen = Translation.Stream(Stream([.. call, Finish("tool_use", 3)]), request);
        var refused = Translation.Stream(Stream(Block(0, """{"type":"text","text":"No."}"""), End(0), Finish("refusal", 3)), request);
        var whole = Translation.Whole(
            """{"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"tool_use","id":"t","name":"json_answer","input":{"a":1}}],"stop_reason":"tool_use"}""", request)!;

        Assert.Equal(("""{"a":1}""", "stop", "tool_use", 0), (seen.Text, seen.Finish, seen.Native, seen.Calls.Count));
        Assert.Equal(("No.", "content_filter"), (refused.Text, refused.Finish));
        Assert.Equal("""{"a":1}""", (string?)whole["choices"]![0]!["message"]!["content"]);
    }

    [Fact]
    public void A_call_may_come_with_its_arguments_at_once()
    {
        var seen = Translation.Stream(Stream(
            Block(0, """{"type":"tool_use","id":"t1","name":"f","input":{"a": [1, 2]}}"""), End(0),
            Block(1, """{"type":"tool_use","id":"t2","name":"g","input":{}}"""), Delta(1, """{"type":"input_json_delta","partial_json":""}"""), End(1),
            Finish("tool_use", 3)));

        Assert.Equal([("t1", "f", """{"a": [1, 2]}"""), ("t2", "g", "{}")], seen.Calls.Values);
    }

    [Fact]
    public void A_whole_message_is_a_whole_completion()
    {
        var answer = Translation.Whole(
            """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[
              {"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"d"},
              {"type":"text","text":"Hi \u00e9"},{"type":"tool_use","id":"t","name":"f","input":{"a":1}},{"type":"server_tool_use","id":"x","name":"web_search","input":{}}],
             "stop_reason":"tool_use","stop_sequence":null,
             "usage":{"input_tokens":5,"cache_read_input_tokens":3,"cache_creation_input_tokens":0,"output_tokens":9,"output_tokens_details":{"thinking_tokens":4},"server_tool_use":{"web_search_requests":2},"service_tier":"priority"}}
            """)!;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(
            """
            {"id":"msg_1","object":"chat.completion","created":7,"model":"claude-x","service_tier":"priority","choices":[{"index":0,"message":{"role":"assistant","content":"Hi é","refusal":null,
              "reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s","format":"anthropic-claude-v1","index":0},{"type":"reasoning.encrypted","data":"d","format":"anthropic-claude-v1","index":1}],
              "tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},"logprobs":null,"finish_reason":"tool_calls","native_finish_reason":"tool_use"}],
             "usage":{"prompt_tokens":8,"completion_tokens":9,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":0},"completion_tokens_details":{"reasoning_tokens":4},
              "cache_creation":{"ephemeral_5m_input_tokens":0},"server_tool_use":{"web_search_requests":2}}}
            """), answer), answer.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<html></html>")]
    [InlineData("""{"type":"message"}""")]
    public void What_is_no_message_is_none(string body) => Assert.Null(Translation.Whole(body));

    private static string[] Stream(params string[] inside) => [Start, """{"type":"ping"}""", """{"type":"a_new_event","x":[1]}""", .. inside, Stop];

    private static string Block(int index, string block) => $$"""{"type":"content_block_start","index":{{index}},"content_block":{{block}}}""";

    private static string Delta(int index, string delta) => $$"""{"type":"content_block_delta","index":{{index}},"delta":{{delta}}}""";

    private static string End(int index) => $$"""{"type":"content_block_stop","index":{{index}}}""";

    private static string Finish(string reason, int tokens) =>
        $$"""{"type":"message_delta","delta":{"stop_reason":"{{reason}}","stop_sequence":null},"usage":{"output_tokens":{{tokens}} } }""";
}
