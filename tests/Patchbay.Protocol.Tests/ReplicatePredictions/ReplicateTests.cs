using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class ReplicateTests
{
    private static readonly ReplicateDialect Dialect = ReplicateDialect.Instance;

    // https://replicate.com/docs/topics/predictions/create-a-prediction
    [Theory]
    [InlineData("""["Hel","lo"]""", "Hello")]
    [InlineData(""" "Hello" """, "Hello")]
    [InlineData("[]", "")]
    [InlineData("null", "")]
    public void The_output_is_text_or_pieces_of_it(string output, string text)
    {
        var answer = Heard.Whole(Dialect, $$"""{"metrics":{"input_token_count":5,"output_token_count":7},"id":"p1","model":"meta/llama","status":"succeeded","error":null,"output":{{output}} }""")!;

        Assert.Equal(text, (string?)answer["choices"]![0]!["message"]!["content"]);
        Assert.Equal(("stop", "succeeded"), ((string?)answer["choices"]![0]!["finish_reason"], (string?)answer["choices"]![0]!["native_finish_reason"]));
        Assert.Equal((5, 7), (Heard.UsageOf(answer).PromptTokens, Heard.UsageOf(answer).CompletionTokens));
    }

    [Theory]
    [InlineData("""[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]""", "takes one message of a user, and no history.")]
    [InlineData("""[{"role":"system","content":"a"}]""", "needs a message of a user.")]
    [InlineData("""[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://e.com/a"}}]}]""", "takes nothing but text.")]
    public void What_has_no_words_is_not_sent(string messages, string why)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var request = Dialect.WriteRequest(
            CanonicalChatReader.Read(Encoding.UTF8.GetBytes($$"""{"messages":{{messages}} }""")), Heard.Target("m"), output);

        Assert.Equal(why, request.Unsendable);
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void Operators_and_user_are_told_apart()
    {
        var (body, request) = Heard.Write(
            Dialect,
            """{"messages":[{"role":"system","content":"S"},{"role":"developer","content":"D"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],"max_tokens":5,"top_p":0.5,"top_k":3}""",
            Heard.Target("m"));

        Heard.AssertJson("""{"input":{"system_prompt":"S\n\nD","prompt":"a\n\nb","max_tokens":5,"top_p":0.5}}""", body);
        Assert.Equal(Parameters.TopK, request.Dropped);
    }

    [Fact]
    public void Random_JSON_neither_throws_nor_hangs() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(
            Gen.ListOf(Gen.Elements(
                "{", "}", "[", "]", ",", ":", "\"status\"", "\"succeeded\"", "\"output\"", "\"metrics\"", "{\"input_token_count\":-1}", "1e400", "null", "\"\\ud800\""))
                .Select(string.Concat).ToArbitrary(),
            noise =>
            {
                foreach (var body in (string[])[noise, $"{{\"status\":\"succeeded\",\"output\":{noise} }}", $"{{\"status\":\"failed\",\"error\":{noise},\"metrics\":{noise} }}"])
                {
                    var bytes = Encoding.UTF8.GetBytes(body);
                    Dialect.ReadAnswer(bytes, DialectRequest.Whole, new NullSink());
                    Dialect.ReadError(bytes, 500);
                }

                return true;
            }));
}
