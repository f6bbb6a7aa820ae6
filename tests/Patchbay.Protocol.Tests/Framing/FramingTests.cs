using System.Buffers;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Patchbay.Protocol.Tests;

/// <summary>However the network cuts a stream, each framing finds the same events in it.</summary>
public sealed class FramingTests
{
    private const int SplitEverywhere = 3000;
    private const int MostPieces = 80;

    private static readonly string[] Providers = ["amazon-bedrock", "anthropic", "cohere", "google", "openai", "groq", "xai"];

    public static TheoryData<Framing, string> Recorded
    {
        get
        {
            var data = new TheoryData<Framing, string>();
            foreach (var framing in Wire.Framings)
            {
                foreach (var provider in Providers)
                {
                    data.Add(framing, provider);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task Every_split_of_every_recorded_stream_gives_the_same_events(Framing framing, string provider)
    {
        Recordings.Require();
        var files = Directory.GetFiles(Path.Combine(Recordings.Folder!, provider), "*.chunks.txt");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var events = File.ReadAllLines(file).Where(line => line.Length > 0).Select((line, index) => ("event-" + (index % 7), line)).ToArray();
            var wire = Wire.Write(framing, events);
            var expected = Wire.Expect(framing, events);
            for (var seed = 0; seed < 12; seed++)
            {
                Assert.Equal(expected, await Wire.ReadAsync(framing, new PiecewiseStream(wire, seed)));
            }

            var few = events[..Math.Min(events.Length, 3)];
            var start = Wire.Write(framing, few);
            var begun = Wire.Expect(framing, few);
            for (var cut = 1; cut < Math.Min(start.Length, SplitEverywhere); cut++)
            {
                Assert.Equal(begun, await Wire.ReadAsync(framing, start, [cut, int.MaxValue]));
            }

            for (var size = 1; size <= MostPieces; size++)
            {
                Assert.Equal(begun, await Wire.ReadAsync(framing, start, [size]));
            }
        }
    }

    [Theory]
    [InlineData(Framing.ServerSentEvents)]
    [InlineData(Framing.JsonLines)]
    [InlineData(Framing.AmazonEventStream)]
    public void Any_events_in_any_pieces_are_the_events_that_were_written(Framing framing)
    {
        var text = Gen.Elements("", "a", "é", "東京 🙂", "\\n", new string('x', 1500), new string('y', 5000));
        var one = from name in Gen.Elements("a", "delta", "x-y") from data in text select (name, "{\"t\":\"" + data + "\"}");
        var inputs = from events in Gen.ListOf(one) from cuts in Gen.NonEmptyListOf(Gen.OneOf(Gen.Choose(1, 40), Gen.Choose(1, 6000))) select (events, cuts);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(inputs.ToArbitrary(), input =>
            Wire.ReadAsync(framing, Wire.Write(framing, input.events), [.. input.cuts]).GetAwaiter().GetResult()
                .SequenceEqual(Wire.Expect(framing, input.events))));
    }

    [Theory]
    [InlineData(Framing.ServerSentEvents)]
    [InlineData(Framing.JsonLines)]
    [InlineData(Framing.AmazonEventStream)]
    public async Task An_event_above_the_cap_is_refused_in_every_framing(Framing framing)
    {
        (string, string)[] small = [("a", "{\"t\":1}")];
        (string, string)[] large = [("a", "{\"t\":1}"), ("a", "{\"t\":\"" + new string('x', 1000) + "\"}"), ("a", "{}")];
        foreach (var cut in (int[])[1, 7, 999, int.MaxValue])
        {
            Assert.Equal(Wire.Expect(framing, small), await Wire.ReadAsync(framing, Wire.Write(framing, small), [cut], cap: 1000));
            Assert.Equal(
                [.. Wire.Expect(framing, small), "TooLarge"], await Wire.ReadAsync(framing, Wire.Write(framing, large), [cut], cap: 1000));
        }
    }

    [Theory]
    [InlineData("{\"a\":1}\n{\"b\":2}\n", "|{\"a\":1};|{\"b\":2}")]
    [InlineData("{\"a\":1}\r\n\r\n\n {\"b\":2} \n", "|{\"a\":1};|{\"b\":2}")]
    [InlineData("{\"a\":1}\n{\"b\":2}", "|{\"a\":1};|{\"b\":2}")]
    [InlineData("{\"a\":1}\n{\"b\":2", "|{\"a\":1};cut")]
    [InlineData("{\"a\":1}\nfalse", "|{\"a\":1};cut")]
    [InlineData("no JSON\n", "|no JSON")]
    [InlineData("\n\n", "")]
    [InlineData("", "")]
    public async Task Lines_are_read_however_they_are_cut(string stream, string events)
    {
        for (var size = 1; size <= stream.Length + 1; size++)
        {
            Assert.Equal(events, string.Join(';', await Wire.ReadAsync(Framing.JsonLines, Bytes.Of(stream), [size])));
        }
    }

    [Fact]
    public async Task A_message_that_was_cut_is_no_event_and_one_that_was_changed_breaks_the_stream()
    {
        (string, string)[] events = [("a", "{\"t\":1}"), ("b", "{\"t\":2}")];
        var wire = Wire.Write(Framing.AmazonEventStream, events);
        for (var length = wire.Length / 2; length < wire.Length; length++)
        {
            var expected = length == wire.Length / 2 ? new[] { "a|{\"t\":1}" } : ["a|{\"t\":1}", "cut"];
            Assert.Equal(expected, await Wire.ReadAsync(Framing.AmazonEventStream, wire[..length], [50]));
        }

        for (var at = wire.Length / 2; at < wire.Length; at++)
        {
            var changed = (byte[])wire.Clone();
            changed[at] ^= 4;
            Assert.Equal(["a|{\"t\":1}", "Malformed"], await Wire.ReadAsync(Framing.AmazonEventStream, changed, [50]));
        }
    }

    [Fact]
    public async Task Exceptions_of_an_event_stream_are_events_of_their_name()
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new EventMessageWriter();
        writer.AddText(":message-type"u8, "exception"u8);
        writer.AddText(":exception-type"u8, "throttlingException"u8);
        writer.Finish("{\"message\":\"slow\"}"u8, output);
        writer.AddText(":message-type"u8, "error"u8);
        writer.AddText(":error-code"u8, "InternalFailure"u8);
        writer.AddBytes(":other"u8, "x"u8);
        writer.AddText(":error-message"u8, "It \"broke\"."u8);
        writer.Finish(default, output);

        var read = await Wire.ReadAsync(Framing.AmazonEventStream, output.WrittenSpan.ToArray(), [3]);

        Assert.Equal("throttlingException|{\"message\":\"slow\"}", read[0]);
        Assert.StartsWith(":error|", read[1], StringComparison.Ordinal);
        var error = JsonNode.Parse(read[1][":error|".Length..])!;
        Assert.Equal(("InternalFailure", "It \"broke\"."), ((string?)error["code"], (string?)error["message"]));
    }

    [Fact]
    public async Task Frames_are_read_without_allocating()
    {
        foreach (var framing in Wire.Framings)
        {
            var wire = Wire.Write(framing, Enumerable.Repeat(("chunk", "{\"t\":\"some text\"}"), 2000));
            using var reader = Protocol.Framings.Read(framing, new MemoryStream(wire), 1 << 20);
            var read = 0;
            var bytes = 0L;
            while (await reader.FillAsync(TestContext.Current.CancellationToken))
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                while (reader.TryRead(out var frame) == FrameResult.Frame)
                {
                    read += frame.Data.Length > 0 ? 1 : 0;
                }

                bytes += read > 500 ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
            }

            Assert.Equal((2000, 0L), (read, bytes));
        }
    }

    [Fact]
    public void Each_framing_has_its_media_type()
    {
        Assert.Equal(
            ["text/event-stream", "application/x-ndjson", "application/vnd.amazon.eventstream"],
            Wire.Framings.Select(Protocol.Framings.MediaType));
        Assert.Equal(Framing.AmazonEventStream, ConverseDialect.Instance.Framing);
        Assert.Equal(Framing.AmazonEventStream, AnthropicDialect.Bedrock.Framing);
        Assert.Equal(Framing.JsonLines, OllamaDialect.Instance.Framing);
        Assert.Equal(Framing.ServerSentEvents, AnthropicDialect.Vertex.Framing);
    }
}
