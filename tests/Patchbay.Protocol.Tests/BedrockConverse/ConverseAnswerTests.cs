using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

// After https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html and the pages named at the tests.
public sealed class ConverseAnswerTests
{
    private static readonly Dialect Converse = ConverseDialect.Instance;

    private static readonly (string Name, string Data) Start = ("messageStart", """{"p":"abcd","role":"assistant"}""");
    private static readonly (string Name, string Data) Counts = ("metadata", """{"metrics":{"latencyMs":9},"usage":{"inputTokens":10,"outputTokens":4,"totalTokens":14}}""");

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlockDelta.html
    [Fact]
    public void Thoughts_come_twice_signed_and_with_their_place()
    {
        var heard = Heard.Stream(Converse, [
            Start,
            Delta(0, """{"reasoningContent":{"text":"a\"\u00e9\n"}}"""), Delta(0, """{"reasoningContent":{"signature":"c2"}}"""), Delta(0, """{"reasoningContent":{"signature":"ln"}}"""), Stop(0),
            Delta(1, """{"reasoningContent":{"redactedContent":"b3BhcXVl"}}"""), Stop(1),
            Delta(2, """{"text":"Hi"}"""), Stop(2), End("end_turn"), Counts]);

        Assert.Equal(ChunkResult.Done, heard.Result);
        Assert.Equal(("a\"é\n", "Hi", "stop"), (heard.Reasoning, heard.Text, heard.Finish));
        Assert.Equal(
            [
                """{"type":"reasoning.text","text":"a\u0022\u00E9\n","format":"anthropic-claude-v1","index":0}""",
                """{"type":"reasoning.text","signature":"c2ln","format":"anthropic-claude-v1","index":0}""",
                """{"type":"reasoning.encrypted","data":"b3BhcXVl","format":"anthropic-claude-v1","index":1}""",
            ],
            heard.Details.Select(detail => detail.ToJsonString()));
    }

