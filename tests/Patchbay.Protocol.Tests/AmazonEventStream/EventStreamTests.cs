using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Patchbay.Protocol.Tests;

public sealed class EventStreamTests
{
    [Fact]
    public async Task The_published_messages_are_read_as_published()
    {
        foreach (var (name, vector) in EventStreamVectors.Positive())
        {
            var expected = EventStreamVectors.Expected(vector);

            var messages = await ReadAllAsync(EventStreamVectors.Encoded(vector));

            Assert.Equal((name, expected), (name, Assert.Single(messages)));
        }
    }

    [Fact]
    public async Task The_published_broken_messages_are_refused()
    {
        var count = 0;
        foreach (var (name, vector) in EventStreamVectors.Negative())
        {
            Assert.Equal((name, "Malformed"), (name, (await ReadAllAsync(EventStreamVectors.Encoded(vector)))[^1]));
            count++;
        }

        Assert.Equal(6, count);
    }

    [Fact]
    public async Task The_published_messages_are_written_byte_for_byte()
    {
        using var writer = new EventMessageWriter();
        foreach (var (name, vector) in EventStreamVectors.Positive())
        {
            var output = new ArrayBufferWriter<byte>();

            EventStreamVectors.Write(writer, vector, output);

            Assert.Equal(
                (name, Convert.ToHexString(EventStreamVectors.Encoded(vector))), (name, Convert.ToHexString(output.WrittenSpan)));
        }

        Assert.NotEmpty(await ReadAllAsync(EventStreamVectors.Whole()));
    }

    [Fact]
    public async Task A_stream_cut_into_pieces_of_any_size_gives_the_same_messages()
    {
        var stream = EventStreamVectors.Whole();
        var expected = await ReadAllAsync(stream);
        Assert.Equal(11, expected.Count);

        for (var size = 1; size <= stream.Length; size++)
        {
            Assert.Equal(expected, await ReadAllAsync(stream, size));
        }
    }

    [Fact]
    public async Task A_stream_cut_in_two_anywhere_gives_the_same_messages()
    {
        var stream = EventStreamVectors.Whole();
        var expected = await ReadAllAsync(stream);

        for (var cut = 1; cut < stream.Length; cut++)
        {
            Assert.Equal(expected, await ReadAllAsync(new PieceStream(stream, cut, stream.Length - cut)));
        }
    }

    [Fact]
    public async Task Every_flipped_bit_is_noticed()
    {
        var message = EventStreamVectors.Encoded(EventStreamVectors.Positive().First().Vector);
        for (var bit = 0; bit < message.Length * 8; bit++)
        {
            var broken = (byte[])message.Clone();
            broken[bit / 8] ^= (byte)(1 << (bit % 8));

            var found = await ReadAllAsync(broken);

            Assert.Equal("Malformed", Assert.Single(found));
        }
    }

    [Fact]
    public async Task A_stream_that_ends_inside_a_message_has_a_remainder()
    {
        var stream = EventStreamVectors.Whole();
        for (var length = 0; length < stream.Length; length++)
        {
            using var source = new MemoryStream(stream, 0, length);
            using var reader = new EventStreamReader(source);
            var read = 0;
            while (reader.TryReadMessage(out var message) is var result && result != FrameResult.Malformed)
            {
                if (result == FrameResult.Frame)
                {
                    read += 16 + message.Payload.Length + HeaderBytes(message);
                }
                else if (!await reader.FillAsync(TestContext.Current.CancellationToken))
                {
                    break;
                }
            }

            Assert.Equal(read != length, reader.HasRemainder);
        }
    }

