using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class ChatRequestWriterTests
{
    private static readonly UpstreamRequestEdits ModelOnly = new() { Model = "echo-1"u8.ToArray() };

    [Fact]
    public void Everything_but_the_model_is_copied_byte_for_byte() =>
        Assert.Equal(
            """{ "messages" : [ {"role":"user","content":"h\u0069 \ud800"} ],  "model":"echo-1" , "future":[1.50, 2e3]  }""",
            Write("""{ "messages" : [ {"role":"user","content":"h\u0069 \ud800"} ],  "model":"a/b" , "future":[1.50, 2e3]  }""", ModelOnly));

    [Theory]
    [InlineData("""{"models":["x"],"route":null,"model":"m",M}""", """{"model":"echo-1",M}""")]
    [InlineData("""{"model":"m","provider":{},M,"trace":{}}""", """{"model":"echo-1",M}""")]
    [InlineData("""{ "models":["x"] , M , "preset":"p" }""", """{M,"model":"echo-1" }""")]
    [InlineData("""{M,"plugins":[],"usage":{"include":true},"session_id":"s","debug":{},"cache_control":{"type":"ephemeral"},"transforms":[],"model":"m","stop_server_tools_when":[],"max_tool_calls":3}""", """{M,"model":"echo-1"}""")]
    [InlineData("""{M,"stream_options":{"include_usage":true},"model":"m"}""", """{M,"model":"echo-1"}""")]
    public void Members_for_the_gateway_stay_here(string body, string expected)
    {
        const string messages = """ "messages":[{"role":"user","content":"x"}]""";
        Assert.Equal(
            expected.Replace("M", messages, StringComparison.Ordinal),
            Write(body.Replace("M", messages, StringComparison.Ordinal), ModelOnly));
    }

    [Theory]
    [InlineData("""{"model":"m","prompt":"x"}""", """{"model":"echo-1","prompt":"x","service_tier":"flex"}""")]
    [InlineData("""{"service_tier":"fast","model":"m","prompt":"x"}""", """{"service_tier":"flex","model":"echo-1","prompt":"x"}""")]
    public void A_tier_is_asked_for_in_place_of_the_callers(string body, string expected) =>
        Assert.Equal(expected, Write(body, ModelOnly with { ServiceTier = "flex" }));

    [Fact]
    public void A_tier_that_the_endpoint_is_not_of_is_left_out() =>
        Assert.Equal(
            """{"model":"echo-1","prompt":"x"}""",
            Write("""{"service_tier":"flex","model":"m","prompt":"x"}""", ModelOnly with { DropServiceTier = true }));

    [Theory]
    [InlineData("", ReasoningSwitch.Effort, ",\"reasoning_effort\":\"low\"")]
    [InlineData("", ReasoningSwitch.ReasoningObject, ",\"reasoning\":{\"enabled\":true}")]
    [InlineData("", ReasoningSwitch.ThinkingType, ",\"thinking\":{\"type\":\"enabled\"}")]
    [InlineData("", ReasoningSwitch.EnableThinking, ",\"enable_thinking\":true")]
    [InlineData(",\"reasoning_effort\":\"high\"", ReasoningSwitch.Effort, ",\"reasoning_effort\":\"high\"")]
    [InlineData(",\"reasoning\":{\"enabled\":false}", ReasoningSwitch.ReasoningObject, ",\"reasoning\":{\"enabled\":false}")]
    public void A_model_that_thinks_by_default_is_told_so_unless_the_caller_says_otherwise(
        string given, ReasoningSwitch how, string expected) =>
        Assert.Equal(
            """{"model":"echo-1","prompt":"x"E}""".Replace("E", expected, StringComparison.Ordinal),
            Write("""{"model":"m","prompt":"x"G}""".Replace("G", given, StringComparison.Ordinal),
                ModelOnly with { DefaultEffort = "low", Reasoning = how }));

    [Theory]
    [InlineData("", ",\"stream_options\":{\"include_usage\":true}")]
    [InlineData(",\"stream_options\":null", ",\"stream_options\":{\"include_usage\":true}")]
    [InlineData(",\"stream_options\":{ }", ",\"stream_options\":{\"include_usage\":true}")]
    [InlineData(",\"stream_options\":{\"include_usage\":false,\"x\":1}", ",\"stream_options\":{\"include_usage\":true,\"x\":1}")]
    [InlineData(",\"stream_options\":{\"x\":1}", ",\"stream_options\":{\"include_usage\":true,\"x\":1}")]
    public void Streams_ask_for_usage(string given, string expected)
    {
        const string start = """{"model":"m","stream":true,"prompt":"x" """;
        Assert.Equal(start.Replace("\"m\"", "\"echo-1\"", StringComparison.Ordinal) is var head && given.Length > 0
            ? head + expected + "}"
            : """{"model":"echo-1","stream":true,"prompt":"x",""" + expected[1..] + " }",
            Write(start + given + "}", ModelOnly with { IncludeUsage = true }));
    }

    [Theory]
    [InlineData("""{"model":"m","prompt":"x"}""", 7L, false, false, """{"model":"echo-1","prompt":"x","max_tokens":7}""")]
    [InlineData("""{"model":"m","prompt":"x"}""", 7L, false, true, """{"model":"echo-1","prompt":"x","max_completion_tokens":7}""")]
    [InlineData("""{"max_tokens":9,"model":"m","prompt":"x"}""", 7L, false, false, """{"max_tokens":7,"model":"echo-1","prompt":"x"}""")]
    [InlineData("""{"max_completion_tokens":9,"model":"m","prompt":"x"}""", 7L, false, false, """{"max_completion_tokens":7,"model":"echo-1","prompt":"x"}""")]
    [InlineData("""{"max_completion_tokens":9,"model":"m","prompt":"x"}""", null, true, false, """{"max_tokens":9,"model":"echo-1","prompt":"x"}""")]
    [InlineData("""{"max_tokens":9,"model":"m","prompt":"x"}""", null, false, true, """{"max_completion_tokens":9,"model":"echo-1","prompt":"x"}""")]
    [InlineData("""{"max_tokens":5,"max_completion_tokens":9,"model":"m","prompt":"x"}""", null, true, false, """{"max_tokens":9,"model":"echo-1","prompt":"x"}""")]
    [InlineData("""{"max_tokens":5,"max_completion_tokens":9,"model":"m","prompt":"x"}""", null, false, false, """{"max_tokens":5,"max_completion_tokens":9,"model":"echo-1","prompt":"x"}""")]
    public void The_output_limit_goes_under_the_name_the_provider_knows(
        string body, long? limit, bool tokens, bool completion, string expected) =>
        Assert.Equal(expected, Write(body, ModelOnly with
        {
            MaxOutputTokens = limit,
            UseMaxTokensField = tokens,
            UseMaxCompletionTokensField = completion,
        }));

    [Theory]
    [InlineData(""","reasoning":{"effort":"high","exclude":true}""", ""","reasoning_effort":"high" """)]
    [InlineData(""","reasoning":{"enabled":true},"include_reasoning":true""", ""","reasoning_effort":"medium" """)]
    [InlineData(""","reasoning":{"max_tokens":5}""", "")]
    [InlineData(""","reasoning":{"effort":"low"},"reasoning_effort":"low" """, ""","reasoning_effort":"low" """)]
    [InlineData(""","reasoning_effort":null,"reasoning":{"effort":"low"}""", ""","reasoning_effort":"low" """)]
    [InlineData(""","reasoning":null""", "")]
    public void Reasoning_becomes_an_effort(string given, string expected)
    {
        Assert.Equal(
            """{"model":"echo-1","prompt":"x" """.Trim() + expected.Trim() + "}",
            Write("""{"model":"m","prompt":"x" """.Trim() + given.Trim() + "}", ModelOnly));
        Assert.Equal(
            """{"model":"echo-1","prompt":"x" """.Trim() + given.Trim() + "}",
            Write("""{"model":"m","prompt":"x" """.Trim() + given.Trim() + "}", ModelOnly with { Reasoning = ReasoningSwitch.ReasoningObject }));
    }

    [Theory]
    [InlineData(""","reasoning":{"effort":"high"}""", ""","thinking":{"type":"enabled"}""")]
    [InlineData(""","reasoning":{"max_tokens":100}""", ""","thinking":{"type":"enabled"}""")]
    [InlineData(""","reasoning":{"enabled":false}""", ""","thinking":{"type":"disabled"}""")]
    [InlineData(""","reasoning":{"effort":"low"},"reasoning_effort":"low" """, ""","thinking":{"type":"enabled"}""")]
    [InlineData(""","reasoning_effort":"none" """, ""","thinking":{"type":"disabled"}""")]
    [InlineData(""","reasoning":{"exclude":true}""", "")]
    public void Reasoning_is_switched_as_the_provider_knows_it(string given, string expected)
    {
        var body = """{"model":"m","prompt":"x" """.Trim() + given.Trim() + "}";
        var written = """{"model":"echo-1","prompt":"x" """.Trim() + expected + "}";
        Assert.Equal(written, Write(body, ModelOnly with { Reasoning = ReasoningSwitch.ThinkingType }));
        Assert.Equal(
            written.Replace("\"thinking\":{\"type\":\"enabled\"}", "\"enable_thinking\":true", StringComparison.Ordinal)
                .Replace("\"thinking\":{\"type\":\"disabled\"}", "\"enable_thinking\":false", StringComparison.Ordinal),
            Write(body, ModelOnly with { Reasoning = ReasoningSwitch.EnableThinking }));
    }

    [Theory]
    [InlineData(""","reasoning":{"effort":"low"}""", ""","thinking":{"type":"enabled"},"reasoning_effort":"low" """)]
    [InlineData(""","reasoning":{"enabled":false}""", ""","thinking":{"type":"disabled"}""")]
    [InlineData(""","reasoning":{"max_tokens":100}""", ""","thinking":{"type":"enabled"}""")]
    public void A_switch_may_come_with_an_effort(string given, string expected) =>
        Assert.Equal(
            """{"model":"echo-1","prompt":"x" """.Trim() + expected.Trim() + "}",
            Write("""{"model":"m","prompt":"x" """.Trim() + given + "}", ModelOnly with { Reasoning = ReasoningSwitch.ThinkingTypeAndEffort }));

    [Theory]
    [InlineData(""","reasoning_effort":"xhigh" """)]
    [InlineData(""","reasoning":{"effort":"xhigh"}""")]
    [InlineData(""","reasoning":{"max_tokens":9000}""")]
    public void Another_effort_takes_the_place_of_the_callers(string given) =>
        Assert.Equal(
            """{"model":"echo-1","reasoning_effort":"high","prompt":"x"}""",
            Write("""{"model":"m" """.Trim() + given.Trim() + ""","prompt":"x"}""", ModelOnly with { Effort = "high" }));

    [Theory]
    [InlineData("1.7", "1")]
    [InlineData("1", "1")]
    [InlineData("0.30", "0.30")]
    [InlineData("2e0", "1")]
    [InlineData("null", "null")]
    public void A_temperature_is_lowered_to_what_the_provider_takes(string given, string expected) =>
        Assert.Equal(
            $$"""{"model":"echo-1","prompt":"x","temperature":{{expected}}}""",
            Write($$"""{"model":"m","prompt":"x","temperature":{{given}}}""", ModelOnly with { MaxTemperature = 1 }));

    [Fact]
    public void Store_stays_unless_the_provider_rejects_it()
    {
        const string body = """{"model":"echo-1","store":true,"prompt":"x"}""";
        Assert.Equal(body, Write(body, ModelOnly));
        Assert.Equal("""{"model":"echo-1","prompt":"x"}""", Write(body, ModelOnly with { DropStore = true }));
    }

    [Fact]
    public void Rejected_parameters_are_left_out() =>
        Assert.Equal(
            """{"prompt":"x","model":"echo-1"}""",
            Write("""{"temperature":1,"prompt":"x","top_k":5,"seed":1,"model":"m"}""", ModelOnly with
            {
                Drop = Parameters.Temperature | Parameters.TopK | Parameters.Seed,
            }));

    [Fact]
    public void A_developer_becomes_system_where_needed()
    {
        const string body = """{"model":"echo-1","messages":[{"role":"developer","content":"\"role\":\"developer\""},{"content":"b","role":"d\u0065veloper"},{"role":"user","content":"c"}]}""";
        Assert.Equal(body, Write(body, ModelOnly));
        Assert.Equal(
            """{"model":"echo-1","messages":[{"role":"system","content":"\"role\":\"developer\""},{"content":"b","role":"system"},{"role":"user","content":"c"}]}""",
            Write(body, ModelOnly with { DeveloperAsSystem = true }));
    }

    [Fact]
    public void A_model_id_is_escaped() =>
        Assert.Equal(
            """{"prompt":"","model":"a\"b\\c\u0001é"}""",
            Write("""{"prompt":"","model":"m"}""", new UpstreamRequestEdits { Model = Bytes.Of("a\"b\\c\u0001é") }));

    internal static string Write(string body, UpstreamRequestEdits edits)
    {
        var envelope = ChatRequestReaderTests.Accept(body);
        var output = new ArrayBufferWriter<byte>();
        ChatRequestWriter.Write(Bytes.Of(body), envelope, edits, output);
        var text = Bytes.Text(output);
        Assert.NotNull(JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }));
        return text;
    }
}
