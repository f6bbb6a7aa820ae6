using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class ChatStreamEditorTests
{
    private const string Ours = "\"model\":\"acme/echo\",\"provider\":\"Acme \\\"AI\\\"\"";

    [Theory]
    [InlineData("""{"id":"x","model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}],"usage":null,"z":1}""",
        """{"id":"gen-1-abc",MODEL,"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}],"z":1}""")]
    [InlineData("""{ "usage" : null , "choices" : [ {"delta":{"content":"a"}} ] , "model" : null , "id" : 5 }""",
        """{ "choices" : [ {"delta":{"content":"a"},"finish_reason":null} ] , MODEL_SPACED , "id" : "gen-1-abc" }""")]
    [InlineData("""{"choices":[{"delta":{"content":"a"}}]}""", """{"choices":[{"delta":{"content":"a"},"finish_reason":null}],"id":"gen-1-abc",MODEL}""")]
    [InlineData("""{"usage":{"prompt_tokens":1},"provider":"other","choices":[{"delta":{}}],"usage":null}""",
        """{"choices":[{"delta":{},"finish_reason":null}],"id":"gen-1-abc",MODEL}""")]
    [InlineData("""{"m\u006fdel":"m","id":"a","choices":[{"delta":{}}]}""",
        """{"m\u006fdel":"acme/echo","provider":"Acme \"AI\"","id":"gen-1-abc","choices":[{"delta":{},"finish_reason":null}]}""")]
    [InlineData("""{"id":"x","model":"m","choices":[{"delta":{},"finish_reason":"end_turn","index":0}]}""",
        """{"id":"gen-1-abc",MODEL,"choices":[{"delta":{},"finish_reason":"stop","native_finish_reason":"end_turn","index":0}]}""")]
    [InlineData("""{"id":"x","model":"m","choices":[{"delta":{},"finish_reason":"stop","native_finish_reason":"STOP"}]}""",
        """{"id":"gen-1-abc",MODEL,"choices":[{"delta":{},"finish_reason":"stop","native_finish_reason":"STOP"}]}""")]
    [InlineData("""{"id":"x","model":"m","choices":[{"delta":{},"finish_reason":""}]}""",
        """{"id":"gen-1-abc",MODEL,"choices":[{"delta":{},"finish_reason":null}]}""")]
    [InlineData("""{"id":"x","model":"m","choices":[],"citations":["u"],"usage":{"prompt_tokens":3,"completion_tokens":4}}""",
        """{"id":"gen-1-abc",MODEL,"choices":[],"citations":["u"]}""")]
    [InlineData("""{"id":"x","model":"m","choices":[{"delta":{"content":"\ud800 \"usage\":null \"finish_reason\":\"x\""}}]}""",
        """{"id":"gen-1-abc",MODEL,"choices":[{"delta":{"content":"\ud800 \"usage\":null \"finish_reason\":\"x\""},"finish_reason":null}]}""")]
    [InlineData("""{"id":"x","model":"m","choices":[{"index":0,"delta":{"content":null,"reasoning_content":"a"},"finish_reason":null}]}""",
        """{"id":"gen-1-abc",MODEL,"choices":[{"index":0,"delta":{"content":null,"reasoning":"a"},"finish_reason":null}]}""")]
    [InlineData("""{"id":"x","model":"m","choices":[{"finish_reason":"end_turn","delta":{"reasoning_content":""}}]}""",
        """{"id":"gen-1-abc",MODEL,"choices":[{"finish_reason":"stop","native_finish_reason":"end_turn","delta":{"reasoning":""}}]}""")]
    [InlineData("""{"id":"x","model":"m","choices":[{"delta":{"reasoning_content":"a","reasoning":"a"}}]}""",
        """{"id":"gen-1-abc",MODEL,"choices":[{"delta":{"reasoning_content":"a","reasoning":"a"},"finish_reason":null}]}""")]
    [InlineData("""{"id":"x","model":"m","choices":[{"delta":{"reasoning":"a","reasoning_content":"a"}},{"delta":{"reasoning_content":"b"}}]}""",
        """{"id":"gen-1-abc",MODEL,"choices":[{"delta":{"reasoning":"a","reasoning_content":"a"},"finish_reason":null},{"delta":{"reasoning":"b"},"finish_reason":null}]}""")]
    [InlineData("""{"system_fingerprint":null,"id":"x","object":"","model":"m","choices":[{"finish_reason":null,"delta":{"content":"a"}}]}""",
        """{"id":"gen-1-abc","object":"chat.completion.chunk",MODEL,"choices":[{"finish_reason":null,"delta":{"content":"a"}}]}""")]
    [InlineData("""{"id":"x","model":"m","choices":[{}],"system_fingerprint":null,"z":1}""",
        """{"id":"gen-1-abc",MODEL,"choices":[{}],"z":1}""")]
    public void A_chunk_is_edited_and_otherwise_copied(string chunk, string expected)
    {
        expected = expected
            .Replace("MODEL_SPACED", "\"model\" : " + Ours["\"model\":".Length..], StringComparison.Ordinal)
            .Replace("MODEL", Ours, StringComparison.Ordinal);
        var editor = Bytes.Editor();
        for (var round = 0; round < 3; round++)
        {
            var (result, output) = editor.Process(chunk);
            Assert.Equal(ChunkResult.Forwarded, result);
            Assert.Equal(expected, Bytes.Body(output));
        }
    }

    [Fact]
    public void Reasoning_that_the_caller_does_not_want_is_counted_and_not_shown()
    {
        var editor = Bytes.Editor(hidesReasoning: true);
        var (_, first) = editor.Process("""{"choices":[{"delta":{"reasoning_content":"abcd","reasoning_details":[{"text":"abcd"}]}}],"id":"x","model":"m"}""");
        Assert.Equal("""{"choices":[{"delta":{"reasoning":null,"reasoning_details":null},"finish_reason":null}],"id":"gen-1-abc",""" + Ours + "}", Bytes.Body(first));
        Assert.False(editor.HasContent);
        Assert.Equal(4, editor.OutputBytes);

        var (_, second) = editor.Process("""{"choices":[{"delta":{"content":"ef","reasoning":null}}],"id":"x","model":"m"}""");
        Assert.Equal("""{"choices":[{"delta":{"content":"ef","reasoning":null},"finish_reason":null}],"id":"gen-1-abc",""" + Ours + "}", Bytes.Body(second));
        Assert.True(editor.HasContent);
        Assert.Equal(6, editor.OutputBytes);
    }

    [Theory]
    [InlineData("[DONE]", ChunkResult.Done)]
    [InlineData(" [DONE] ", ChunkResult.Done)]
    [InlineData("", ChunkResult.Swallowed)]
    [InlineData("  ", ChunkResult.Swallowed)]
    [InlineData("{}", ChunkResult.Swallowed)]
    [InlineData("""{"id":"x","object":"chat.completion.chunk","model":"m","choices":[]}""", ChunkResult.Swallowed)]
    [InlineData("""{"id":"x","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}""", ChunkResult.Swallowed)]
    [InlineData("""{"id":"x","choices":[""", ChunkResult.Malformed)]
    [InlineData("""{"id":"x","choices":[]}}""", ChunkResult.Malformed)]
    [InlineData("""{"id":"x" "choices":[]}""", ChunkResult.Malformed)]
    [InlineData("""{"id":"x","choices":[{"delta":{"content":"a}]}""", ChunkResult.Malformed)]
    [InlineData("[]", ChunkResult.Malformed)]
    [InlineData("null", ChunkResult.Malformed)]
    [InlineData("<html>", ChunkResult.Malformed)]
    [InlineData("""{"error":{"message":"no","code":500}}""", ChunkResult.Error)]
    [InlineData("""{"error":"no"}""", ChunkResult.Error)]
    [InlineData("""{"object":"error","message":"no","code":400}""", ChunkResult.Error)]
    [InlineData("""{"choices":[{"delta":{},"error":{"code":502,"message":"no"},"finish_reason":"error"}]}""", ChunkResult.Error)]
    public void Other_events_write_nothing(string data, ChunkResult expected)
    {
        var editor = Bytes.Editor();
        Assert.Equal((expected, string.Empty), editor.Process(data));
        Assert.Equal(expected == ChunkResult.Error, editor.Error is not null);
    }

    [Fact]
    public void A_truncated_chunk_is_malformed_also_after_a_known_beginning()
    {
        const string chunk = """{"id":"x","model":"m","choices":[{"delta":{"content":"a"},"finish_reason":null}],"usage":null}""";
        var editor = Bytes.Editor();
        Assert.Equal(ChunkResult.Forwarded, editor.Process(chunk).Result);
        for (var length = 1; length < chunk.Length; length++)
        {
            Assert.Equal(ChunkResult.Malformed, editor.Process(chunk[..length]).Result);
        }

        Assert.Equal(ChunkResult.Malformed, editor.Process(chunk + "x").Result);
        Assert.Equal(ChunkResult.Forwarded, editor.Process(chunk).Result);
    }

    [Fact]
    public void Facts_add_up_over_the_stream()
    {
        var editor = Bytes.Editor();
        editor.Process("""{"id":"up-1","created":17,"model":"m","service_tier":"flex","choices":[{"delta":{"role":"assistant","content":""}}]}""");
        Assert.False(editor.HasContent);
        editor.Process("""{"id":"up-1","created":18,"model":"m","choices":[{"delta":{"reasoning_content":"h\u00e9"}}]}""");
        editor.Process("""{"id":"up-1","created":18,"model":"m","choices":[{"delta":{"content":"a\n\ud83d\ude00"}}]}""");
        editor.Process("""{"id":"up-1","created":18,"model":"m","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_use"}],"usage":{"prompt_tokens":10,"completion_tokens":5}}""");
        Assert.True(editor.HasContent);
        Assert.Equal(3, editor.ContentFrames);
        Assert.Equal(3 + 6 + 3, editor.OutputBytes);
        Assert.Equal(("up-1", "flex", "tool_calls", "tool_use", 17L),
            (editor.UpstreamId, editor.ServiceTier, editor.FinishReason, editor.NativeFinishReason, editor.Created));
        Assert.True(editor.HasUsage);
        Assert.Equal((10L, 5L), (editor.Usage.PromptTokens, editor.Usage.CompletionTokens));

        editor.Reset(Bytes.Stamp);
        Assert.False(editor.HasContent || editor.HasUsage);
        Assert.Equal((null, null, 0L, 0), (editor.UpstreamId, editor.FinishReason, editor.OutputBytes, editor.ContentFrames));
    }

    [Fact]
    public void Line_ends_between_tokens_do_not_break_the_event()
    {
        var (result, output) = Bytes.Editor().Process("{\n  \"id\": \"x\",\r\n  \"choices\": [{\"delta\": {\"content\": \"a\"}}]\n}");
        Assert.Equal(ChunkResult.Forwarded, result);
        Assert.DoesNotContain('\n', Bytes.Body(output));
        Assert.Equal("a", (string?)JsonNode.Parse(Bytes.Body(output))!["choices"]![0]!["delta"]!["content"]);
    }

    [Fact]
    public void Broken_UTF8_goes_out_repaired()
    {
        byte[] chunk = [.. "{\"choices\":[{\"delta\":{\"content\":\"a"u8, 0xC3, 0x28, .. "\"}}]}"u8];
        var output = new ArrayBufferWriter<byte>();
        Assert.Equal(ChunkResult.Forwarded, Bytes.Editor().Process(chunk, output));
        Assert.True(System.Text.Unicode.Utf8.IsValid(output.WrittenSpan));
        Assert.Contains("a\uFFFD(", Bytes.Text(output), StringComparison.Ordinal);
    }

    [Fact]
    public void The_usage_chunk_carries_cost_and_the_providers_further_members()
    {
        var editor = Bytes.Editor();
        editor.Process("""{"id":"x","created":5,"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":2,"total_tokens":354,"prompt_tokens_details":{"cached_tokens":11,"text_tokens":12},"completion_tokens_details":{"reasoning_tokens":340},"cost":{"total":1},"num_sources_used":0}}""");
        var output = new ArrayBufferWriter<byte>();
        editor.WriteUsageChunk(editor.Usage, Bytes.Charge with { IsByok = true, UpstreamCost = new Money(5) }, output);
        Assert.Equal(
            """{"id":"gen-1-abc","object":"chat.completion.chunk","created":5,""" + Ours + ""","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":342,"total_tokens":354,"prompt_tokens_details":{"cached_tokens":11,"text_tokens":12,"cache_write_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":340,"audio_tokens":0},"num_sources_used":0,"cost":0.00014,"is_byok":true,"cost_details":{"upstream_inference_cost":0.000000005,"upstream_inference_prompt_cost":0.0001,"upstream_inference_completions_cost":0.00004}}}""",
            Bytes.Body(Bytes.Text(output)));
    }

    [Fact]
    public void An_estimate_is_marked_and_needs_no_report()
    {
        var output = new ArrayBufferWriter<byte>();
        Bytes.Editor().WriteUsageChunk(new Usage { UncachedInput = 3, Output = 4, Estimated = true }, Bytes.Charge, output);
        var usage = JsonNode.Parse(Bytes.Body(Bytes.Text(output)))!["usage"]!;
        Assert.Equal((3, 4, 7, true), ((int)usage["prompt_tokens"]!, (int)usage["completion_tokens"]!,
            (int)usage["total_tokens"]!, (bool)usage["estimated"]!));
        Assert.Null(usage["cost_details"]!["upstream_inference_cost"]);
    }

    [Fact]
    public void The_error_chunk_has_the_documented_shape()
    {
        var output = new ArrayBufferWriter<byte>();
        Bytes.Editor().WriteErrorChunk(
            new GatewayError(GatewayErrorKind.ProviderDisconnected, "It broke \"here\".") { Provider = "Acme" }, output);
        Assert.Equal(
            """{"id":"gen-1-abc","object":"chat.completion.chunk","created":0,""" + Ours + ""","error":{"code":502,"message":"It broke \"here\".","metadata":{"error_type":"provider_unavailable","code":"provider_disconnected","provider_name":"Acme"}},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error","native_finish_reason":null}]}""",
            Bytes.Body(Bytes.Text(output)));
    }

    [Theory]
    [InlineData("""{"message":"slow down","code":"rate_limit_exceeded"}""", GatewayErrorKind.ProviderRateLimited, null)]
    [InlineData("""{"message":"slow down","code":429}""", GatewayErrorKind.ProviderRateLimited, 429)]
    [InlineData("""{"message":"x","type":"overloaded_error"}""", GatewayErrorKind.ProviderOverloaded, null)]
    [InlineData("""{"message":"x","type":"insufficient_quota"}""", GatewayErrorKind.ProviderAuth, null)]
    [InlineData("""{"message":"x","type":"invalid_request_error","code":null}""", GatewayErrorKind.ProviderRejected, null)]
    [InlineData("\"plain\"", GatewayErrorKind.ProviderError, null)]
    public void An_error_event_is_classified(string error, GatewayErrorKind kind, int? status)
    {
        var editor = Bytes.Editor();
        editor.Process("{\"error\":" + error + "}");
        Assert.Equal((kind, status), (editor.Error!.Kind, editor.Error.UpstreamStatus));
        Assert.NotNull(editor.Error.Raw);
    }

    [Fact]
    public void A_warm_editor_allocates_nothing_per_frame()
    {
        var chunk = Bytes.Of("""{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"abc"}""");
        var editor = Bytes.Editor();
        var output = new ArrayBufferWriter<byte>(1 << 20);

        // The runtime makes things of its own while it learns the code; what frames need shows in every round.
        var least = long.MaxValue;
        for (var round = 0; round < 20; round++)
        {
            output.ResetWrittenCount();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                editor.Process(chunk, output);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(1000, Encoding.UTF8.GetString(output.WrittenSpan).Split("gen-1-abc").Length - 1);
    }
}
