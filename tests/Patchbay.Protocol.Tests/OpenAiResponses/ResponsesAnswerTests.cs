using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

// The events follow https://platform.openai.com/docs/api-reference/responses-streaming, the bodies …/responses/object.
public sealed class ResponsesAnswerTests
{
    private const string Created = """{"type":"response.created","response":{"id":"resp_1","model":"gpt-5","status":"in_progress","output":[],"service_tier":"auto"}}""";

    [Fact]
    public void Thoughts_of_an_open_model_are_told_as_text()
    {
        var heard = Stream(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[],"content":[]}}""",
            """{"type":"response.reasoning_text.delta","item_id":"rs_1","output_index":0,"content_index":0,"delta":"Let me "}""",
            """{"type":"response.reasoning_text.delta","item_id":"rs_1","output_index":0,"content_index":0,"delta":"\"see\"."}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"Let me \"see\"."}]}}""",
            """{"type":"response.output_text.delta","item_id":"m","output_index":1,"content_index":0,"delta":"Yes"}""",
            Completed());

        Assert.Equal(("Let me \"see\".", "Yes", "stop"), (heard.Reasoning, heard.Text, heard.Finish));
        Assert.All(heard.Details, detail => Assert.Equal(("reasoning.text", 0), ((string?)detail["type"], (int)detail["index"]!)));
    }

    [Fact]
    public void A_refusal_is_told_in_its_words()
    {
        var sink = Told(
            Created,
            """{"type":"response.refusal.delta","output_index":0,"content_index":0,"delta":"I cannot"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"refusal","refusal":"I cannot"}]}}""",
            Completed());
        var whole = Heard.Whole(OpenAiResponsesDialect.Instance, """{"id":"r","status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"I cannot"}]}]}""")!;

        Assert.Single(sink.Calls, "refusal | I cannot |  | ");
        Assert.Equal("I cannot", (string?)whole["choices"]![0]!["message"]!["refusal"]);
        Assert.Null(whole["choices"]![0]!["message"]!["content"]);
    }

    [Theory]
    [InlineData("max_output_tokens", "length")]
    [InlineData("content_filter", "content_filter")]
    [InlineData("max_tool_calls", "length")]
    public void An_incomplete_response_says_why(string reason, string finish)
    {
        var response = $$"""{"id":"r","status":"incomplete","incomplete_details":{"reason":"{{reason}}"},"output":[{"type":"message","content":[{"type":"output_text","text":"Half"}]}],"usage":{"input_tokens":3,"output_tokens":16} }""";
        var heard = Stream(Created, """{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Half"}""", $$"""{"type":"response.incomplete","response":{{response}} }""");
        var choice = Heard.Whole(OpenAiResponsesDialect.Instance, response)!["choices"]![0]!;

        Assert.Equal((ChunkResult.Done, "Half", finish, reason), (heard.Result, heard.Text, heard.Finish, heard.Native));
        Assert.Equal(16, heard.Usage.CompletionTokens);
        Assert.Equal((finish, reason, "Half"), ((string?)choice["finish_reason"], (string?)choice["native_finish_reason"], (string?)choice["message"]!["content"]));
    }

    // The members of an error event stand at its top in the reference; the API sends them in an object as well.
    [Theory]
    [InlineData("""{"type":"error","code":"rate_limit_exceeded","message":"Slow down","param":null,"sequence_number":3}""", 429, "rate_limit_exceeded")]
    [InlineData("""{"type":"error","error":{"type":"invalid_request_error","code":"context_length_exceeded","message":"Slow down"}}""", 400, "context_length_exceeded")]
    [InlineData("""{"type":"error","error":{"type":"insufficient_quota","code":"insufficient_quota","message":"Slow down"}}""", 429, "insufficient_quota")]
    [InlineData("""{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"Slow down"}}}""", 500, "server_error")]
    [InlineData("""{"type":"response.failed","response":{"status":"failed","error":{"code":"invalid_image_url","message":"Slow down"}}}""", 400, "invalid_image_url")]
    [InlineData("""{"type":"response.failed","response":{"status":"failed","error":{"code":"vector_store_timeout","message":"Slow down"}}}""", 504, "vector_store_timeout")]
    [InlineData("""{"error":{"message":"Slow down","type":"server_error","code":null}}""", 500, "server_error")]
    [InlineData("""{"type":"error","message":"Slow down"}""", 500, "server_error")]
    public void An_error_in_a_stream_has_a_status_and_a_word(string data, int status, string word)
    {
        Assert.Equal($"error {status} | {word} | Slow down | ", Told(Created, data).Calls[^1]);
        Assert.Equal(ChunkResult.Error, Stream(Created, data).Result);
    }

    [Theory]
    [InlineData("""{"id":"r","status":"failed","error":{"code":"rate_limit_exceeded","message":"Wait"},"output":[]}""", "Wait")]
    [InlineData("""{"error":{"code":"server_error","message":"Wait"}}""", "Wait")]
    [InlineData("""{"id":"r","status":"cancelled","output":[]}""", "The provider returned an error in place of an answer.")]
    public void A_response_that_failed_is_an_error(string body, string message) =>
        Assert.Equal(message, (string?)Heard.Whole(OpenAiResponsesDialect.Instance, body)!["error"]!["message"]);

    [Theory]
    [InlineData("""{"id":"r","status":"in_progress","output":[]}""")]
    [InlineData("""{"id":"r","status":"queued","output":[],"error":null}""")]
    [InlineData("""{"id":"c","object":"chat.completion","choices":[{"message":{"content":"a"}}]}""")]
    [InlineData("""{"id":"r","status":"completed","output":{}}""")]
    [InlineData("[]")]
    [InlineData("{}{}")]
    [InlineData("{")]
    [InlineData("")]
    public void What_is_no_finished_response_is_no_answer(string body) =>
        Assert.Null(Heard.Whole(OpenAiResponsesDialect.Instance, body));

    [Theory]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("{} {}")]
    [InlineData("""{"type":"response.completed"}""")]
    [InlineData("""{"type":"response.completed","response":{"status":"in_progress","output":[]}}""")]
    public void A_stream_that_is_none_cannot_be_read_on(string data) =>
        Assert.Equal(ChunkResult.Malformed, Stream(Created, data).Result);

    [Fact]
    public void Events_of_no_meaning_to_a_chat_change_nothing()
    {
        var sink = Told(
            Created,
            """{"type":"response.web_search_call.searching","output_index":0}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"web_search_call","action":{"type":"search","query":"a"}}}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"type":"web_search_call","action":{"type":"open_page","url":"u"}}}""",
            """{"type":"response.output_item.done","output_index":2,"item":{"type":"mcp_list_tools"}}""",
            """{"type":"keepalive"}""",
            """{"type":"response.audio.delta","delta":"AAAA"}""",
            "[DONE]",
            Completed());

        Assert.Equal(["begin | resp_1 | gpt-5 | ", "tier | default |  | ", $"usage {new Usage { UncachedInput = 7, CacheRead = 3, Output = 3, Reasoning = 2, Searches = 1 }}", "finish Stop | completed |  | "], sink.Calls);
    }

    [Fact]
    public void Calls_come_with_their_arguments_piece_by_piece_or_whole()
    {
        var heard = Stream(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"a","arguments":""}}""",
            """{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fc_2","call_id":"call_2","name":"b","arguments":""}}""",
            """{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"x\":"}""",
            """{"type":"response.function_call_arguments.delta","output_index":0,"delta":"1}"}""",
            """{"type":"response.function_call_arguments.done","output_index":0,"arguments":"{\"x\":1}"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"a","arguments":"{\"x\":1}"}}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"fc_2","call_id":"call_2","name":"b","arguments":"{\"y\":2}"}}""",
            """{"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","id":"fc_3","name":"c","arguments":""}}""",
            Completed());

        Assert.Equal([("call_1", "a", "{\"x\":1}"), ("call_2", "b", "{\"y\":2}"), ("fc_3", "c", "{}")], heard.Calls.Values);
        Assert.Equal(("tool_calls", "completed"), (heard.Finish, heard.Native));
    }

    [Fact]
    public void An_answer_by_a_forced_call_is_the_text()
    {
        var request = new DialectRequest { AnswerTool = "json_answer" };
        var heard = Heard.Stream(
            OpenAiResponsesDialect.Instance,
            Named(
                Created,
                """{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Well,"}""",
                """{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","call_id":"c","name":"json_answer"}}""",
                """{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{\"a\":1}"}""",
                Completed()),
            request);
        var other = Heard.Whole(OpenAiResponsesDialect.Instance, """{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Free"}]}]}""", request)!;

        Assert.Equal(("{\"a\":1}", "stop", 0), (heard.Text, heard.Finish, heard.Calls.Count));
        Assert.Equal("Free", (string?)other["choices"]![0]!["message"]!["content"]);
    }

    [Fact]
    public void A_stream_that_tells_nothing_until_its_end_is_told_then()
    {
        var heard = Stream(
            Created,
            """
            {"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Short"}],"encrypted_content":"gAAA+/=="},
            {"type":"message","content":[{"type":"output_text","text":"a"},{"type":"output_text","text":"b"}]}]}}
            """.ReplaceLineEndings(""));

        Assert.Equal(("Short", "ab"), (heard.Reasoning, heard.Text));
        Heard.AssertJson(
            """[{"type":"reasoning.summary","summary":"Short","format":"openai-responses-v1","index":0},{"type":"reasoning.encrypted","data":"gAAA+/==","id":"rs_1","format":"openai-responses-v1","index":0}]""",
            new JsonArray([.. heard.Details.Select(detail => detail.DeepClone())]));
    }

    // https://platform.openai.com/docs/guides/tools-web-search and …/tools-file-search
    [Fact]
    public void Places_of_citations_are_counted_in_the_whole_text()
    {
        const string Annotations = """
            {"type":"url_citation","url":"https://a.example","title":"A","start_index":1,"end_index":3},
            {"type":"file_citation","file_id":"f2","filename":"b.pdf","index":2},{"type":"file_citation","file_id":"f1","filename":"a.pdf","index":1},
            {"type":"file_citation","file_id":"f2","filename":"b.pdf","index":0},{"type":"file_path","file_id":"f3","index":0}
            """;
        var whole = Heard.Whole(OpenAiResponsesDialect.Instance,
            $$"""{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"12345","annotations":[]},{"type":"output_text","text":"abc","annotations":[{{Annotations}}]}]}]}""")!;

        Heard.AssertJson("""
            [{"type":"url_citation","url_citation":{"url":"https://a.example","title":"A","content":"","start_index":6,"end_index":8}},
             {"type":"file_citation","file_citation":{"index":0,"filename":"b.pdf","content":"","start_index":7,"end_index":7}},
             {"type":"file_citation","file_citation":{"index":1,"filename":"a.pdf","content":"","start_index":6,"end_index":6}},
             {"type":"file_citation","file_citation":{"index":0,"filename":"b.pdf","content":"","start_index":5,"end_index":5}}]
            """, whole["choices"]![0]!["message"]!["annotations"]);
    }

    [Fact]
    public void Log_probabilities_have_the_form_of_chat()
    {
        const string Token = """{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-2}]}""";
        var heard = Stream(
            Created,
            $$"""{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a","logprobs":[{{Token}}]}""",
            """{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"b","logprobs":[]}""",
            Completed());
        var whole = Heard.Whole(OpenAiResponsesDialect.Instance,
            $$"""{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"a","logprobs":[{{Token}}]},{"type":"output_text","text":"a","logprobs":[{{Token}}]}]}]}""")!;

        Heard.AssertJson(Token, Assert.Single(heard.Logprobs));
        Heard.AssertJson($$"""{"content":[{{Token}},{{Token}}],"refusal":null}""", whole["choices"]![0]!["logprobs"]);
    }

    // https://platform.openai.com/docs/api-reference/responses/object (usage.input_tokens_details)
    [Fact]
    public void Tokens_written_to_the_cache_are_told_apart()
    {
        var whole = Heard.Whole(OpenAiResponsesDialect.Instance,
            """{"status":"completed","output":[],"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},"output_tokens":9,"output_tokens_details":{"reasoning_tokens":4},"total_tokens":109}}""")!;
        var usage = Heard.UsageOf(whole);

        Assert.Equal((10, 60, 30, 5, 4), (usage.UncachedInput, usage.CacheRead, usage.CacheWrite, usage.Output, usage.Reasoning));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_replaced()
    {
        var bytes = Encoding.UTF8.GetBytes("""{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"a?"}]}]}""");
        bytes.AsSpan().Replace((byte)'?', (byte)0xFF);
        var sink = new TellingSink();

        Assert.True(OpenAiResponsesDialect.Instance.ReadAnswer(bytes, DialectRequest.Whole, sink));
        Assert.Contains("text | a\uFFFD |  | ", sink.Calls);
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"m","type":"invalid_request_error","param":"max_output_tokens","code":"integer_below_min_value"}}""", GatewayErrorKind.ProviderRejected, "max_tokens")]
    [InlineData(400, """{"error":{"message":"m","type":"invalid_request_error","param":"input[2].call_id","code":"string_above_max_length"}}""", GatewayErrorKind.ProviderRejected, "messages")]
    [InlineData(400, """{"error":{"message":"m","type":"invalid_request_error","param":"text.format.schema","code":"invalid_json_schema"}}""", GatewayErrorKind.ProviderRejected, "response_format")]
    [InlineData(400, """{"error":{"message":"m","type":"invalid_request_error","param":"text.verbosity","code":null}}""", GatewayErrorKind.ProviderRejected, "verbosity")]
    [InlineData(400, """{"error":{"message":"m","type":"invalid_request_error","param":"reasoning.effort","code":"unsupported_value"}}""", GatewayErrorKind.ProviderRejected, "reasoning.effort")]
    [InlineData(401, """{"error":{"message":"m","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}""", GatewayErrorKind.ProviderAuth, null)]
    [InlineData(429, """{"error":{"message":"m","type":"tokens","param":null,"code":"rate_limit_exceeded"}}""", GatewayErrorKind.ProviderRateLimited, null)]
    [InlineData(429, """{"error":{"message":"m","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""", GatewayErrorKind.ProviderAuth, null)]
    [InlineData(500, """{"error":{"message":"m","type":"server_error","param":null,"code":null}}""", GatewayErrorKind.ProviderError, null)]
    [InlineData(503, "<html>", GatewayErrorKind.ProviderOverloaded, null)]
    [InlineData(404, "", GatewayErrorKind.ProviderRejected, null)]
    [InlineData(504, "{", GatewayErrorKind.ProviderTimeout, null)]
    public void Errors_keep_their_meaning_and_name_the_callers_member(int status, string body, GatewayErrorKind kind, string? parameter)
    {
        var error = OpenAiResponsesDialect.Instance.ReadError(Encoding.UTF8.GetBytes(body), status);

        Assert.Equal((kind, parameter), (error.Kind, error.Parameter));
    }

    [Fact]
    public void A_reset_stream_remembers_nothing()
    {
        var stream = OpenAiResponsesDialect.Instance.CreateStream();
        var first = new TellingSink();
        var second = new TellingSink();
        string[] events =
        [
            Created,
            """{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"S"}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}}""",
            Completed(),
        ];
        foreach (var sink in (TellingSink[])[first, second])
        {
            stream.Reset(DialectRequest.Whole);
            foreach (var data in events)
            {
                stream.Read(default, Encoding.UTF8.GetBytes(data), sink);
            }
        }

        Assert.Equal(first.Calls, second.Calls);
        Assert.Equal(7, first.Calls.Count);
    }

    private static string Completed() =>
        """{"type":"response.completed","response":{"id":"resp_1","model":"gpt-5","status":"completed","error":null,"incomplete_details":null,"output":[],"service_tier":"default","usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":3},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":15}}}""";

    private static Heard Stream(params string[] events) => Heard.Stream(OpenAiResponsesDialect.Instance, Named(events));

    private static IEnumerable<(string Name, string Data)> Named(params string[] events) => events.Select(data => ("message", data));

    private static TellingSink Told(params string[] events)
    {
        var sink = new TellingSink();
        var stream = OpenAiResponsesDialect.Instance.CreateStream();
        stream.Reset(DialectRequest.Whole);
        foreach (var data in events)
        {
            Assert.NotEqual(StreamProgress.Malformed, stream.Read(default, Encoding.UTF8.GetBytes(data), sink));
        }

        return sink;
    }
}
