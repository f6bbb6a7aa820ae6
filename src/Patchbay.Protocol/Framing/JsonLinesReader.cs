using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Splits a body of one JSON text a line (https://github.com/ndjson/ndjson-spec) into events without names. Lines
/// end with a line feed, with or without a carriage return before it; empty lines are skipped. Not safe for use by several
/// threads.</summary>
public sealed class JsonLinesReader : FrameReader
{
    private const byte LineFeed = (byte)'\n';

    // The pending line holds no line feed before this place, so that no byte is searched twice however the stream is cut.
    private int _searched;

    /// <summary>Reads lines from a stream that the caller owns and closes.</summary>
    /// <param name="source">The body of the answer.</param>
    /// <param name="maxFrameBytes">The longest line, in bytes as received, that is accepted.</param>
    public JsonLinesReader(Stream source, int maxFrameBytes = 8 * 1024 * 1024)
        : base(source, maxFrameBytes)
    {
    }

    /// <inheritdoc/>
    public override FrameResult TryRead(out StreamFrame frame)
    {
        frame = default;
        while (true)
        {
            var found = Buffer.AsSpan(_searched, End - _searched).IndexOf(LineFeed);
            var end = found < 0 ? End : _searched + found;
            if (end - Start > MaxFrameBytes)
            {
                return FrameResult.TooLarge;
            }

            if (found < 0)
            {
                _searched = End;
                return FrameResult.NeedMore;
            }

            var line = Buffer.AsSpan(Start, end - Start).Trim(" \t\r"u8);
            Start = _searched = end + 1;
            if (!line.IsEmpty)
            {
                frame = new StreamFrame(line, default);
                return FrameResult.Frame;
            }
        }
    }

    /// <summary>After the end of the stream: a last line without its line feed. What is not a whole JSON object was cut, and
    /// is no event.</summary>
    public override bool TryReadRemainder(out StreamFrame frame)
    {
        frame = default;
        var line = Buffer.AsSpan(Start, End - Start).Trim(" \t\r"u8);
        if (!IsWhole(line))
        {
            return false;
        }

        Start = _searched = End;
        frame = new StreamFrame(line, default);
        return true;
    }

    private protected override void Shift(int by) => _searched -= by;

    private static bool IsWhole(ReadOnlySpan<byte> line)
    {
        try
        {
            return !line.IsEmpty && JsonMembers.IsObject(line);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
