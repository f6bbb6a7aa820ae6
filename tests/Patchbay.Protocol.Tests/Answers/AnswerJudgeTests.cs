using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests;

public sealed class AnswerJudgeTests
{
    private const string Tools = """
        [{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}},
         {"type":"function","function":{"name":"now"}}]
        """;

    private const string Format = """
        {"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}}}
        """;

    private readonly AnswerJudge _judge = new();

    public static TheoryData<string, string, AnswerFaults> Calls => new()
    {
        { "weather", """{"city":"Paris"}""", AnswerFaults.None },
        { "weather", """{"city":"Pa\"ris\u00e9"}""", AnswerFaults.None },
        { "weather", "{'city':1}", AnswerFaults.InvalidJson },
        { "weather", """{"city":"Paris" """, AnswerFaults.InvalidJson },
        { "weather", """{"city":5}""", AnswerFaults.SchemaMismatch },
        { "weather", "{}", AnswerFaults.SchemaMismatch },
        { "weather", "", AnswerFaults.SchemaMismatch },
        { "Weather", """{"city":"Paris"}""", AnswerFaults.UnknownName },
        { "now", "", AnswerFaults.None },
        { "now", """{"anything":[1]}""", AnswerFaults.None },
        { "now", "[", AnswerFaults.InvalidJson },
        { "weather", """{"city":1,"city":2}""", AnswerFaults.None },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_tool_call_is_judged_alike_in_one_piece_and_in_a_stream(string name, string arguments, AnswerFaults faults)
    {
        var request = Request($"\"tools\":{Tools}");

        var whole = Whole(request, Message($$$"""{"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"{{{name}}}","arguments":{{{Quote(arguments)}}}}}]}"""), "tool_calls");
        var stream = Stream(request, "tool_calls", CallChunks(0, name, arguments));

        Assert.Equal(new AnswerFindings(true, false, faults), whole);
        Assert.Equal(whole, stream);
    }

    [Fact]
    public void Calls_that_take_turns_in_a_stream_are_put_together()
    {
        var request = Request($"\"tools\":{Tools}");
        var first = CallChunks(0, "weather", """{"city":"Paris and more than one piece"}""");
        var second = CallChunks(1, "weather", """{"city":false,"other":"and more than one piece"}""");
        var chunks = first.Zip(second).SelectMany(pair => new[] { pair.First, pair.Second })
            .Concat(first.Skip(second.Length)).Concat(second.Skip(first.Length));

        var findings = Stream(request, "tool_calls", [.. chunks]);

        Assert.Equal(AnswerFaults.SchemaMismatch, findings.Faults);
    }

    [Theory]
    [InlineData("""{"n":5}""", AnswerFaults.None, true)]
    [InlineData("""{"n":5.5}""", AnswerFaults.BrokenStructure, true)]
    [InlineData("Here you are: {\"n\":5}", AnswerFaults.BrokenStructure, true)]
    [InlineData("", AnswerFaults.Empty, false)]
    public void A_structured_answer_must_obey_its_schema(string text, AnswerFaults faults, bool judged)
    {
        var request = Request($"\"response_format\":{Format}");

        var whole = Whole(request, Message($$"""{"content":{{Quote(text)}}}"""), "stop");
        var stream = Stream(request, "stop", [.. text.Chunk(3).Select(piece => Delta($$"""{"content":{{Quote(new string(piece))}}}"""))]);

        Assert.Equal(new AnswerFindings(false, judged, faults), whole);
        Assert.Equal(whole, stream);
    }

    [Fact]
    public void Reasoning_beside_a_structured_answer_is_no_part_of_it()
    {
        var request = Request($"\"response_format\":{Format}");

        var findings = Stream(
            request, "stop", Delta("""{"reasoning":"So"}"""), Delta("""{"reasoning":" then"}"""), Delta("""{"content":"{\"n\""}"""),
            Delta("""{"content":":1}"}"""));

        Assert.Equal(new AnswerFindings(false, true, AnswerFaults.None), findings);
    }

    [Theory]
    [InlineData("length")]
    [InlineData("content_filter")]
    public void Nobody_is_blamed_for_what_a_limit_or_a_filter_cut_off(string finish)
    {
        var request = Request($"\"tools\":{Tools}");

        Assert.Equal(AnswerFaults.None, Stream(request, finish, CallChunks(0, "weather", "{\"ci")).Faults);
    }

    [Fact]
    public void Text_in_place_of_a_call_is_right_and_nothing_at_all_is_not()
    {
        var request = Request($"\"tools\":{Tools}");

        Assert.Equal(AnswerFaults.None, Whole(request, Message("""{"content":"Which city?"}"""), "stop").Faults);
        Assert.Equal(AnswerFaults.Empty, Whole(request, Message("""{"content":""}"""), "stop").Faults);
        Assert.Equal(AnswerFaults.Empty | AnswerFaults.BadFinish, Whole(request, Message("""{"content":null}"""), "error").Faults);
    }

    [Fact]
    public void A_tool_without_a_schema_or_with_one_that_is_none_takes_everything()
    {
        var request = Request("""
            "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"no such type"}}}]
            """);

        Assert.Equal(AnswerFaults.None, Stream(request, "tool_calls", CallChunks(0, "weather", "[1]")).Faults);
    }

    [Fact]
    public void Where_the_provider_has_tools_of_its_own_no_name_is_unknown()
    {
        var request = Request("""
            "tools":[{"type":"openrouter:datetime"},{"type":"function","function":{"name":"now"}}]
            """);

        Assert.Equal(AnswerFaults.None, Stream(request, "tool_calls", CallChunks(0, "datetime", "{}")).Faults);
    }

    [Fact]
    public void What_is_kept_is_bounded_and_more_is_not_judged()
    {
        var (envelope, body) = Request($"\"tools\":{Tools}");
        var evidence = new AnswerEvidence();
        var editor = new ChatStreamEditor { Evidence = evidence };
        evidence.Begin(envelope);
        editor.Reset(default);
        var output = new ArrayBufferWriter<byte>();
        var piece = new string('a', 1000);
        foreach (var chunk in CallChunks(0, "weather", "{\"city\":\"" + string.Concat(Enumerable.Repeat(piece, 200)) + "\"}"))
        {
            editor.Process(Encoding.UTF8.GetBytes(chunk), output);
            output.ResetWrittenCount();
        }

        evidence.KeepRequest(envelope, body);

        Assert.Null(evidence.Detach("tool_calls", isEmpty: false));
    }

    [Fact]
    public void A_request_without_tools_and_schema_keeps_nothing()
    {
        var (envelope, body) = Request("\"temperature\":1");
        var evidence = new AnswerEvidence();

        evidence.Begin(envelope);
        evidence.KeepRequest(envelope, body);
        evidence.KeepWhole(body);

        Assert.False(evidence.IsWanted);
        Assert.Null(evidence.Detach("stop", isEmpty: false));
    }

    private static (RequestEnvelope Envelope, byte[] Body) Request(string more)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"model":"a/b","messages":[{"role":"user","content":"Hi"}],{{more}}}""");
        var envelope = new RequestEnvelope();
        Assert.Null(ChatRequestReader.Read(body, envelope));
        return (envelope, body);
    }

    private AnswerFindings Whole((RequestEnvelope Envelope, byte[] Body) request, string body, string finish)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var reader = new ChatResponseReader();
        Assert.True(reader.Read(bytes));
        var evidence = new AnswerEvidence();
        evidence.Begin(request.Envelope);
        evidence.KeepRequest(request.Envelope, request.Body);
        evidence.KeepWhole(bytes);
        using var sample = evidence.Detach(finish, reader.IsEmpty);
        Assert.NotNull(sample);
        return _judge.Judge(sample);
    }

    private AnswerFindings Stream((RequestEnvelope Envelope, byte[] Body) request, string finish, params string[] chunks)
    {
        var evidence = new AnswerEvidence();
        var editor = new ChatStreamEditor { Evidence = evidence };
        evidence.Begin(request.Envelope);
        editor.Reset(default);
        var output = new ArrayBufferWriter<byte>();
        foreach (var chunk in chunks)
        {
            Assert.Equal(ChunkResult.Forwarded, editor.Process(Encoding.UTF8.GetBytes(chunk), output));
        }

        evidence.KeepRequest(request.Envelope, request.Body);
        using var sample = evidence.Detach(finish, !editor.HasContent);
        Assert.NotNull(sample);
        return _judge.Judge(sample);
    }

    private static string[] CallChunks(int index, string name, string arguments) =>
    [
        Delta($$$"""{"tool_calls":[{"index":{{{index}}},"id":"c{{{index}}}","type":"function","function":{"name":"{{{name}}}","arguments":""}}]}"""),
        .. arguments.Chunk(5).Select(piece =>
            Delta($$$"""{"tool_calls":[{"index":{{{index}}},"function":{"arguments":{{{Quote(new string(piece))}}}}}]}""")),
    ];

    private static string Delta(string delta) =>
        $$"""{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{{delta}},"finish_reason":null}]}""";

    private static string Message(string message) =>
        $$"""{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{{message}},"finish_reason":"stop"}]}""";

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
