using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Patchbay.Protocol.Tests;

public sealed class SseFrameReaderTests
{
    [Theory]
    [InlineData("data: a\n\ndata: b\n\n", "|a;|b")]
    [InlineData("data:a\n\n", "|a")]
    [InlineData("data:  a \n\n", "| a ")]
    [InlineData("\uFEFFdata: a\n\n", "|a")]
    [InlineData("data: a\r\n\r\ndata: b\r\rdata: c\n\n", "|a;|b;|c")]
    [InlineData("data: a\r\ndata: b\rdata: c\n\r\n", "|a\nb\nc")]
    [InlineData(": OPENROUTER PROCESSING\n\ndata: a\n\n", "|a")]
    [InlineData("event: ping\ndata: {}\n\n", "ping|{}")]
    [InlineData("data: {}\nevent: late\n\n", "late|{}")]
    [InlineData("id: 7\nretry: 10\nunknown\ndata: a\n\n", "|a")]
    [InlineData("event: nothing\n\ndata: a\n\n", "|a")]
    [InlineData("data\n\n", "|")]
    [InlineData("data:\n\n", "|")]
    [InlineData("data\ndata\n\n", "|\n")]
    [InlineData("dataset: x\ndata: a\n\n", "|a")]
    [InlineData("\n\n\n\ndata: a\n\n\n\n", "|a")]
    [InlineData("data: cut", "|cut")]
    [InlineData("data: a\n\ndata: cut\n", "|a;|cut")]
    [InlineData("data: a\n\n: comment", "|a")]
    [InlineData("", "")]
    public async Task Events_are_read_as_the_standard_says_however_they_are_cut(string stream, string events)
    {
        for (var size = 1; size <= stream.Length + 4; size++)
        {
            Assert.Equal(events, await ReadAsync(Encoding.UTF8.GetBytes(stream), [size]));
        }
    }

    [Fact]
    public async Task The_end_marker_is_recognised()
    {
        using var reader = new SseFrameReader(new MemoryStream(Bytes.Of("data: [DONE]\n\n")));
        Assert.True(await reader.FillAsync(TestContext.Current.CancellationToken));
        Assert.Equal(FrameResult.Frame, reader.TryRead(out var frame));
        Assert.True(frame.IsDone);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task An_event_above_the_cap_is_refused_and_one_at_the_cap_is_not(int cut)
    {
        var atCap = "data: " + new string('x', 993) + "\n\n";
        Assert.Equal("|" + new string('x', 993), await ReadAsync(Bytes.Of(atCap), [cut], cap: 1000));
        Assert.Equal("too large", await ReadAsync(Bytes.Of("data: " + new string('x', 994) + "\n\n"), [cut], cap: 1000));
        Assert.Equal("too large", await ReadAsync(Bytes.Of("data: " + new string('x', 5000)), [cut], cap: 1000));
        Assert.Equal("too large", await ReadAsync(Bytes.Of(string.Concat(Enumerable.Repeat(":\n", 600))), [cut], cap: 1000));
    }

    [Fact]
    public async Task A_large_event_grows_the_buffer()
    {
        var text = new string('y', 1_000_000);
        Assert.Equal("|" + text, await ReadAsync(Bytes.Of($"data: {text}\n\n"), [3000]));
    }

    [Theory]
    [InlineData(4096, 700)]
    [InlineData(3000, 1, 2048)]
    [InlineData(int.MaxValue, 13)]
    public async Task Events_about_as_long_as_the_buffer_are_read_however_they_are_cut(params int[] cuts)
    {
        int[] lengths = [0, 300, 3800, 4085, 4086, 4087, 4088, 4089, 4096, 20, 1, 9000, 3000, 3000, 3000, 16_000, 5];
        var texts = lengths.Select((length, index) => new string((char)('a' + index), length)).ToArray();
        var stream = string.Concat(texts.Select(text => "data: " + text + "\r\n\r\n"));
        Assert.Equal(string.Join(';', texts.Select(text => "|" + text)), await ReadAsync(Bytes.Of(stream), cuts));
    }

    [Fact]
    public async Task A_read_that_still_runs_keeps_its_buffer_when_the_reader_is_disposed()
    {
        var source = new StalledStream();
        var reader = new SseFrameReader(source);
        var fill = reader.FillAsync(TestContext.Current.CancellationToken).AsTask();
        reader.Dispose();
        for (var i = 0; i < 16; i++)
        {
            Assert.NotSame(source.Target, ArrayPool<byte>.Shared.Rent(source.Target!.Length));
        }

        source.Arrival.SetResult(1);
        Assert.True(await fill);
    }

    [Fact]
    public async Task A_remainder_is_reported()
    {
        using var reader = new SseFrameReader(new MemoryStream(Bytes.Of("data: a\r\n\r\ndata: b")));
        while (await reader.FillAsync(TestContext.Current.CancellationToken))
        {
            while (reader.TryRead(out _) == FrameResult.Frame)
            {
            }
        }

        Assert.True(reader.HasRemainder);
        Assert.True(reader.TryReadRemainder(out var frame));
        Assert.Equal("b", Encoding.UTF8.GetString(frame.Data));
        Assert.False(reader.HasRemainder);
        Assert.False(reader.TryReadRemainder(out _));
    }

    internal static async Task<string> ReadAsync(byte[] stream, int[] cuts, int cap = 8 * 1024 * 1024)
    {
        var events = new List<string>();
        using var reader = new SseFrameReader(new ChoppedStream(stream, cuts), cap);
        while (await reader.FillAsync(CancellationToken.None))
        {
            while (true)
            {
                var result = reader.TryRead(out var frame);
                if (result == FrameResult.TooLarge)
                {
                    return "too large";
                }

                if (result == FrameResult.NeedMore)
                {
                    break;
                }

                events.Add(Encoding.UTF8.GetString(frame.Event) + "|" + Encoding.UTF8.GetString(frame.Data));
            }
        }

        if (reader.TryReadRemainder(out var last))
        {
            events.Add(Encoding.UTF8.GetString(last.Event) + "|" + Encoding.UTF8.GetString(last.Data));
        }

        return string.Join(';', events);
    }

    internal sealed class ChoppedStream(byte[] content, int[] cuts) : MemoryStream(content)
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.IsEmpty)
            {
                return new ValueTask<int>(0);
            }

            var size = Math.Max(1, cuts[_reads++ % cuts.Length]);
            return base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
        }
    }

    private sealed class StalledStream : MemoryStream
    {
        public TaskCompletionSource<int> Arrival { get; } = new();

        public byte[]? Target { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Target = MemoryMarshal.TryGetArray<byte>(buffer, out var segment) ? segment.Array : null;
            return new ValueTask<int>(Arrival.Task);
        }
    }
}
