using System.Buffers.Binary;
using System.Text;

namespace Patchbay.Storage.Journal;

/// <summary>Reads what <see cref="JournalBuffer"/> wrote, in the same order.</summary>
/// <param name="bytes">A whole payload.</param>
/// <remarks>Throws <see cref="InvalidDataException"/> where the bytes are not such a payload.</remarks>
internal ref struct JournalReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether everything has been read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>One byte.</summary>
    public byte Byte() => Take(1)[0];

    /// <summary>8 bytes.</summary>
    public long Fixed() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>A number.</summary>
    public long Number()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A number of 32 bits.</summary>
    public int Int32()
    {
        var value = Number();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Malformed();
    }

    /// <summary>A number of 32 bits or null.</summary>
    public int? Int32OrNull() => Flag() ? Int32() : null;

    /// <summary>An id.</summary>
    public Guid Id() => new(Take(16), bigEndian: true);

    /// <summary>An id or null.</summary>
    public Guid? IdOrNull() => Flag() ? Id() : null;

    /// <summary>A text.</summary>
    public string Text() => TextOrNull() ?? throw Malformed();

    /// <summary>A text or null.</summary>
    public string? TextOrNull()
    {
        var length = Unsigned();
        if (length == 0)
        {
            return null;
        }

        return length - 1 <= (ulong)_rest.Length ? Encoding.UTF8.GetString(Take((int)(length - 1))) : throw Malformed();
    }

    /// <summary>True for 1, false for 0.</summary>
    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        _ => throw Malformed(),
    };

    private ulong Unsigned()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw Malformed();
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static InvalidDataException Malformed() => new("A record of the settlement journal is malformed.");
}
