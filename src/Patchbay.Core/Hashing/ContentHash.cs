using System.Buffers.Binary;

namespace Patchbay.Core;

/// <summary>A fast 64-bit hash of bytes, the same in every process. For finding things again within one account; not a
/// defence against someone who looks for collisions.</summary>
public static class ContentHash
{
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xD6E8FEB86659FD93;
    private const int Block = 16;

    /// <summary>The hash of these bytes, in the series of this seed; chain parts by passing the hash of those before.
    /// </summary>
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var hash = Mix(seed ^ First, (ulong)bytes.Length ^ Second);
        while (bytes.Length >= Block)
        {
            hash = Fold(hash, bytes);
            bytes = bytes[Block..];
        }

        if (bytes.Length > 0)
        {
            Span<byte> rest = stackalloc byte[Block];
            rest.Clear();
            bytes.CopyTo(rest);
            hash = Fold(hash, rest);
        }

        return Mix(hash, First);
    }

    private static ulong Fold(ulong hash, ReadOnlySpan<byte> block) => Mix(
        BinaryPrimitives.ReadUInt64LittleEndian(block) ^ hash,
        BinaryPrimitives.ReadUInt64LittleEndian(block[8..]) ^ Second) + hash;

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
