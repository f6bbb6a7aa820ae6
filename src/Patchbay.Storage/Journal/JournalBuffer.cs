using System.Buffers.Binary;
using System.Text;

namespace Patchbay.Storage.Journal;

/// <summary>Bytes that grow while they are written, and are used again. Numbers are little-endian.</summary>
internal sealed class JournalBuffer
{
    private byte[] _bytes = new byte[512];

    /// <summary>How many bytes are written.</summary>
    public int Length { get; private set; }

    /// <summary>What is written.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Forgets everything from this length on.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Appends bytes that the caller fills.</summary>
    public Span<byte> Append(int count)
    {
        var length = Length + count;
        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(length, _bytes.Length * 2));
        }

        Length = length;
        return _bytes.AsSpan(length - count, count);
    }

    /// <summary>Appends one byte.</summary>
    public void Byte(byte value) => Append(1)[0] = value;

    /// <summary>Appends 8 bytes.</summary>
    public void Fixed(long value) => BinaryPrimitives.WriteInt64LittleEndian(Append(sizeof(long)), value);

    /// <summary>Appends a number in as few bytes as it needs, small ones of both signs in one.</summary>
    public void Number(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Appends an id.</summary>
    public void Id(Guid value) => value.TryWriteBytes(Append(16), bigEndian: true, out _);

    /// <summary>Appends an id or null.</summary>
    public void Id(Guid? value)
    {
        Byte(value is null ? (byte)0 : (byte)1);
        if (value is { } id)
        {
            Id(id);
        }
    }

    /// <summary>Appends a number or null.</summary>
    public void Number(int? value)
    {
        Byte(value is null ? (byte)0 : (byte)1);
        if (value is { } number)
        {
            Number((long)number);
        }
    }

    /// <summary>Appends a text or null.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Byte(0);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        Unsigned((ulong)length + 1);
        Encoding.UTF8.GetBytes(value, Append(length));
    }

    private void Unsigned(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }
}
