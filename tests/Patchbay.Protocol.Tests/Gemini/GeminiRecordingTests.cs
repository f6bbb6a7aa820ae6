using System.Text;
using System.Text.Json.Nodes;

namespace Patchbay.Protocol.Tests.Gemini;

public sealed class GeminiRecordingTests
{
    public static TheoryData<string> Streams => Names(".chunks.txt", own: true);

    public static TheoryData<string> Bodies => Names(".json", own: true);

    // Events of the live API with nothing but counts could be an event of this one.
    public static TheoryData<string> Foreign => Names("", own: false);

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_recorded_stream_is_read_whole(string name)
    {
        Recordings.Require();
        var lines = Lines(name);
        var log = AnswerLog.OfStream(lines);
        AssertSame(lines.Select(line => JsonNode.Parse(line)!), log);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_recorded_body_is_read_whole(string name)
    {
        Recordings.Require();
        var text = File.ReadAllText(Path.Combine(Recordings.Folder!, name));
        AssertSame([JsonNode.Parse(text)!], AnswerLog.OfBody(text));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Any_cutting_of_a_recorded_stream_says_the_same(string name)
    {
        Recordings.Require();
        var lines = Lines(name);
        var wire = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"data: {line}\r\n\r\n")));
        var expected = AnswerLog.OfStream(lines).Events;
        for (var seed = 0; seed < 60; seed++)
        {
            var log = new AnswerLog();
            var stream = GeminiDialect.Gemini.CreateStream();
            stream.Reset(DialectRequest.Whole);
            using var reader = new SseFrameReader(new PiecewiseStream(wire, seed));
            while (await reader.FillAsync(TestContext.Current.CancellationToken))
            {
                while (reader.TryRead(out var frame) == FrameResult.Frame)
                {
                    Assert.Equal(StreamProgress.More, stream.Read(frame.Event, frame.Data, log));
                }
            }

            Assert.Equal(expected, log.Events);
        }
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public void What_is_of_another_API_is_refused(string name)
    {
        Recordings.Require();
        var path = Path.Combine(Recordings.Folder!, name);
        foreach (var line in name.EndsWith(".json", StringComparison.Ordinal) ? [File.ReadAllText(path)] : Lines(name))
        {
            var stream = GeminiDialect.Gemini.CreateStream();
            stream.Reset(DialectRequest.Whole);
            Assert.Equal(StreamProgress.Malformed, stream.Read(default, Bytes.Of(line), new AnswerLog()));
        }
    }

    [Fact]
    public void The_recorded_rate_limit_says_how_long_to_wait()
    {
        Recordings.Require();
        var body = File.ReadAllBytes(Path.Combine(Recordings.Folder!, "google/google-429-retry-info.json"));
        var error = GeminiDialect.Gemini.ReadError(body, 429);

        Assert.Equal(Patchbay.Core.GatewayErrorKind.ProviderRateLimited, error.Kind);
        Assert.Equal("You exceeded your current quota, please check your plan.", error.Message);
        Assert.Equal(TimeSpan.FromSeconds(34.4), error.RetryAfter);
    }

    // What the recording says, read by other means.
    private static void AssertSame(IEnumerable<JsonNode> responses, AnswerLog log)
    {
        var text = new StringBuilder();
        var thoughts = new StringBuilder();
        var signatures = new List<string>();
        var names = new List<string>();
        var arguments = new List<JsonObject>();
        var native = "";
        JsonNode? usage = null;
        foreach (var response in responses)
        {
            Assert.Equal((string?)response["responseId"], log.Id);
            Assert.Equal((string?)response["modelVersion"], log.Model);
            var candidate = response["candidates"]![0]!;
            native = (string?)candidate["finishReason"] ?? native;
            usage = response["usageMetadata"]!["promptTokenCount"] is null ? usage : response["usageMetadata"];
            foreach (var part in candidate["content"]!["parts"]!.AsArray())
            {
                (part!["thought"] is null ? text : thoughts).Append((string?)part["text"]);
                if ((string?)part["thoughtSignature"] is { } signature)
                {
                    signatures.Add(signature);
                }

                if (part["functionCall"] is { } call)
                {
                    if ((string?)call["name"] is { } name)
                    {
                        names.Add(name);
                        arguments.Add(call["args"]?.DeepClone().AsObject() ?? []);
                    }

                    foreach (var partial in call["partialArgs"]?.AsArray() ?? [])
                    {
                        var key = ((string)partial!["jsonPath"]!)[2..];
                        arguments[^1][key] = (string?)arguments[^1][key] + (string?)partial["stringValue"];
                    }
                }
            }
        }

        Assert.Equal(text.ToString(), log.Said.ToString());
        Assert.Equal(thoughts.ToString(), string.Concat(log.Thoughts.Values));
        Assert.Equal(signatures, log.Signatures.Select(signature => signature.Data));
        Assert.NotEmpty(signatures);
        Assert.Equal(names, log.Calls.Select(call => call.Name));
        Assert.Equal(
            arguments.Select(one => one.ToJsonString()),
            log.Calls.Select(call => JsonNode.Parse(call.Arguments.ToString())!.ToJsonString()));
        Assert.Equal(log.Calls.Count, log.Calls.Select(call => call.Id).Distinct().Count());
        Assert.Equal("STOP", native);
        Assert.Equal(native, log.Native);
        Assert.Equal(names.Count > 0 ? FinishReason.ToolCalls : FinishReason.Stop, log.Reason);
        Assert.Equal(1, log.Finishes);
        Assert.Equal((long)usage!["promptTokenCount"]!, log.Used.PromptTokens);
        Assert.Equal((long)usage["candidatesTokenCount"]!, log.Used.Output);
        Assert.Equal((long)usage["thoughtsTokenCount"]!, log.Used.Reasoning);
        Assert.Equal((long)usage["totalTokenCount"]!, log.Used.TotalTokens);
    }

    private static string[] Lines(string name) =>
        [.. File.ReadAllLines(Path.Combine(Recordings.Folder!, name)).Where(line => line.Length > 0)];

    private static TheoryData<string> Names(string ending, bool own)
    {
        var names = new TheoryData<string>();
        string[] files = Recordings.Folder is null ? [] : Directory.GetFiles(Path.Combine(Recordings.Folder, "google"));
        foreach (var path in files.Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (name != "google-429-retry-info.json" && !name.StartsWith("speech-", StringComparison.Ordinal)
                && name.EndsWith(ending, StringComparison.Ordinal) && name.StartsWith("google-", StringComparison.Ordinal) == own)
            {
                names.Add("google/" + name);
            }
        }

        if (names.Count == 0)
        {
            names.Add("missing");
        }

        return names;
    }
}