    [Fact]
    public void Encrypted_thoughts_in_pieces_are_the_base64_of_their_bytes()
    {
        // "opaque!" in two pieces that each end in padding.
        var heard = Heard.Stream(Converse, [
            Start, Delta(0, """{"reasoningContent":{"redactedContent":"b3BhcQ=="}}"""), Delta(0, """{"reasoningContent":{"redactedContent":"dWUh"}}"""), Stop(0), End("end_turn"), Counts]);

        Assert.Equal(Convert.ToBase64String("opaque!"u8), (string?)heard.Details[0]["data"]);
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html, …/userguide/prompt-caching.html
    [Fact]
    public void Cached_parts_are_parts_of_the_prompt()
    {
        var usage = Heard.Stream(Converse, [
            Start, End("end_turn"),
            ("metadata", """{"usage":{"inputTokens":10,"outputTokens":40,"totalTokens":100,"cacheReadInputTokens":20,"cacheWriteInputTokens":30,"cacheDetails":[{"ttl":"1h","inputTokens":5},{"ttl":"5m","inputTokens":25}]},"serviceTier":{"type":"flex"}}""")]);

        Assert.Equal((10, 20, 25, 5), (usage.Usage.UncachedInput, usage.Usage.CacheRead, usage.Usage.CacheWrite, usage.Usage.CacheWrite1h));
        Assert.Equal((60, 40, 100), (usage.Usage.PromptTokens, usage.Usage.CompletionTokens, usage.Usage.TotalTokens));
        Assert.Equal("flex", usage.Editor.ServiceTier);
    }

    [Fact]
    public void A_stream_is_whole_when_end_and_counts_have_come_in_any_order()
    {
        Assert.Equal(ChunkResult.Done, Heard.Stream(Converse, [Start, End("end_turn"), Counts]).Result);
        Assert.Equal(ChunkResult.Done, Heard.Stream(Converse, [Start, Counts, End("end_turn")]).Result);
        Assert.NotEqual(ChunkResult.Done, Heard.Stream(Converse, [Start, End("end_turn")]).Result);
        Assert.NotEqual(ChunkResult.Done, Heard.Stream(Converse, [Start, Counts]).Result);
        Assert.Equal(ChunkResult.Malformed, Heard.Stream(Converse, [Start, Start]).Result);
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_MessageStopEvent.html
    [Theory]
    [InlineData("end_turn", "stop")]
    [InlineData("stop_sequence", "stop")]
    [InlineData("max_tokens", "length")]
    [InlineData("model_context_window_exceeded", "length")]
    [InlineData("tool_use", "tool_calls")]
    [InlineData("guardrail_intervened", "content_filter")]
    [InlineData("content_filtered", "content_filter")]
    [InlineData("malformed_model_output", "error")]
    [InlineData("malformed_tool_use", "error")]
    [InlineData("a_new_reason", "stop")]
    public void Stop_reasons_are_normalised_and_kept(string native, string finish)
    {
        var heard = Heard.Stream(Converse, [Start, End(native), Counts]);
        var whole = Heard.Whole(Converse, $$$"""{"output":{"message":{"role":"assistant","content":[]}},"stopReason":"{{{native}}}","usage":{"inputTokens":1,"outputTokens":1}}""")!;

        Assert.Equal((finish, native), (heard.Finish, heard.Native));
        Assert.Equal(finish, (string?)whole["choices"]![0]!["finish_reason"]);
        Assert.Equal(native, (string?)whole["choices"]![0]!["native_finish_reason"]);
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
    [Theory]
    [InlineData("throttlingException", GatewayErrorKind.ProviderRateLimited)]
    [InlineData("modelStreamErrorException", GatewayErrorKind.ProviderError)]
    [InlineData("validationException", GatewayErrorKind.ProviderRejected)]
    [InlineData("serviceUnavailableException", GatewayErrorKind.ProviderOverloaded)]
    [InlineData("internalServerException", GatewayErrorKind.ProviderError)]
    [InlineData("modelTimeoutException", GatewayErrorKind.ProviderTimeout)]
    [InlineData("aNewException", GatewayErrorKind.ProviderError)]
    public void An_exception_ends_the_stream_with_its_kind(string name, GatewayErrorKind kind)
    {
        var heard = Heard.Stream(Converse, [Start, Delta(0, """{"text":"Hi"}"""), (name, """{"message":"Because","originalStatusCode":424}""")]);

        Assert.Equal(ChunkResult.Error, heard.Result);
        Assert.Equal((kind, "Because"), (heard.Editor.Error!.Kind, heard.Editor.Error.Raw));
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (errors), …/API_runtime_CommonErrors.html
    [Theory]
    [InlineData("ValidationException", 400, GatewayErrorKind.ProviderRejected)]
    [InlineData("AccessDeniedException", 403, GatewayErrorKind.ProviderAuth)]
    [InlineData("UnrecognizedClientException", 403, GatewayErrorKind.ProviderAuth)]
    [InlineData("ExpiredTokenException", 400, GatewayErrorKind.ProviderAuth)]
    [InlineData("ResourceNotFoundException", 404, GatewayErrorKind.ProviderRejected)]
    [InlineData("ModelTimeoutException", 408, GatewayErrorKind.ProviderTimeout)]
    [InlineData("ModelErrorException", 424, GatewayErrorKind.ProviderError)]
    [InlineData("ThrottlingException", 429, GatewayErrorKind.ProviderRateLimited)]
    [InlineData("ServiceQuotaExceededException", 400, GatewayErrorKind.ProviderRateLimited)]
    [InlineData("ModelNotReadyException", 429, GatewayErrorKind.ProviderOverloaded)]
    [InlineData("InternalServerException", 500, GatewayErrorKind.ProviderError)]
    [InlineData("ServiceUnavailableException", 503, GatewayErrorKind.ProviderOverloaded)]
    public void An_error_is_known_by_its_type(string type, int status, GatewayErrorKind kind)
    {
        foreach (var word in (string[])[type, $"com.amazon.coral.service#{type}", $"{type}:http://internal.amazon.com/coral/"])
        {
            var told = Converse.ReadError(Encoding.UTF8.GetBytes($$"""{"__type":"{{word}}","Message":"Because"}"""), status);
            Assert.Equal((kind, "Because"), (told.Kind, told.Message));
        }
    }

    [Fact]
    public void An_error_without_type_is_known_by_its_status()
    {
        var told = Converse.ReadError("""{"message":"Too many requests, please wait before trying again."}"""u8, 429);

        Assert.Equal((GatewayErrorKind.ProviderRateLimited, "Too many requests, please wait before trying again."), (told.Kind, told.Message));
        Assert.Equal(GatewayErrorKind.ProviderError, Converse.ReadError("""{"message":"m","originalStatusCode":500}"""u8, 424).Kind);
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CitationsDelta.html
    [Fact]
    public void Citations_stand_at_the_text_that_they_belong_to()
    {
        var heard = Heard.Stream(Converse, [
            Start, Delta(0, """{"text":"One. "}"""), Stop(0),
            Delta(1, """{"citation":{"title":"T","sourceContent":[{"text":"c"}],"location":{"web":{"url":"https://e.com","domain":"e.com"}}}}"""),
            Delta(1, """{"text":"Two 🙂"}"""),
            Delta(1, """{"citation":{"title":"D","source":"s","sourceContent":[{"text":"p"},{"text":"q"}],"location":{"documentPage":{"documentIndex":1,"start":1,"end":2}}}}"""),
            Stop(1), End("end_turn"), Counts]);

        Assert.Equal(
            [
                """{"type":"url_citation","url_citation":{"url":"https://e.com","title":"T","content":"c","start_index":5,"end_index":11}}""",
                """{"type":"file_citation","file_citation":{"index":1,"filename":"D","content":"pq","start_index":5,"end_index":11}}""",
            ],
            heard.Annotations.Select(annotation => annotation.ToJsonString()));
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlockDelta.html
    [Fact]
    public void A_picture_comes_whole()
    {
        var heard = Heard.Stream(Converse, [
            Start, ("contentBlockStart", """{"contentBlockIndex":0,"start":{"image":{"format":"png"}}}"""),
            Delta(0, """{"image":{"source":{"bytes":"AAAA"}}}"""), Delta(0, """{"image":{"source":{"bytes":"BBBB"}}}"""), Stop(0), End("end_turn"), Counts]);

        Assert.Equal("data:image/png;base64,AAAABBBB", (string?)Assert.Single(heard.Images)["image_url"]!["url"]);
    }

    [Fact]
    public void The_arguments_of_the_answer_tool_are_the_answer()
    {
        var request = new DialectRequest { AnswerTool = "json_answer" };
        (string, string)[] call = [
            Delta(0, """{"text":"Here it is: "}"""), Stop(0), Tool(1, "t", "json_answer"),
            Delta(1, """{"toolUse":{"input":"{\"a\":"}}"""), Delta(1, """{"toolUse":{"input":"1}"}}"""), Stop(1)];

        var heard = Heard.Stream(Converse, [Start, .. call, End("tool_use"), Counts], request);
        var refused = Heard.Stream(Converse, [Start, Delta(0, """{"text":"No."}"""), End("content_filtered"), Counts], request);
        var other = Heard.Stream(Converse, [Start, Delta(0, """{"text":"Let me see."}"""), Stop(0), Tool(1, "t", "f"), Stop(1), End("tool_use"), Counts], request);
        var whole = Heard.Whole(
            Converse, """{"output":{"message":{"role":"assistant","content":[{"text":"x"},{"toolUse":{"toolUseId":"t","name":"json_answer","input":{"a": 1}}}]}},"stopReason":"tool_use"}""", request)!;

        Assert.Equal(("""{"a":1}""", "stop", "tool_use", 0), (heard.Text, heard.Finish, heard.Native, heard.Calls.Count));
        Assert.Equal(("No.", "content_filter"), (refused.Text, refused.Finish));
        Assert.Equal(("Let me see.", "tool_calls", ("t", "f", "{}")), (other.Text, other.Finish, other.Calls[0]));
        Assert.Equal(("""{"a": 1}""", "stop"), ((string?)whole["choices"]![0]!["message"]!["content"], (string?)whole["choices"]![0]!["finish_reason"]));
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
    [Fact]
    public void A_whole_answer_is_a_whole_completion()
    {
        var answer = Heard.Whole(
            Converse,
            """
            {"output":{"message":{"role":"assistant","content":[
              {"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},{"reasoningContent":{"redactedContent":"d"}},
              {"text":"Hi \u00e9"},{"citationsContent":{"content":[{"text":"!"}],"citations":[{"title":"T","location":{"web":{"url":"https://e.com"}}}]}},
              {"toolUse":{"toolUseId":"t","name":"f","input":{"a":1}}},{"toolUse":{"toolUseId":"u","name":"nova_grounding","input":{},"type":"server_tool_use"}},{"something":{"new":1}}]}},
             "stopReason":"tool_use","metrics":{"latencyMs":1},"usage":{"inputTokens":5,"outputTokens":9,"totalTokens":17,"cacheReadInputTokens":3,"cacheWriteInputTokens":0},"serviceTier":{"type":"priority"}}
            """)!;

        Heard.AssertJson(
            """
            {"role":"assistant","content":"Hi é!","refusal":null,"reasoning":"hm",
              "reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s","format":"anthropic-claude-v1","index":0},{"type":"reasoning.encrypted","data":"d","format":"anthropic-claude-v1","index":1}],
              "tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}],
              "annotations":[{"type":"url_citation","url_citation":{"url":"https://e.com","title":"T","content":"","start_index":4,"end_index":5}}]}
            """, answer["choices"]![0]!["message"]);
        var usage = Heard.UsageOf(answer);
        Assert.Equal((5, 3, 9, "priority"), (usage.UncachedInput, usage.CacheRead, usage.Output, (string?)answer["service_tier"]));
    }

    private static (string, string) Delta(int index, string delta) =>
        ("contentBlockDelta", $$"""{"contentBlockIndex":{{index}},"delta":{{delta}},"p":"abc"}""");

    private static (string, string) Tool(int index, string id, string name) =>
        ("contentBlockStart", new JsonObject { ["contentBlockIndex"] = index, ["start"] = new JsonObject { ["toolUse"] = new JsonObject { ["toolUseId"] = id, ["name"] = name } } }.ToJsonString());

    private static (string, string) Stop(int index) => ("contentBlockStop", $$"""{"contentBlockIndex":{{index}}}""");

    private static (string, string) End(string reason) => ("messageStop", $$"""{"stopReason":"{{reason}}"}""");
}
