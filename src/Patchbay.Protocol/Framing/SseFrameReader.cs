using System.Buffers;

namespace Patchbay.Protocol;

/// <summary>Splits a stream of server-sent events into events as the HTML standard says
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html): byte order mark, any line end, several data lines,
/// comments and unknown fields skipped. Events without a data line are skipped. Not safe for use by several threads.</summary>
public sealed class SseFrameReader : FrameReader
{
    private const byte CarriageReturn = (byte)'\r';
    private const byte LineFeed = (byte)'\n';

    private byte[]? _joined;

    // The last, unfinished line of the pending event begins at _line and holds no line end before _searched, so that no byte
    // is searched twice however the stream is cut.
    private int _line;
    private int _searched;
    private bool _pastByteOrderMark;
    private bool _skipLineFeed;

    /// <summary>Reads events from a stream that the caller owns and closes.</summary>
    /// <param name="source">The body of the answer.</param>
    /// <param name="maxFrameBytes">The longest event, in bytes as received, that is accepted.</param>
    public SseFrameReader(Stream source, int maxFrameBytes = 8 * 1024 * 1024)
        : base(source, maxFrameBytes)
    {
    }

    /// <inheritdoc/>
    public override bool HasRemainder =>
        End > Start && !(End == Start + 1 && _skipLineFeed && Buffer![Start] == LineFeed);

    /// <inheritdoc/>
    public override FrameResult TryRead(out StreamFrame frame)
    {
        frame = default;
        if (Start == End || !SkipLead())
        {
            return FrameResult.NeedMore;
        }

        while (true)
        {
            var found = Buffer.AsSpan(_searched, End - _searched).IndexOfAny(CarriageReturn, LineFeed);
            if (found < 0)
            {
                _searched = End;
                return End - Start > MaxFrameBytes ? FrameResult.TooLarge : FrameResult.NeedMore;
            }

            var at = _searched + found;
            if (at == _line && at > Start && Buffer![at] == LineFeed && Buffer[at - 1] == CarriageReturn)
            {
                // The second half of a line end that was cut between two reads.
                _line = _searched = at + 1;
                continue;
            }

            if (at > _line)
            {
                // The common event, one data line and a blank line, needs no second look.
                if (_line == Start && at + 1 < End && Buffer![at] == LineFeed && Buffer[at + 1] == LineFeed
                    && Buffer.AsSpan(Start, at - Start).StartsWith("data:"u8))
                {
                    var value = Start + "data:".Length;
                    value += value < at && Buffer[value] == (byte)' ' ? 1 : 0;
                    if (at + 1 - Start > MaxFrameBytes)
                    {
                        return FrameResult.TooLarge;
                    }

                    frame = new StreamFrame(Buffer.AsSpan(value, at - value), default);
                    BeginEvent(at + 2);
                    return FrameResult.Frame;
                }

                _line = _searched = AfterLineEnd(at);
                continue;
            }

            var start = Start;
            if (at - start > MaxFrameBytes)
            {
                return FrameResult.TooLarge;
            }

            var next = AfterLineEnd(at);
            _skipLineFeed = Buffer![at] == CarriageReturn && next == at + 1;
            BeginEvent(next);
            if (Parse(start, at, out frame))
            {
                return FrameResult.Frame;
            }

            if (Start == End || !SkipLead())
            {
                return FrameResult.NeedMore;
            }
        }
    }

    /// <summary>After the end of the stream: a last event that is not followed by its blank line. Browsers drop such an
    /// event; providers do send it.</summary>
    public override bool TryReadRemainder(out StreamFrame frame)
    {
        frame = default;
        if (Start == End || !SkipLead())
        {
            return false;
        }

        var (start, end) = (Start, End);
        BeginEvent(end);
        return Parse(start, end, out frame);
    }

    private protected override void Shift(int by)
    {
        _line -= by;
        _searched -= by;
    }

    private protected override void Release()
    {
        if (_joined is not null)
        {
            ArrayPool<byte>.Shared.Return(_joined);
            _joined = null;
        }
    }

    private void BeginEvent(int at) => Start = _line = _searched = at;

    // Past a byte order mark at the very start, and past the line feed of a line end that was cut in two. False when
    // more bytes are needed to know.
    private bool SkipLead()
    {
        if (_skipLineFeed)
        {
            _skipLineFeed = false;
            if (Buffer![Start] == LineFeed)
            {
                BeginEvent(Start + 1);
            }
        }

        if (!_pastByteOrderMark)
        {
            var mark = "\uFEFF"u8;
            var have = Buffer.AsSpan(Start, Math.Min(End - Start, mark.Length));
            if (have.SequenceEqual(mark[..have.Length]))
            {
                if (have.Length < mark.Length)
                {
                    return false;
                }

                BeginEvent(Start + mark.Length);
            }

            _pastByteOrderMark = true;
        }

        return Start < End;
    }

    private int AfterLineEnd(int at) =>
        Buffer![at] == CarriageReturn && at + 1 < End && Buffer[at + 1] == LineFeed ? at + 2 : at + 1;

    // Reads the fields of one event. False when it has no data line.
    private bool Parse(int start, int end, out StreamFrame frame)
    {
        var rest = (ReadOnlySpan<byte>)Buffer.AsSpan(start, end - start);
        ReadOnlySpan<byte> data = default;
        ReadOnlySpan<byte> name = default;
        var lines = 0;
        var joined = 0;
        while (!rest.IsEmpty)
        {
            var length = rest.IndexOfAny(CarriageReturn, LineFeed);
            var line = length < 0 ? rest : rest[..length];
            rest = length < 0 ? default : rest[(length + 1)..];
            if (IsField(line, "data"u8, out var value))
            {
                if (++lines == 1)
                {
                    data = value;
                    continue;
                }

                if (lines == 2)
                {
                    Join(data, ref joined);
                }

                Join("\n"u8, ref joined);
                Join(value, ref joined);
            }
            else if (IsField(line, "event"u8, out value))
            {
                name = value;
            }
        }

        frame = new StreamFrame(lines > 1 ? _joined.AsSpan(0, joined) : data, name);
        return lines > 0;
    }

    private static bool IsField(ReadOnlySpan<byte> line, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!line.StartsWith(field))
        {
            return false;
        }

        if (line.Length == field.Length)
        {
            return true;
        }

        if (line[field.Length] != (byte)':')
        {
            return false;
        }

        value = line[(field.Length + 1)..];
        value = !value.IsEmpty && value[0] == (byte)' ' ? value[1..] : value;
        return true;
    }

    private void Join(ReadOnlySpan<byte> part, ref int length)
    {
        if (_joined is null || _joined.Length - length < part.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(1024, (length + part.Length) * 2));
            if (_joined is not null)
            {
                _joined.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_joined);
            }

            _joined = larger;
        }

        part.CopyTo(_joined.AsSpan(length));
        length += part.Length;
    }
}
