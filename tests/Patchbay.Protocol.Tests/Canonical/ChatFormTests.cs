using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Patchbay.Protocol.Tests;

public sealed class ChatFormTests
{
    private const string ToolTurn =
        """{"role":"user","content":"Weather?"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_abc","type":"function","function":{"name":"weather","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_abc","content":"sunny"}""";

    private static readonly ChatForm Narrow = new()
    {
        Strict = false,
        OneSystemMessage = true,
        NoNames = true,
        NamedResults = true,
        AnswerAfterResults = true,
        ShortCallIds = true,
    };

    [Theory]
    [InlineData("""{"role":"user","content":"a"}""", ChatTraits.None)]
    [InlineData("""{"role":"system","content":"a"},{"role":"user","content":"a"}""", ChatTraits.None)]
    [InlineData("""{"role":"user","content":"a"},{"role":"developer","content":"a"}""", ChatTraits.LaterSystem)]
    [InlineData("""{"role":"user","content":"a","name":"Ann"}""", ChatTraits.Names)]
    [InlineData("""{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}""", ChatTraits.CacheControl)]
    [InlineData("""{"role":"assistant","content":"a","reasoning":"b"}""", ChatTraits.Reasoning)]
    [InlineData("""{"role":"assistant","content":"a","reasoning_content":"b"}""", ChatTraits.Reasoning)]
    [InlineData("""{"role":"assistant","content":"a","reasoning_details":[]}""", ChatTraits.Reasoning)]
    [InlineData("""{"role":"assistant","content":"a","images":[],"annotations":[]}""", ChatTraits.AnswerMembers)]
    [InlineData("""{"role":"tool","content":"a","tool_call_id":"c"}""", ChatTraits.ToolTurns)]
    public void A_request_is_known_by_what_providers_differ_on(string messages, ChatTraits traits) =>
        Assert.Equal(traits, ChatRequestReaderTests.Accept($$"""{"model":"m","messages":[{{messages}}]}""").Traits);

    [Fact]
    public void Tools_that_are_strict_or_cached_are_known() =>
        Assert.Equal(
            ChatTraits.Strict | ChatTraits.CacheControl,
            ChatRequestReaderTests.Accept("""{"model":"m","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","strict":true},"cache_control":{"type":"ephemeral"}}]}""").Traits);

    [Fact]
    public void What_OpenAI_does_not_take_is_left_out() =>
        Assert.Equal(
            """{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}],"tools":[{"type":"function","function":{"name":"f","strict":true}}]}""",
            Write(ChatForm.OpenAi, """{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]},{"role":"assistant","content":"b","reasoning":"r","reasoning_details":[{"type":"reasoning.text","text":"r"}],"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}],"annotations":[{"type":"url_citation"}]},{"role":"user","content":"c"}],"tools":[{"type":"function","function":{"name":"f","strict":true},"cache_control":{"type":"ephemeral"}}]}"""));

    [Theory]
    [InlineData(""" "reasoning":"r" """)]
    [InlineData(""" "reasoning_content":"r" """)]
    [InlineData(""" "reasoning_details":[{"type":"reasoning.text","text":"r"}] """)]
    public void Reasoning_goes_back_under_the_name_that_the_provider_knows(string member) =>
        Assert.Equal(
            """{"model":"m","messages":[{"role":"assistant","reasoning_content":"r","content":"b"}]}""",
            Write(new ChatForm { Reasoning = ReasoningReplay.Content },
                $$"""{"model":"m","messages":[{"role":"assistant","content":"b",{{member}}}]}"""));

    [Fact]
    public void System_messages_become_one_in_front() =>
        Assert.Equal(
            """{"model":"m","messages":[{"role":"system","content":"a\n\nb\n\nc"},{"role":"user","content":"u"}]}""",
            Write(Narrow, """{"model":"m","messages":[{"role":"system","content":"a"},{"role":"user","content":"u"},{"role":"system","content":[{"type":"text","text":"b"},{"type":"text","text":"c"}]}]}"""));

    [Fact]
    public void A_name_is_said_before_the_text() =>
        Assert.Equal(
            """{"model":"m","messages":[{"role":"user","content":"Ann: hello"}]}""",
            Write(Narrow, """{"model":"m","messages":[{"role":"user","name":"Ann","content":"hello"}]}"""));

    [Fact]
    public void Calls_and_results_keep_belonging_together_under_short_ids()
    {
        var written = JsonNode.Parse(Write(Narrow, $$"""{"model":"m","messages":[{{ToolTurn}},{"role":"user","content":"Thanks"}]}"""))!["messages"]!;
        var id = written[1]!["tool_calls"]![0]!["id"]!.GetValue<string>();
        Assert.Matches("^[A-Za-z0-9]{9}$", id);
        Assert.Equal(id, written[2]!["tool_call_id"]!.GetValue<string>());
        Assert.Equal("weather", written[2]!["name"]!.GetValue<string>());
        Assert.Equal("assistant", written[3]!["role"]!.GetValue<string>());
        Assert.Equal("Thanks", written[4]!["content"]!.GetValue<string>());
    }

    [Fact]
    public void An_id_that_is_short_already_stays() =>
        Assert.Contains(
            "\"tool_call_id\":\"a1B2c3D4e\"",
            Write(Narrow, """{"model":"m","messages":[{"role":"tool","tool_call_id":"a1B2c3D4e","content":"x"}]}"""),
            StringComparison.Ordinal);

    [Fact]
    public void What_a_form_takes_is_not_rewritten()
    {
        foreach (var trait in Enum.GetValues<ChatTraits>())
        {
            Assert.False(ChatForm.Full.Rewrites(trait));
            Assert.Equal(
                trait is ChatTraits.Reasoning or ChatTraits.AnswerMembers or ChatTraits.CacheControl,
                ChatForm.OpenAi.Rewrites(trait));
        }
    }

    [Fact]
    public void A_fitted_request_needs_no_fitting_and_can_be_read() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
            CanonicalProperties.Request.ToArbitrary(),
            Gen.Elements(ChatForm.OpenAi, Narrow, new ChatForm { Reasoning = ReasoningReplay.Content }).ToArbitrary(),
            (body, form) =>
            {
                var envelope = ChatRequestReaderTests.Accept(Write(form, body));
                var left = form.Reasoning == ReasoningReplay.Content ? ChatTraits.Reasoning : ChatTraits.None;
                left |= form.NamedResults ? ChatTraits.ToolTurns | ChatTraits.Names : ChatTraits.None;
                return (!form.Rewrites(envelope.Traits & ~left)).Label(Write(form, body));
            }));

    private static string Write(ChatForm form, string body)
    {
        var output = new ArrayBufferWriter<byte>();
        CanonicalChatWriter.Write(CanonicalChatReader.Read(Encoding.UTF8.GetBytes(body)), form, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
