using System.Buffers.Binary;

namespace Patchbay.Protocol;

/// <summary>A header of a message. Its spans point into the reader's buffer and are valid until the reader is used again.
/// </summary>
public readonly ref struct EventHeader
{
    internal EventHeader(ReadOnlySpan<byte> name, EventHeaderType type, ReadOnlySpan<byte> value)
    {
        Name = name;
        Type = type;
        Value = value;
    }

    /// <summary>The name in UTF-8; what the protocol itself defines begins with a colon.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>What <see cref="Value"/> holds.</summary>
    public EventHeaderType Type { get; }

    /// <summary>The bytes of the value, without its length; empty for true and false.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The value of an integer or a timestamp (in milliseconds since 1970), 1 for true and 0 for false; null for
    /// the other types.</summary>
    public long? Whole => Type switch
    {
        EventHeaderType.True => 1,
        EventHeaderType.False => 0,
        EventHeaderType.Whole8 => (sbyte)Value[0],
        EventHeaderType.Whole16 => BinaryPrimitives.ReadInt16BigEndian(Value),
        EventHeaderType.Whole32 => BinaryPrimitives.ReadInt32BigEndian(Value),
        EventHeaderType.Whole64 or EventHeaderType.Timestamp => BinaryPrimitives.ReadInt64BigEndian(Value),
        _ => null,
    };
}
