using System.Buffers;
using System.Buffers.Binary;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes messages of the type <c>application/vnd.amazon.eventstream</c>: add the headers, then
/// <see cref="Finish"/>; afterwards the next message begins. Not safe for use by several threads.</summary>
public sealed class EventMessageWriter : IDisposable
{
    private readonly PooledBuffer _headers = new();
    private int _count;

    /// <summary>Adds a header with a text.</summary>
    public void AddText(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        AddLong(name, EventHeaderType.Text, value);

    /// <summary>Adds a header with bytes.</summary>
    public void AddBytes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        AddLong(name, EventHeaderType.Bytes, value);

    /// <summary>Adds a header that is true or false.</summary>
    public void AddBoolean(ReadOnlySpan<byte> name, bool value) =>
        Begin(name, value ? EventHeaderType.True : EventHeaderType.False, 0);

    /// <summary>Adds a header with an integer or a timestamp, in the width of its type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value does not fit the type.</exception>
    public void AddWhole(ReadOnlySpan<byte> name, EventHeaderType type, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        var (width, most) = type switch
        {
            EventHeaderType.Whole8 => (1, (long)sbyte.MaxValue),
            EventHeaderType.Whole16 => (2, short.MaxValue),
            EventHeaderType.Whole32 => (4, int.MaxValue),
            EventHeaderType.Whole64 or EventHeaderType.Timestamp => (8, long.MaxValue),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a type of integers."),
        };
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most);
        ArgumentOutOfRangeException.ThrowIfLessThan(value, -most - 1);
        bytes[^width..].CopyTo(Begin(name, type, width));
    }

    /// <summary>Adds a header with sixteen bytes.</summary>
    public void AddUuid(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(value.Length, 16);
        value.CopyTo(Begin(name, EventHeaderType.Uuid, 16));
    }

    /// <summary>Writes the message with the headers added so far.</summary>
    public void Finish(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        var headers = _headers.Span;
        var total = checked(EventStreamReader.PreludeBytes + headers.Length + payload.Length + EventStreamReader.CrcBytes);
        var message = output.GetSpan(total)[..total];
        BinaryPrimitives.WriteInt32BigEndian(message, total);
        BinaryPrimitives.WriteInt32BigEndian(message[4..], headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(message[8..], Crc32.Append(0, message[..8]));
        headers.CopyTo(message[EventStreamReader.PreludeBytes..]);
        payload.CopyTo(message[(EventStreamReader.PreludeBytes + headers.Length)..]);
        var body = message[..^EventStreamReader.CrcBytes];
        BinaryPrimitives.WriteUInt32BigEndian(message[body.Length..], Crc32.Append(0, body));
        output.Advance(total);
        _headers.Clear();
        _count = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _headers.Dispose();

    private void AddLong(ReadOnlySpan<byte> name, EventHeaderType type, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, short.MaxValue, nameof(value));
        var room = Begin(name, type, 2 + value.Length);
        BinaryPrimitives.WriteInt16BigEndian(room, (short)value.Length);
        value.CopyTo(room[2..]);
    }

    private Span<byte> Begin(ReadOnlySpan<byte> name, EventHeaderType type, int valueBytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(name.Length, nameof(name));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, byte.MaxValue, nameof(name));
        var length = 1 + name.Length + 1 + valueBytes;
        if (_count == EventHeaders.Most || _headers.Length + length > EventStreamReader.MaxHeaderBytes)
        {
            throw new InvalidOperationException("A message cannot hold more headers.");
        }

        var room = _headers.GetSpan(length)[..length];
        room[0] = (byte)name.Length;
        name.CopyTo(room[1..]);
        room[1 + name.Length] = (byte)type;
        _headers.Advance(length);
        _count++;
        return room[(2 + name.Length)..];
    }
}
