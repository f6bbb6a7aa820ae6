using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Patchbay.Protocol.Tests;

public sealed class ChatContinuationTests
{
    private static readonly ResponseStamp Stamp = new() { Id = "gen-1"u8.ToArray(), Model = "a/b"u8.ToArray(), Provider = "A"u8.ToArray() };

    [Theory]
    [InlineData(Prefill.Message, """{"role":"assistant","content":"He said \"yes\" and"}""")]
    [InlineData(Prefill.Prefix, """{"role":"assistant","content":"He said \"yes\" and","prefix":true}""")]
    [InlineData(Prefill.Partial, """{"role":"assistant","content":"He said \"yes\" and","partial":true}""")]
    public void The_answer_so_far_becomes_the_last_message(Prefill prefill, string expected)
    {
        var body = Continue("""{"model":"a/b","messages":[{"role":"user","content":"Go"}],"stream":true}""", prefill);

        Assert.Equal("{\"model\":\"a/b\",\"messages\":[{\"role\":\"user\",\"content\":\"Go\"}," + expected + "],\"stream\":true}", body);
    }

    [Fact]
    public void Some_are_told_by_members_of_the_request()
    {
        var body = Continue(""" { "messages":[{"role":"user","content":"Go"}] } """, Prefill.ContinueFinalMessage);

        var root = JsonElement.Parse(body);
        Assert.True(root.GetProperty("continue_final_message").GetBoolean());
        Assert.False(root.GetProperty("add_generation_prompt").GetBoolean());
        Assert.Equal(2, root.GetProperty("messages").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Go"}]}""", true)]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"type":"text","text":"I","role":"assistant"}]},{"content":"Go","role":"user"}],"tools":[]}""", true)]
    [InlineData("""{"messages":[{"role":"user","content":"Go"},{"role":"assistant","content":"I"}]}""", false)]
    [InlineData("""{"messages":[{"role":"user","content":"Go"}],"n":2}""", false)]
    [InlineData("""{"messages":[{"role":"user","content":"Go"}],"response_format":{"type":"json_object"}}""", false)]
    [InlineData("""{"messages":[{"role":"user","content":"Go"}],"reasoning":{"effort":"low"}}""", false)]
    [InlineData("""{"messages":[{"role":"user","content":"Go"}],"logprobs":true}""", false)]
    [InlineData("""{"prompt":"Go"}""", false)]
    public void Only_one_plain_text_can_be_gone_on_with(string body, bool possible)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var envelope = new RequestEnvelope();
        Assert.Null(ChatRequestReader.Read(bytes, envelope));

        Assert.Equal(possible, ChatContinuation.IsPossible(bytes, envelope));
    }

    [Theory]
    [InlineData("", " \n", new[] { " \nworld" }, "world")]
    [InlineData("", " \n", new[] { "world" }, "world")]
    [InlineData("", " \n", new[] { " ", "\n", "\nworld" }, "\nworld")]
    [InlineData("Hello 🙂", "", new[] { "Hello 🙂 world" }, " world")]
    [InlineData("Hello 🙂", " ", new[] { "Hel", "lo 🙂", " ", "world" }, "world")]
    [InlineData("Hello", "", new[] { "He", "lium", " is" }, "Helium is")]
    [InlineData("Hello", " ", new[] { "Hell", " no" }, "Hell no")]
    public void What_the_caller_has_already_is_not_said_again(string answer, string space, string[] pieces, string expected)
    {
        var editor = new ChatStreamEditor();
        editor.Reset(Stamp);
        editor.SkipRepeated(Encoding.UTF8.GetBytes(answer), Encoding.UTF8.GetBytes(space));
        var output = new ArrayBufferWriter<byte>();
        foreach (var piece in (string[])["", .. pieces, " end"])
        {
            var chunk = JsonSerializer.SerializeToUtf8Bytes(
                new { choices = new[] { new { index = 0, delta = new { content = piece }, finish_reason = (string?)null } } });
            Assert.Equal(ChunkResult.Forwarded, editor.Process(chunk, output));
        }

        var text = string.Concat(Encoding.UTF8.GetString(output.WrittenSpan).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line["data: ".Length..]).GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString()));
        Assert.Equal(expected + " end", text);
    }

    [Theory]
    [InlineData("""{"content":"a"}""", false)]
    [InlineData("""{"role":"assistant","content":"","refusal":null}""", false)]
    [InlineData("""{"content":"a","tool_calls":[]}""", false)]
    [InlineData("""{"reasoning":"a"}""", true)]
    [InlineData("""{"refusal":"a"}""", true)]
    [InlineData("""{"tool_calls":[{"index":0,"function":{"name":"f"}}]}""", true)]
    [InlineData("""{"reasoning_details":[{"type":"reasoning.encrypted","data":"x"}]}""", true)]
    public void Content_that_is_no_plain_text_is_noticed(string delta, bool noticed)
    {
        var editor = new ChatStreamEditor();
        editor.Reset(Stamp);

        editor.Process(Encoding.UTF8.GetBytes("{\"choices\":[{\"index\":0,\"delta\":" + delta + "}]}"), new ArrayBufferWriter<byte>());

        Assert.Equal(noticed, editor.HasOtherContent);
    }

    [Fact]
    public void The_text_so_far_is_what_was_sent()
    {
        var editor = new ChatStreamEditor();
        editor.Reset(Stamp);
        var output = new ArrayBufferWriter<byte>();
        foreach (var piece in (string[])["He said \\\"", "\\u00e9", "🙂", "\\n"])
        {
            editor.Process(Encoding.UTF8.GetBytes("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + piece + "\"}}]}"), output);
        }

        var text = new ArrayBufferWriter<byte>();
        Assert.True(editor.TryCopyText(text));
        Assert.Equal("He said \"é🙂\n", Encoding.UTF8.GetString(text.WrittenSpan));
    }

    [Theory]
    [InlineData("claude-3-5-haiku-20241022", Prefill.Message)]
    [InlineData("claude-sonnet-4-5", Prefill.Message)]
    [InlineData("claude-opus-4-5-20251101", Prefill.Message)]
    [InlineData("claude-opus-4-6", Prefill.None)]
    [InlineData("claude-sonnet-4-6", Prefill.None)]
    [InlineData("glm-5", Prefill.None)]
    public void Claude_goes_on_with_a_partial_answer_before_its_version_4_6(string model, Prefill expected) =>
        Assert.Equal(expected, AnthropicDialect.Instance.PrefillFor(model));

    private static string Continue(string body, Prefill prefill)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var envelope = new RequestEnvelope();
        Assert.Null(ChatRequestReader.Read(bytes, envelope));
        var output = new ArrayBufferWriter<byte>();
        ChatContinuation.Write(bytes, envelope, "He said \"yes\" and"u8, prefill, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
