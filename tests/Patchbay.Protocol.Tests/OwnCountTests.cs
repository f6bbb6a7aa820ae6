using System.Text;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class OwnCountTests
{
    [Fact]
    public void The_text_of_a_stream_is_counted_as_one()
    {
        const string text = "The quick brown fox — \"jumps\"\nüber den 狐 🦊 lazily; tokenization straddles frames.";
        var editor = Bytes.Editor();
        foreach (var rune in text.EnumerateRunes())
        {
            editor.Process($$"""{"id":"x","model":"m","choices":[{"index":0,"delta":{"content":{{System.Text.Json.JsonSerializer.Serialize(rune.ToString())}}},"finish_reason":null}]}""");
        }

        Assert.True(editor.TemplateFrames > 10);
        Assert.Equal(O200kTokenizer.CountChars(text), editor.CountOutputTokens());
        Assert.Equal(Encoding.UTF8.GetByteCount(text), editor.OutputBytes);

        editor.Release();
        Assert.Equal(0, editor.CountOutputTokens());
    }

    [Fact]
    public void Reasoning_and_arguments_count_too()
    {
        var editor = Bytes.Editor(hidesReasoning: true);
        editor.Process("""{"id":"x","model":"m","choices":[{"index":0,"delta":{"reasoning_content":"Let me look."}}]}""");
        editor.Process("""{"id":"x","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"weather","arguments":"{\"city\":"}}]}}]}""");
        editor.Process("""{"id":"x","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Oslo\"}"}}]}}]}""");

        Assert.Equal(O200kTokenizer.CountChars("Let me look.weather{\"city\":\"Oslo\"}"), editor.CountOutputTokens());
    }

    [Fact]
    public void Of_a_very_long_answer_the_beginning_stands_for_the_rest()
    {
        var piece = string.Concat(Enumerable.Repeat("hello world, ", 1000));
        var editor = Bytes.Editor();
        for (var i = 0; i < 100; i++)
        {
            editor.Process("{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + piece + "\"}}]}");
        }

        var exact = O200kTokenizer.CountChars(piece) * 100L;
        Assert.InRange(editor.CountOutputTokens(), exact - exact / 100, exact + exact / 100);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"hello world"}]}""", 1, "user", "hello world")]
    [InlineData("""{"messages":[{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"caf\u00e9"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}""", 2, "system", "a", "user", "café")]
    [InlineData("""{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"r"}],"tools":[{"type":"function"}]}""", 2, "assistant", "f", "{}", "tool", "r", """[{"type":"function"}]""")]
    [InlineData("""{"prompt":"hello","model":"m"}""", 0, "hello")]
    public void A_prompt_is_counted_with_the_frame_of_each_message(string body, int messages, params string[] texts) =>
        Assert.Equal(3 + 3 * messages + texts.Sum(text => O200kTokenizer.CountChars(text)), ChatPromptTokens.Count(Bytes.Of(body)));

    [Fact]
    public void What_is_no_document_has_no_count() => Assert.Null(ChatPromptTokens.Count("{\"messages\":["u8));
}
