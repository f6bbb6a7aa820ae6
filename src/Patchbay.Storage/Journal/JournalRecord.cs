using System.Buffers.Binary;
using System.Numerics;

namespace Patchbay.Storage.Journal;

/// <summary>A payload in a segment: u32 length of the payload, u32 CRC-32C over salt, sequence and payload, u64 sequence,
/// payload; little-endian. The salt is that of the segment's present use, so that what an earlier use left behind is never
/// taken for a record of this one.</summary>
internal static class JournalRecord
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = 16;

    /// <summary>Appends one record.</summary>
    public static void Append(JournalBuffer buffer, long salt, long sequence, ReadOnlySpan<byte> payload)
    {
        var record = buffer.Append(HeaderLength + payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Checksum(salt, sequence, payload));
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], sequence);
        payload.CopyTo(record[HeaderLength..]);
    }

    /// <summary>Reads the record at the start of the bytes; false when none of this use is there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long salt, out long sequence, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        sequence = 0;
        if (bytes.Length < HeaderLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length <= 0 || length > bytes.Length - HeaderLength)
        {
            return false;
        }

        sequence = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        payload = bytes.Slice(HeaderLength, length);
        return Checksum(salt, sequence, payload) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
    }

    /// <summary>CRC-32C (Castagnoli) of both numbers and the bytes.</summary>
    public static uint Checksum(long salt, long sequence, ReadOnlySpan<byte> bytes)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (ulong)salt);
        crc = BitOperations.Crc32C(crc, (ulong)sequence);
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
