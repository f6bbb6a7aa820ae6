using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class ChatResponseTests
{
    private const string UsageTail = ""","cost":0.00014,"is_byok":false,"cost_details":{"upstream_inference_cost":null,"upstream_inference_prompt_cost":0.0001,"upstream_inference_completions_cost":0.00004}}""";

    [Fact]
    public void A_body_is_edited_and_otherwise_copied()
    {
        var (read, written) = Edit("""
            {
              "id": "up-1", "object": "chat.completion", "model": "m-2024",
              "choices": [ {"index": 0, "message": {"role": "assistant", "content": "h\u0069", "refusal": null}, "finish_reason": "end_turn"},
                           {"index": 1, "message": {"content": ""}, "finish_reason": "stop" } ],
              "usage": {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14, "queue_time": 0.5},
              "system_fingerprint": null
            }
            """);
        Assert.Equal("""
            {
              "id": "gen-1-abc", "object": "chat.completion", "model": "acme/echo","provider":"Acme \"AI\"",
              "choices": [ {"index": 0, "message": {"role": "assistant", "content": "h\u0069", "refusal": null}, "finish_reason": "stop","native_finish_reason":"end_turn"},
                           {"index": 1, "message": {"content": ""}, "finish_reason": "stop","native_finish_reason":"stop" } ],
              "usage": {"prompt_tokens":10,"completion_tokens":4,"total_tokens":14,"queue_time": 0.5,"prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}TAIL,
              "system_fingerprint": null
            }
            """.Replace("TAIL", UsageTail, StringComparison.Ordinal), written);
        Assert.Equal(("up-1", "stop", "end_turn", false, 2L),
            (read.UpstreamId, read.FinishReason, read.NativeFinishReason, read.IsEmpty, read.OutputBytes));
        Assert.False(read.HasError);
        Assert.Null(read.Usage.CacheRead);
    }

    [Fact]
    public void Missing_members_are_added()
    {
        var (read, written) = Edit("""{"provider":"x"}""");
        Assert.True(read.IsEmpty);
        Assert.False(read.HasUsage);
        Assert.StartsWith("""{"id":"gen-1-abc","model":"acme/echo","provider":"Acme \"AI\"","usage":{"prompt_tokens":0,""", written, StringComparison.Ordinal);
        Assert.EndsWith(UsageTail + ",\"system_fingerprint\":null}", written, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"id\":")]
    [InlineData("{} x")]
    [InlineData("<html></html>")]
    public void What_is_no_JSON_object_is_refused(string body) =>
        Assert.False(new ChatResponseReader().Read(Bytes.Of(body)));

    [Fact]
    public void An_error_in_a_200_is_seen()
    {
        var reader = new ChatResponseReader();
        Assert.True(reader.Read("""{"error":{"message":"Key sk-abcdefghijklmnop is bad","code":401}}"""u8));
        Assert.True(reader.HasError);
        Assert.Equal(GatewayErrorKind.ProviderAuth, reader.Error!.Kind);
        Assert.Equal("Key [redacted] is bad", reader.Error.Raw);
        Assert.True(reader.Read("""{"error":null,"choices":[{"message":{"content":"x"}}]}"""u8));
        Assert.False(reader.HasError || reader.IsEmpty);
    }

    [Theory]
    [InlineData("""{"content":"x"}""", false)]
    [InlineData("""{"content":null,"tool_calls":[{"id":"1"}]}""", false)]
    [InlineData("""{"reasoning":"x"}""", false)]
    [InlineData("""{"refusal":"x"}""", false)]
    [InlineData("""{"images":[{"type":"image_url"}]}""", false)]
    [InlineData("""{"audio":{"id":"x"}}""", false)]
    [InlineData("""{"content":[{"type":"text","text":"x"}]}""", false)]
    [InlineData("""{"content":"","tool_calls":[],"images":[],"refusal":null,"audio":null,"role":"assistant"}""", true)]
    public void Emptiness_is_about_what_a_caller_can_use(string message, bool isEmpty)
    {
        var reader = new ChatResponseReader();
        Assert.True(reader.Read(Bytes.Of("{\"choices\":[{\"message\":" + message + "}]}")));
        Assert.Equal(isEmpty, reader.IsEmpty);
    }

    private static (ChatResponseReader Read, string Written) Edit(string body)
    {
        var reader = new ChatResponseReader();
        Assert.True(reader.Read(Bytes.Of(body)));
        var output = new ArrayBufferWriter<byte>();
        ChatResponseWriter.Write(Bytes.Of(body), reader, Bytes.Stamp, reader.Usage, Bytes.Charge, output);
        return (reader, Bytes.Text(output));
    }
}
