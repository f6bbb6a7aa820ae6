using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Patchbay.Catalog;

/// <summary>Numbers the distinct byte sequences of one buffer in the order in which they are first seen, so that what is
/// written a thousand times is decoded once. Optimised at once, since it runs at start, before the runtime would.</summary>
internal sealed class ByteIndex(ReadOnlyMemory<byte> buffer)
{
    private int[] _buckets = new int[1024];
    private Entry[] _entries = new Entry[512];
    private int _count;

    /// <summary>The number of this part of the buffer; <paramref name="isNew"/> when it was not seen before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Number(int start, int length, out bool isNew)
    {
        var all = buffer.Span;
        var bytes = all.Slice(start, length);
        var hash = Hash(bytes);
        ref var bucket = ref _buckets[hash & (_buckets.Length - 1)];
        for (var i = bucket - 1; i >= 0; i = _entries[i].Next)
        {
            ref var entry = ref _entries[i];
            if (entry.Hash == hash && bytes.SequenceEqual(all.Slice(entry.Start, entry.Length)))
            {
                isNew = false;
                return i;
            }
        }

        if (_count == _entries.Length)
        {
            Grow();
            bucket = ref _buckets[hash & (_buckets.Length - 1)];
        }

        _entries[_count] = new Entry(hash, start, length, bucket - 1);
        bucket = ++_count;
        isNew = true;
        return _count - 1;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _count * 2);
        _buckets = new int[_buckets.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            ref var bucket = ref _buckets[_entries[i].Hash & (_buckets.Length - 1)];
            _entries[i] = _entries[i] with { Next = bucket - 1 };
            bucket = i + 1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Hash(ReadOnlySpan<byte> bytes)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        var hash = (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * Factor;
            hash ^= hash >> 32;
            bytes = bytes[8..];
        }

        foreach (var one in bytes)
        {
            hash = (hash ^ one) * Factor;
        }

        return (int)(hash >> 33);
    }

    private record struct Entry(int Hash, int Start, int Length, int Next);
}
