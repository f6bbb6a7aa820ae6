using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;

namespace Patchbay.Protocol.Tests;

/// <summary>How the network cuts a stream must not show in what is read from it.</summary>
public sealed class AnthropicChunkingTests
{
    private const int Cuts = 24;

    private static readonly string[] LineEnds = ["\n", "\r\n", "\r"];

    public static TheoryData<string> Streams => AnthropicRecordedTests.Streams;

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task However_a_recorded_stream_is_cut_it_says_the_same(string name)
    {
        Recordings.Require();
        var events = File.ReadAllLines(Path.Combine(Recordings.Folder!, name)).Where(line => line.Length > 0).ToArray();
        var (told, end) = Tell(events);
        var (_, _, whole) = await ReadAsync(new MemoryStream(Wire(events, "\n")));
        Assert.NotEmpty(told);
        for (var seed = 0; seed < Cuts; seed++)
        {
            var wire = Wire(events, LineEnds[seed / 6 % LineEnds.Length]);
            var (cut, cutEnd, chat) = await ReadAsync(new PiecewiseStream(wire, seed));

            Assert.Equal(told, cut);
            Assert.Equal(end, cutEnd);
            Assert.Equal(whole, chat);
        }
    }

    private static byte[] Wire(string[] events, string lineEnd) => Encoding.UTF8.GetBytes(string.Concat(
        events.Select(data => $"event: {JsonNode.Parse(data)!["type"]}{lineEnd}data: {data}{lineEnd}{lineEnd}")));

    // Each event by itself, without a wire.
    private static (List<string> Told, StreamProgress End) Tell(string[] events)
    {
        var sink = new TellingSink();
        var stream = AnthropicDialect.Instance.CreateStream();
        stream.Reset(DialectRequest.Whole);
        var progress = StreamProgress.More;
        for (var i = 0; i < events.Length && progress == StreamProgress.More; i++)
        {
            progress = stream.Read(default, Encoding.UTF8.GetBytes(events[i]), sink);
        }

        return (sink.Calls, progress);
    }

    private static async Task<(List<string> Told, StreamProgress End, string Chat)> ReadAsync(Stream wire)
    {
        var sink = new TellingSink();
        var stream = AnthropicDialect.Instance.CreateStream();
        stream.Reset(DialectRequest.Whole);
        using var translator = new ChatTranslator(Bytes.Editor());
        translator.Reset(AnthropicDialect.Instance, DialectRequest.Whole, 7, withoutReasoning: false);
        var output = new ArrayBufferWriter<byte>();
        using var reader = new SseFrameReader(wire);
        var progress = StreamProgress.More;
        var more = true;
        while (more && progress == StreamProgress.More)
        {
            more = await reader.FillAsync(TestContext.Current.CancellationToken);
            progress = Drain();
        }

        return (sink.Calls, progress, Bytes.Text(output));

        StreamProgress Drain()
        {
            while (reader.TryRead(out var frame) == FrameResult.Frame)
            {
                translator.Process(frame, output);
                if (stream.Read(frame.Event, frame.Data, sink) is var result and not StreamProgress.More)
                {
                    return result;
                }
            }

            return StreamProgress.More;
        }
    }
}