    [Theory]
    [InlineData(15u, 0u, FrameResult.Malformed)]
    [InlineData(0u, 0u, FrameResult.Malformed)]
    [InlineData(16u, 1u, FrameResult.Malformed)]
    [InlineData(100u, uint.MaxValue, FrameResult.Malformed)]
    [InlineData(uint.MaxValue, 0u, FrameResult.TooLarge)]
    [InlineData(0x8000_0000u, 0u, FrameResult.TooLarge)]
    [InlineData(4097u, 0u, FrameResult.TooLarge)]
    [InlineData(4096u, 0u, FrameResult.NeedMore)]
    public async Task A_length_that_cannot_be_is_refused_before_anything_is_read_of_it(
        uint total, uint headers, FrameResult expected)
    {
        using var source = new MemoryStream(Prelude(total, headers));
        using var reader = new EventStreamReader(source, maxMessageBytes: 4096);
        await reader.FillAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected, reader.TryReadMessage(out _));
        Assert.Equal(expected, reader.TryReadMessage(out _));
        if (expected != FrameResult.NeedMore)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(
                () => reader.FillAsync(TestContext.Current.CancellationToken).AsTask());
        }
    }

    [Fact]
    public async Task Headers_beyond_their_own_bound_are_refused()
    {
        using var source = new MemoryStream(Prelude(1024 * 1024, EventStreamReader.MaxHeaderBytes + 1));
        using var reader = new EventStreamReader(source);
        await reader.FillAsync(TestContext.Current.CancellationToken);

        Assert.Equal(FrameResult.TooLarge, reader.TryReadMessage(out _));
    }

    [Theory]
    [InlineData("")] // no type
    [InlineData("0A")] // an unknown type
    [InlineData("07")] // no length
    [InlineData("070005616263")] // a text shorter than its length
    [InlineData("07FFFF6161")] // a negative length
    [InlineData("04000000")] // half an integer
    [InlineData("0900")] // half a UUID
    [InlineData("0000")] // a header without a name behind a good one
    [InlineData("0005")] // a name longer than what is left
    public async Task A_header_that_is_not_whole_is_refused(string afterName)
    {
        var found = await ReadAllAsync(Message(Convert.FromHexString("0161" + afterName), "{}"u8));

        Assert.Equal("Malformed", Assert.Single(found));
    }

    [Fact]
    public async Task More_headers_than_the_bound_are_refused()
    {
        var headers = new List<byte>();
        for (var i = 0; i <= EventHeaders.Most; i++)
        {
            headers.AddRange([2, (byte)('a' + (i / 26)), (byte)('a' + (i % 26)), 0]);
        }

        Assert.Equal("Malformed", Assert.Single(await ReadAllAsync(Message([.. headers], default))));
        Assert.NotEqual("Malformed", Assert.Single(await ReadAllAsync(Message([.. headers.SkipLast(4)], default))));
    }

    [Fact]
    public async Task A_message_larger_than_the_buffer_is_read_whole()
    {
        var payload = new byte[300_000];
        new Random(7).NextBytes(payload);
        using var writer = new EventMessageWriter();
        var output = new ArrayBufferWriter<byte>();
        writer.AddText(":event-type"u8, "chunk"u8);
        writer.Finish(payload, output);
        writer.Finish("{}"u8, output);

        var messages = await ReadAllAsync(output.WrittenSpan.ToArray(), 1000);

        Assert.Equal(2, messages.Count);
        Assert.EndsWith(Convert.ToHexString(payload), messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_protocol_names_is_found_by_its_name()
    {
        using var writer = new EventMessageWriter();
        var output = new ArrayBufferWriter<byte>();
        writer.AddText(":message-type"u8, "exception"u8);
        writer.AddText(":exception-type"u8, "throttlingException"u8);
        writer.AddBoolean(":event-type"u8, true);
        writer.AddText(":content-type"u8, "application/json"u8);
        writer.Finish("{\"message\":\"slow\"}"u8, output);
        using var source = new MemoryStream(output.WrittenSpan.ToArray());
        using var reader = new EventStreamReader(source);
        await reader.FillAsync(TestContext.Current.CancellationToken);

        Assert.Equal(FrameResult.Frame, reader.TryReadMessage(out var message));
        Assert.Equal("exception", Encoding.UTF8.GetString(message.MessageType));
        Assert.Equal("throttlingException", Encoding.UTF8.GetString(message.ExceptionType));
        Assert.Equal("application/json", Encoding.UTF8.GetString(message.ContentType));
        Assert.True(message.EventType.IsEmpty);
        Assert.True(message.ErrorCode.IsEmpty);
        Assert.True(message.ErrorMessage.IsEmpty);
    }

    [Fact]
    public void A_writer_refuses_what_the_format_cannot_hold()
    {
        using var writer = new EventMessageWriter();

        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddText(""u8, "x"u8));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddText(new byte[256], "x"u8));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddBytes("x"u8, new byte[32_768]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddWhole("x"u8, EventHeaderType.Whole8, 128));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddWhole("x"u8, EventHeaderType.Whole16, -32_769));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddWhole("x"u8, EventHeaderType.Text, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddUuid("x"u8, new byte[15]));
        Assert.Throws<InvalidOperationException>(() =>
        {
            for (var i = 0; i <= EventHeaders.Most; i++)
            {
                writer.AddBoolean(BitConverter.GetBytes(i), true);
            }
        });
    }

    private static int HeaderBytes(EventMessage message)
    {
        var count = 0;
        foreach (var header in message.Headers)
        {
            count += 2 + header.Name.Length + header.Value.Length;
            count += header.Type is EventHeaderType.Text or EventHeaderType.Bytes ? 2 : 0;
        }

        return count;
    }

    private static byte[] Prelude(uint total, uint headers)
    {
        var bytes = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, total);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), headers);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), Crc32.Append(0, bytes.AsSpan(0, 8)));
        return bytes;
    }

    private static byte[] Message(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        byte[] body = [.. Prelude((uint)(16 + headers.Length + payload.Length), (uint)headers.Length), .. headers, .. payload];
        var crc = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32.Append(0, body));
        return [.. body, .. crc];
    }

    private static Task<List<string>> ReadAllAsync(byte[] stream, int size = int.MaxValue) =>
        ReadAllAsync(new PieceStream(stream, size));

    // A text per message; the last is the fault if there is one.
    private static async Task<List<string>> ReadAllAsync(PieceStream source)
    {
        using var reader = new EventStreamReader(source);
        var found = new List<string>();
        while (true)
        {
            var result = reader.TryReadMessage(out var message);
            if (result == FrameResult.Frame)
            {
                found.Add(EventStreamVectors.Describe(message));
            }
            else if (result != FrameResult.NeedMore)
            {
                found.Add(result.ToString());
                return found;
            }
            else if (!await reader.FillAsync(TestContext.Current.CancellationToken))
            {
                // Every stream that is read here to its end is whole.
                Assert.False(reader.HasRemainder);
                return found;
            }
        }
    }

    /// <summary>Gives at most so many bytes a read; with two sizes, the first applies to the first read.</summary>
    private sealed class PieceStream(byte[] bytes, int size, int? then = null) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var most = Position == 0 ? size : then ?? size;
            return base.ReadAsync(buffer[..Math.Min(most, buffer.Length)], cancellationToken);
        }
    }
}
