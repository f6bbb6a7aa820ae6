using System.Buffers.Text;
using System.Text;

namespace Patchbay.Load;

/// <summary>Takes an HTTP/1.1 response apart as its bytes arrive, without copying the body.</summary>
internal sealed class ResponseReader(AnswerCheck check)
{
    private const int LongestHead = 16 * 1024;

    private readonly byte[] _head = new byte[LongestHead];
    private int _headLength;
    private Phase _phase;
    private long _left;
    private int _skip;

    private enum Phase
    {
        Head,
        Sized,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailer,
        Complete,
    }

    public int Status { get; private set; }

    /// <summary>Whether a byte of the body has come.</summary>
    public bool HasBody { get; private set; }

    /// <summary>Whether the server closes the connection after this response.</summary>
    public bool Closes { get; private set; }

    public void Begin()
    {
        _phase = Phase.Head;
        _headLength = 0;
        _left = 0;
        Status = 0;
        HasBody = false;
        Closes = false;
    }

    /// <summary>True when the response is complete.</summary>
    public bool Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _phase != Phase.Complete)
        {
            switch (_phase)
            {
                case Phase.Head:
                    bytes = TakeHead(bytes);
                    break;
                case Phase.Sized or Phase.Chunk:
                    bytes = TakeBody(bytes);
                    break;
                case Phase.ChunkSize:
                    bytes = TakeSize(bytes);
                    break;
                default:
                    var skipped = Math.Min(_skip, bytes.Length);
                    _skip -= skipped;
                    bytes = bytes[skipped..];
                    if (_skip == 0)
                    {
                        _left = 0;
                        _phase = _phase == Phase.Trailer ? Phase.Complete : Phase.ChunkSize;
                    }

                    break;
            }
        }

        return _phase == Phase.Complete;
    }

    private ReadOnlySpan<byte> TakeHead(ReadOnlySpan<byte> bytes)
    {
        var end = _headLength == 0 ? bytes.IndexOf("\r\n\r\n"u8) : -1;
        if (end >= 0)
        {
            ReadHead(bytes[..(end + 2)]);
            return bytes[(end + 4)..];
        }

        var before = _headLength;
        var copied = Math.Min(bytes.Length, LongestHead - before);
        bytes[..copied].CopyTo(_head.AsSpan(before));
        _headLength += copied;
        end = _head.AsSpan(0, _headLength).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return _headLength < LongestHead ? default : throw new IOException("The response's head is too long.");
        }

        ReadHead(_head.AsSpan(0, end + 2));
        return bytes[(end + 4 - before)..];
    }

    private void ReadHead(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out int status, out _))
        {
            throw new IOException("Not an HTTP/1.1 response.");
        }

        Status = status;
        long? length = null;
        var chunked = false;
        while (true)
        {
            head = head[(head.IndexOf((byte)'\n') + 1)..];
            if (head.IsEmpty)
            {
                break;
            }

            if (IsField(head, "content-length: "u8))
            {
                length = Utf8Parser.TryParse(head["content-length: ".Length..], out long value, out _)
                    ? value
                    : throw new IOException("Not a length.");
            }
            else if (IsField(head, "transfer-encoding: chunked"u8))
            {
                chunked = true;
            }
            else if (IsField(head, "connection: close"u8))
            {
                Closes = true;
            }
        }

        _left = length ?? 0;
        _phase = chunked ? Phase.ChunkSize
            : length is null ? throw new IOException("A response without a length.")
            : length == 0 ? Phase.Complete : Phase.Sized;
        if (chunked)
        {
            _left = 0;
        }
    }

    private static bool IsField(ReadOnlySpan<byte> head, ReadOnlySpan<byte> field) =>
        head.Length >= field.Length && Ascii.EqualsIgnoreCase(head[..field.Length], field);

    private ReadOnlySpan<byte> TakeBody(ReadOnlySpan<byte> bytes)
    {
        var length = (int)Math.Min(_left, bytes.Length);
        HasBody = true;
        check.Feed(bytes[..length]);
        _left -= length;
        if (_left == 0)
        {
            _phase = _phase == Phase.Sized ? Phase.Complete : Phase.ChunkEnd;
            _skip = 2;
        }

        return bytes[length..];
    }

    private ReadOnlySpan<byte> TakeSize(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            switch (bytes[i])
            {
                case (byte)'\n':
                    _phase = _left == 0 ? Phase.Trailer : Phase.Chunk;
                    _skip = 2;
                    return bytes[(i + 1)..];
                case (byte)'\r':
                    break;
                default:
                    _left = (_left * 16) + Digit(bytes[i]);
                    break;
            }
        }

        return default;
    }

    private static int Digit(byte hex) => hex switch
    {
        >= (byte)'0' and <= (byte)'9' => hex - '0',
        >= (byte)'a' and <= (byte)'f' => hex - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => hex - 'A' + 10,
        _ => throw new IOException("Not the size of a chunk."),
    };
}
