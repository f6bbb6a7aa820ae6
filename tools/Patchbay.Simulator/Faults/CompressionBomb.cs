using System.Buffers;
using System.IO.Compression;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Faults;

/// <summary>Small encoded bodies that expand to a great many spaces.</summary>
internal static class CompressionBomb
{
    private const int BlockBytes = 1 << 20;

    private const int ZstdBlockBytes = 128 * 1024;

    public static async ValueTask SendAsync(WireOutput output, string encoding, long bytes)
    {
        if (encoding == "zstd")
        {
            await SendZstdAsync(output, bytes);
            return;
        }

        var pipe = new OutputStream(output);
        await using var outer = Encoder(encoding, pipe);
        await using var inner = encoding == "nested" ? Encoder(encoding, outer) : null;
        var block = new byte[BlockBytes];
        block.AsSpan().Fill((byte)' ');
        for (var left = bytes; left > 0; left -= BlockBytes)
        {
            await (inner ?? outer).WriteAsync(block.AsMemory(0, (int)Math.Min(left, BlockBytes)));
            await output.FlushAsync();
        }
    }

    private static Stream Encoder(string encoding, Stream target) => encoding switch
    {
        "br" => new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true),
        _ => new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true),
    };

    /// <summary>
    /// A frame of run-length blocks, four bytes for each 128 KiB, after RFC 8878 section 3.1.1: magic number, a
    /// descriptor without checksum and size, a window of 1 MiB, then blocks of one repeated byte.
    /// </summary>
    private static async ValueTask SendZstdAsync(WireOutput output, long bytes)
    {
        Write(output, [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x50]);
        for (var left = bytes; left > 0; left -= ZstdBlockBytes)
        {
            var size = (int)Math.Min(left, ZstdBlockBytes);
            var last = left <= ZstdBlockBytes ? 1 : 0;
            var header = (size << 3) | (1 << 1) | last;
            Write(output, [(byte)header, (byte)(header >> 8), (byte)(header >> 16), (byte)' ']);
            if ((left / ZstdBlockBytes) % 1024 == 0)
            {
                await output.FlushAsync();
            }
        }

        await output.FlushAsync();
    }

    private static void Write(WireOutput output, ReadOnlySpan<byte> bytes) => output.Writer.Write(bytes);

    private sealed class OutputStream(WireOutput output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => output.Writer.Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            output.Writer.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
