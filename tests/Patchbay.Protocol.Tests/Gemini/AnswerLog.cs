using System.Text;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Gemini;

/// <summary>Writes down what a reader says.</summary>
internal sealed class AnswerLog : AnswerSink
{
    private readonly StringBuilder _events = new();

    public string Events => _events.ToString();

    public string Id { get; private set; } = "";

    public string Model { get; private set; } = "";

    public StringBuilder Said { get; } = new();

    public SortedDictionary<int, string> Thoughts { get; } = [];

    public List<(int Index, string Id, string Data)> Signatures { get; } = [];

    public List<(string Id, string Name, StringBuilder Arguments)> Calls { get; } = [];

    public List<string> Images { get; } = [];

    public List<(string Url, string Title, int Start, int End)> Citations { get; } = [];

    public List<string> Probabilities { get; } = [];

    public FinishReason Reason { get; private set; }

    public string Native { get; private set; } = "";

    public int Finishes { get; private set; }

    public Usage Used { get; private set; }

    public string Tier { get; private set; } = "";

    public (int Status, string Type, string Message)? Failure { get; private set; }

    public override void Begin(ReadOnlySpan<byte> id, ReadOnlySpan<byte> model)
    {
        Id = Of(id);
        Model = Of(model);
        Note($"begin {Id} {Model}");
    }

    public override void Text(ReadOnlySpan<byte> text)
    {
        Said.Append(Of(text));
        Note($"text {Of(text)}");
    }

    public override void Refusal(ReadOnlySpan<byte> text) => Note($"refusal {Of(text)}");

    public override void ReasoningText(int index, ReadOnlySpan<byte> text)
    {
        Thoughts[index] = Thoughts.GetValueOrDefault(index) + Of(text);
        Note($"thought {index} {Of(text)}");
    }

    public override void ReasoningSummary(int index, ReadOnlySpan<byte> text) => Note($"summary {index} {Of(text)}");

    public override void ReasoningSignature(int index, ReadOnlySpan<byte> signature)
    {
        Signatures.Add((index, "", Of(signature)));
        Note($"signature {index} {Of(signature)}");
    }

    public override void ReasoningEncrypted(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> data)
    {
        Signatures.Add((index, Of(id), Of(data)));
        Note($"encrypted {index} {Of(id)} {Of(data)}");
    }

    public override void ToolCall(int index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name)
    {
        Assert.Equal(Calls.Count, index);
        Calls.Add((Of(id), Of(name), new StringBuilder()));
        Note($"call {index} {Of(id)} {Of(name)}");
    }

    public override void ToolArguments(int index, ReadOnlySpan<byte> fragment)
    {
        Calls[index].Arguments.Append(Of(fragment));
        Note($"arguments {index} {Of(fragment)}");
    }

    public override void Image(ReadOnlySpan<byte> url)
    {
        Images.Add(Of(url));
        Note($"image {Of(url)}");
    }

    public override void Annotation(in Citation citation)
    {
        Citations.Add((Of(citation.Url), Of(citation.Title), citation.Start, citation.End));
        Note($"annotation {Of(citation.Url)} {citation.Start}-{citation.End}");
    }

    public override void Logprobs(ReadOnlySpan<byte> json)
    {
        Probabilities.Add(Of(json));
        Note($"logprobs {Of(json)}");
    }

    public override void Finish(FinishReason reason, ReadOnlySpan<byte> native)
    {
        Reason = reason;
        Native = Of(native);
        Finishes++;
        Note($"finish {reason} {Native}");
    }

    public override void Usage(in Usage usage)
    {
        Used = usage;
        Note($"usage {usage}");
    }

    public override void ServiceTier(ReadOnlySpan<byte> tier)
    {
        Tier = Of(tier);
        Note($"tier {Tier}");
    }

    public override void Error(int status, ReadOnlySpan<byte> type, ReadOnlySpan<byte> message)
    {
        Failure = (status, Of(type), Of(message));
        Note($"error {Failure}");
    }

    /// <summary>Reads a whole answer, which must be one.</summary>
    public static AnswerLog OfBody(string body, DialectRequest? request = null)
    {
        var log = new AnswerLog();
        Assert.True(GeminiDialect.Gemini.ReadAnswer(Bytes.Of(body), request ?? DialectRequest.Whole, log));
        return log;
    }

    /// <summary>Reads a stream, which nothing but an error ends before the connection does.</summary>
    public static AnswerLog OfStream(IReadOnlyList<string> events, DialectRequest? request = null)
    {
        var log = new AnswerLog();
        var stream = GeminiDialect.Gemini.CreateStream();
        stream.Reset(request ?? DialectRequest.Whole);
        for (var i = 0; i < events.Count; i++)
        {
            var progress = stream.Read(default, Bytes.Of(events[i]), log);
            Assert.Equal(log.Failure is null ? StreamProgress.More : StreamProgress.Done, progress);
        }

        return log;
    }

    private static string Of(ReadOnlySpan<byte> bytes)
    {
        Assert.True(System.Text.Unicode.Utf8.IsValid(bytes));
        return Encoding.UTF8.GetString(bytes);
    }

    private void Note(string what) => _events.Append(what).Append('\n');
}
