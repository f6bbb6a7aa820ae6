using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Patchbay.Protocol;

/// <summary>Splits a body of the type <c>application/vnd.amazon.eventstream</c> into messages
/// (https://smithy.io/2.0/aws/amazon-eventstream.html) and checks both checksums of each. However the bytes arrive, the
/// messages are the same. Memory grows with what has arrived, never with what a length claims. Not safe for use by several
/// threads.</summary>
public sealed class EventStreamReader : IDisposable
{
    /// <summary>The most bytes that the headers of a message may have: 128 KiB.</summary>
    public const int MaxHeaderBytes = 128 * 1024;

    internal const int PreludeBytes = 12;
    internal const int CrcBytes = 4;
    private const int InitialBuffer = 4 * 1024;

    private readonly Stream _source;
    private readonly int _maxMessageBytes;
    private byte[]? _buffer;
    private int _start;
    private int _end;

    // The length of the message at _start once its prelude was checked; 0 before.
    private int _total;
    private EventStreamReadResult _broken;

    /// <summary>Reads messages from a stream that the caller owns and closes.</summary>
    /// <param name="source">The body of the answer.</param>
    /// <param name="maxMessageBytes">The longest message, in bytes as received, that is accepted.</param>
    public EventStreamReader(Stream source, int maxMessageBytes = 24 * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxMessageBytes);
        _source = source;
        _maxMessageBytes = maxMessageBytes;
    }

    /// <summary>True when bytes are buffered that belong to no message that was read: at the end of the stream, the
    /// connection was cut inside a message.</summary>
    public bool HasRemainder => _end > _start;

    /// <summary>Makes one read from the stream. False at its end. Call it only after <see cref="TryRead"/> asked for
    /// more.</summary>
    /// <exception cref="InvalidOperationException">The stream was found too large or corrupt.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_broken != EventStreamReadResult.NeedMore)
        {
            throw new InvalidOperationException("A broken stream cannot be read on.");
        }

        MakeRoom();
        var read = await _source.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }

    /// <summary>The next message among the bytes that are already buffered. What is broken stays broken.</summary>
    public EventStreamReadResult TryRead(out EventMessage message)
    {
        message = default;
        if (_broken != EventStreamReadResult.NeedMore)
        {
            return _broken;
        }

        var bytes = _buffer.AsSpan(_start, _end - _start);
        if (_total == 0)
        {
            if (bytes.Length < PreludeBytes)
            {
                return EventStreamReadResult.NeedMore;
            }

            if (CheckPrelude(bytes) is var fault and not EventStreamReadResult.Message)
            {
                return _broken = fault;
            }
        }

        if (bytes.Length < _total)
        {
            return EventStreamReadResult.NeedMore;
        }

        var whole = bytes[.._total];
        var headerBytes = BinaryPrimitives.ReadInt32BigEndian(whole[4..]);
        var headers = whole.Slice(PreludeBytes, headerBytes);
        if (Crc32.Append(0, whole[..^CrcBytes]) != BinaryPrimitives.ReadUInt32BigEndian(whole[^CrcBytes..])
            || !EventHeaders.AreValid(headers))
        {
            return _broken = EventStreamReadResult.Corrupt;
        }

        message = new EventMessage(headers, whole[(PreludeBytes + headerBytes)..^CrcBytes]);
        _start += _total;
        _total = 0;
        return EventStreamReadResult.Message;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = null;
        _start = _end = _total = 0;
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private EventStreamReadResult CheckPrelude(ReadOnlySpan<byte> bytes)
    {
        if (Crc32.Append(0, bytes[..8]) != BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]))
        {
            return EventStreamReadResult.Corrupt;
        }

        var total = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var headers = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        if (total < PreludeBytes + CrcBytes || headers > total - PreludeBytes - CrcBytes)
        {
            return EventStreamReadResult.Corrupt;
        }

        if (total > _maxMessageBytes || headers > MaxHeaderBytes)
        {
            return EventStreamReadResult.TooLarge;
        }

        _total = (int)total;
        return EventStreamReadResult.Message;
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
            return;
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        // Full: move what is pending to the front, into twice the room when it fills more than half.
        var pending = _end - _start;
        var target = pending > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(_buffer.Length * 2) : _buffer;
        _buffer.AsSpan(_start, pending).CopyTo(target);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        _start = 0;
        _end = pending;
    }
}
