namespace Patchbay.Protocol.Tests;

public sealed class ChatOpeningTests
{
    private const string System = """{"role":"system","content":"Be brief."}""";
    private const string Question = """{"role":"user","content":"Who?"}""";

    [Fact]
    public void Later_turns_of_a_conversation_begin_alike()
    {
        var first = Hash(System, Question);
        Assert.NotEqual(0UL, first);
        Assert.Equal(first, Hash(System, Question, """{"role":"assistant","content":"Me."}""", """{"role":"user","content":"Why?"}"""));
        Assert.Equal(first, Hash(System, Question, """{"role":"system","content":"Now be long."}"""));
    }

    [Theory]
    [InlineData("""{"role":"system","content":"Be long."}""", Question)]
    [InlineData(System, """{"role":"user","content":"Where?"}""")]
    [InlineData(System, """{"role":"assistant","content":"Who?"}""")]
    [InlineData(Question, System)]
    [InlineData("""{"role":"system","content":"Who?"}""", """{"role":"user","content":"Be brief."}""")]
    [InlineData(System, """{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/1.png"}}]}""")]
    public void Other_openings_differ(string one, string two)
    {
        Assert.NotEqual(Hash(System, Question), Hash(one, two));
        Assert.NotEqual(Hash(one, two), Hash(two));
    }

    [Fact]
    public void Text_counts_and_neither_its_form_nor_marks_for_caching()
    {
        Assert.Equal(Hash(System, Question), Hash(
            """{"content":[{"text":"Be brief.","cache_control":{"type":"ephemeral"},"type":"text"}],"role":"developer"}""",
            """{"role":"user","content":[{"type":"text","text":"Who?"}],"name":"x"}"""));
    }

    [Fact]
    public void Images_count()
    {
        static string Image(string url) => """{"role":"user","content":[{"type":"image_url","image_url":{"url":"URL"}}]}""".Replace("URL", url, StringComparison.Ordinal);
        Assert.NotEqual(Hash(Image("https://x/1.png")), Hash(Image("https://x/2.png")));
    }

    [Fact]
    public void A_prompt_has_no_opening_and_a_reset_forgets()
    {
        var envelope = new RequestEnvelope();
        Assert.Null(ChatRequestReader.Read(Bytes.Of("""{"model":"m","messages":[""" + Question + "]}"), envelope));
        Assert.NotEqual(0UL, envelope.OpeningHash);
        envelope.Reset();
        Assert.Null(ChatRequestReader.Read("""{"model":"m","prompt":"Who?"}"""u8, envelope));
        Assert.Equal(0UL, envelope.OpeningHash);
    }

    private static ulong Hash(params string[] messages)
    {
        var envelope = new RequestEnvelope();
        Assert.Null(ChatRequestReader.Read(Bytes.Of("""{"model":"m","messages":[""" + string.Join(',', messages) + "]}"), envelope));
        return envelope.OpeningHash;
    }
}
