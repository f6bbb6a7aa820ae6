using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;

namespace Patchbay.Core;

/// <summary>The tokens of o200k_base and their ranks, which are also their numbers. Immutable; about 8 MB.</summary>
internal sealed class Vocabulary
{
    /// <summary>No token has the bytes.</summary>
    public const int None = int.MaxValue;

    /// <summary>How many tokens there are; the special ones are not among them.</summary>
    public const int Size = 199_998;

    /// <summary>No token has more bytes.</summary>
    public const int LongestToken = 128;

    // Up to so many bytes, a key holds the token itself and its length; longer ones have a hash, and the bytes decide.
    private const int LongestInKey = 7;
    private const ulong HashedKey = 0xFF00_0000_0000_0000;
    private const int TableBits = 19;

    private static readonly Lazy<Vocabulary> Loaded = new(static () => new Vocabulary());

    private readonly ulong[] _keys = new ulong[1 << TableBits];
    private readonly int[] _ranks = new int[1 << TableBits];
    private readonly int[] _starts = new int[Size + 1];
    private readonly byte[] _bytes;

    private Vocabulary()
    {
        var packed = Unpack();
        var lengths = packed.AsSpan(0, Size);
        _bytes = packed[Size..];
        for (var rank = 0; rank < Size; rank++)
        {
            _starts[rank + 1] = _starts[rank] + lengths[rank];
            Add(rank);
        }
    }

    /// <summary>The vocabulary, loaded when it is first asked for.</summary>
    public static Vocabulary Instance => Loaded.Value;

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> BytesOf(int rank) => _bytes.AsSpan(_starts[rank].._starts[rank + 1]);

    /// <summary>The rank of the token that has the <paramref name="length"/> bytes at <paramref name="start"/>; <see
    /// cref="None"/> when none has.</summary>
    public int Find(ReadOnlySpan<byte> text, int start, int length)
    {
        if (length > LongestToken)
        {
            return None;
        }

        var key = KeyOf(text, start, length);
        var keys = _keys;
        for (var slot = SlotOf(key); ; slot = (slot + 1) & (keys.Length - 1))
        {
            var found = keys[slot];
            if (found == key)
            {
                var rank = _ranks[slot];
                if (key < HashedKey || BytesOf(rank).SequenceEqual(text.Slice(start, length)))
                {
                    return rank;
                }
            }
            else if (found == 0)
            {
                return None;
            }
        }
    }

    private static int SlotOf(ulong key) => (int)((key * 0x9E37_79B9_7F4A_7C15) >> (64 - TableBits));

    private static ulong KeyOf(ReadOnlySpan<byte> text, int start, int length)
    {
        if (length > LongestInKey)
        {
            return HashedKey | (Hash(text.Slice(start, length)) >> 8);
        }

        // All eight bytes at once where the text goes on for so long; the others are cut off.
        ulong word;
        if (start + sizeof(ulong) <= text.Length)
        {
            word = BinaryPrimitives.ReadUInt64LittleEndian(text[start..]) & ((1UL << (length * 8)) - 1);
        }
        else
        {
            word = 0;
            for (var i = length - 1; i >= 0; i--)
            {
                word = (word << 8) | text[start + i];
            }
        }

        return word | ((ulong)length << 56);
    }

    // Eight bytes at a time; the last eight may overlap those before.
    private static ulong Hash(ReadOnlySpan<byte> token)
    {
        const ulong Odd = 0xD6E8_FEB8_6659_FD93;
        var hash = (ulong)token.Length;
        for (var i = 0; i + sizeof(ulong) < token.Length; i += sizeof(ulong))
        {
            hash = BitOperations.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(token[i..])) * Odd, 29);
        }

        hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(token[^sizeof(ulong)..])) * Odd;
        return hash ^ (hash >> 32);
    }

    private void Add(int rank)
    {
        var key = KeyOf(_bytes, _starts[rank], _starts[rank + 1] - _starts[rank]);
        var slot = SlotOf(key);
        while (_keys[slot] != 0)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }

        _keys[slot] = key;
        _ranks[slot] = rank;
    }

    private static byte[] Unpack()
    {
        using var resource = typeof(Vocabulary).Assembly.GetManifestResourceStream("o200k_base.bin.br")!;
        using var stream = new BrotliStream(resource, CompressionMode.Decompress);
        using var packed = new MemoryStream(2 * 1024 * 1024);
        stream.CopyTo(packed);
        return packed.ToArray();
    }
}
