using System.Buffers;
using System.Runtime.CompilerServices;

namespace Patchbay.Protocol;

/// <summary>Splits a stream of server-sent events into events as the HTML standard says
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html): byte order mark, any line end, several data lines,
/// comments and unknown fields skipped. Events without a data line are skipped. Not safe for use by several threads.</summary>
public sealed class SseFrameReader : IDisposable
{
    private const int InitialBuffer = 4 * 1024;
    private const int LeastRoom = 1024;
    private const byte CarriageReturn = (byte)'\r';
    private const byte LineFeed = (byte)'\n';

    private readonly Stream _source;
    private readonly int _maxFrameBytes;
    private byte[]? _buffer;
    private byte[]? _joined;

    // The pending event is _buffer[_start.._end]. Its last, unfinished line begins at _line and holds no line end
    // before _searched, so that no byte is searched twice however the stream is cut.
    private int _start;
    private int _end;
    private int _line;
    private int _searched;
    private bool _pastByteOrderMark;
    private bool _skipLineFeed;
    private bool _isFilling;

    /// <summary>Reads events from a stream that the caller owns and closes.</summary>
    /// <param name="source">The body of the answer.</param>
    /// <param name="maxFrameBytes">The longest event, in bytes as received, that is accepted.</param>
    public SseFrameReader(Stream source, int maxFrameBytes = 8 * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxFrameBytes);
        _source = source;
        _maxFrameBytes = maxFrameBytes;
    }

    /// <summary>True when bytes are buffered that belong to no event that was read.</summary>
    public bool HasRemainder => _end > _start && !(_end == _start + 1 && _skipLineFeed && _buffer![_start] == LineFeed);

    /// <summary>Makes one read from the stream. While nothing is buffered it waits with a small buffer only. False at the
    /// end of the stream. Call it only after <see cref="TryRead"/> asked for more, and read no event before it has
    /// completed.</summary>
    /// <exception cref="InvalidOperationException">The pending event already exceeds the cap.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            Rewind();
        }

        MakeRoom();
        _isFilling = true;
        try
        {
            var read = await _source.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            return read > 0;
        }
        finally
        {
            _isFilling = false;
        }
    }

    /// <summary>The next event among the bytes that are already buffered.</summary>
    public SseReadResult TryRead(out SseFrame frame)
    {
        frame = default;
        if (_start == _end || !SkipLead())
        {
            return SseReadResult.NeedMore;
        }

        while (true)
        {
            var found = _buffer.AsSpan(_searched, _end - _searched).IndexOfAny(CarriageReturn, LineFeed);
            if (found < 0)
            {
                _searched = _end;
                return _end - _start > _maxFrameBytes ? SseReadResult.TooLarge : SseReadResult.NeedMore;
            }

            var at = _searched + found;
            if (at == _line && at > _start && _buffer![at] == LineFeed && _buffer[at - 1] == CarriageReturn)
            {
                // The second half of a line end that was cut between two reads.
                _line = _searched = at + 1;
                continue;
            }

            if (at > _line)
            {
                // The common event, one data line and a blank line, needs no second look.
                if (_line == _start && at + 1 < _end && _buffer![at] == LineFeed && _buffer[at + 1] == LineFeed
                    && _buffer.AsSpan(_start, at - _start).StartsWith("data:"u8))
                {
                    var value = _start + "data:".Length;
                    value += value < at && _buffer[value] == (byte)' ' ? 1 : 0;
                    if (at + 1 - _start > _maxFrameBytes)
                    {
                        return SseReadResult.TooLarge;
                    }

                    frame = new SseFrame(_buffer.AsSpan(value, at - value), default);
                    BeginEvent(at + 2);
                    return SseReadResult.Frame;
                }

                _line = _searched = AfterLineEnd(at);
                continue;
            }

            var start = _start;
            if (at - start > _maxFrameBytes)
            {
                return SseReadResult.TooLarge;
            }

            var next = AfterLineEnd(at);
            _skipLineFeed = _buffer![at] == CarriageReturn && next == at + 1;
            BeginEvent(next);
            if (Parse(start, at, out frame))
            {
                return SseReadResult.Frame;
            }

            if (_start == _end || !SkipLead())
            {
                return SseReadResult.NeedMore;
            }
        }
    }

    /// <summary>After the end of the stream: a last event that is not followed by its blank line. Browsers drop such an
    /// event; providers do send it.</summary>
    public bool TryReadRemainder(out SseFrame frame)
    {
        frame = default;
        if (_start == _end || !SkipLead())
        {
            return false;
        }

        var (start, end) = (_start, _end);
        BeginEvent(end);
        return Parse(start, end, out frame);
    }

    /// <summary>Returns the buffers to the pool. The stream stays open. A read that still runs keeps its buffer, and its
    /// result is nobody's.</summary>
    public void Dispose()
    {
        if (_isFilling)
        {
            _buffer = null;
        }

        Forget();
        if (_joined is not null)
        {
            ArrayPool<byte>.Shared.Return(_joined);
            _joined = null;
        }
    }

    private void Forget()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

        BeginEvent(0);
        _end = 0;
    }

    // A buffer that grew for one large event is not kept while the stream is silent. The small one is: to wait without any
    // takes a read of zero bytes first, which is one more system call for every event that comes alone.
    private void Rewind()
    {
        if (_buffer is { Length: > InitialBuffer })
        {
            Forget();
        }

        BeginEvent(0);
        _end = 0;
    }

    private void BeginEvent(int at) => _start = _line = _searched = at;

    // Past a byte order mark at the very start, and past the line feed of a line end that was cut in two. False when
    // more bytes are needed to know.
    private bool SkipLead()
    {
        if (_skipLineFeed)
        {
            _skipLineFeed = false;
            if (_buffer![_start] == LineFeed)
            {
                BeginEvent(_start + 1);
            }
        }

        if (!_pastByteOrderMark)
        {
            var mark = "\uFEFF"u8;
            var have = _buffer.AsSpan(_start, Math.Min(_end - _start, mark.Length));
            if (have.SequenceEqual(mark[..have.Length]))
            {
                if (have.Length < mark.Length)
                {
                    return false;
                }

                BeginEvent(_start + mark.Length);
            }

            _pastByteOrderMark = true;
        }

        return _start < _end;
    }

    private int AfterLineEnd(int at) =>
        _buffer![at] == CarriageReturn && at + 1 < _end && _buffer[at + 1] == LineFeed ? at + 2 : at + 1;

    private void MakeRoom()
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
            return;
        }

        // A short room would cut the next read short, and with it what leaves at a time.
        var pending = _end - _start;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, pending).CopyTo(_buffer);
            _line -= _start;
            _searched -= _start;
            _start = 0;
            _end = pending;
        }

        if (_buffer.Length - pending >= LeastRoom)
        {
            return;
        }

        if (pending > _maxFrameBytes)
        {
            throw new InvalidOperationException("The pending event already exceeds the cap.");
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)_buffer.Length * 2, Array.MaxLength));
        _buffer.AsSpan(0, pending).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    // Reads the fields of one event. False when it has no data line.
    private bool Parse(int start, int end, out SseFrame frame)
    {
        var rest = (ReadOnlySpan<byte>)_buffer.AsSpan(start, end - start);
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

        frame = new SseFrame(lines > 1 ? _joined.AsSpan(0, joined) : data, name);
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
