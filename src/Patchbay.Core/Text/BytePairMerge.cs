using System.Buffers;
using System.Runtime.Intrinsics;

namespace Patchbay.Core;

/// <summary>Byte-pair encoding of one piece that is no token itself: the neighbours whose union has the lowest rank are
/// joined, the leftmost of equals first, until no union is a token.</summary>
/// <remarks>Each byte where a token begins has the rank of its union with the next token. Above these ranks stands a tree
/// of minima, sixteen to one, so that the lowest is found and changed in a few steps however long the piece is. The lengths
/// of tokens stand at their first and at their last byte, so that both neighbours of a token can be found.</remarks>
internal readonly ref struct BytePairMerge
{
    private const int Fan = 16;
    private const int FanBits = 4;
    private const int MostLevels = 8;

    // Pieces up to this length need no rented memory.
    private const int ShortPiece = 256;
    private const int ShortTree = ShortPiece + Fan;

    private readonly Vocabulary _vocabulary;
    private readonly ReadOnlySpan<byte> _piece;
    private readonly Span<int> _tree;
    private readonly Span<byte> _lengths;

    private BytePairMerge(Vocabulary vocabulary, ReadOnlySpan<byte> piece, Span<int> tree, Span<byte> lengths)
    {
        _vocabulary = vocabulary;
        _piece = piece;
        _tree = tree;
        _lengths = lengths;
    }

    /// <summary>How many tokens the piece has; writes them too where <paramref name="output"/> is given.</summary>
    public static int Run(Vocabulary vocabulary, ReadOnlySpan<byte> piece, IBufferWriter<int>? output)
    {
        if (piece.Length <= ShortPiece)
        {
            Span<int> tree = stackalloc int[ShortTree];
            Span<byte> lengths = stackalloc byte[ShortPiece];
            return new BytePairMerge(vocabulary, piece, tree, lengths).Run(output);
        }

        var rentedTree = ArrayPool<int>.Shared.Rent(TreeSize(piece.Length));
        var rentedLengths = ArrayPool<byte>.Shared.Rent(piece.Length);
        try
        {
            return new BytePairMerge(vocabulary, piece, rentedTree, rentedLengths).Run(output);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rentedTree);
            ArrayPool<byte>.Shared.Return(rentedLengths);
        }
    }

    private int Run(IBufferWriter<int>? output)
    {
        Span<int> levels = stackalloc int[MostLevels];
        levels = levels[..Build(levels)];
        var count = _piece.Length;
        while (Lowest(levels) is var at and >= 0)
        {
            Join(at, levels);
            count--;
        }

        if (output is not null)
        {
            Write(output.GetSpan(count));
            output.Advance(count);
        }

        return count;
    }

    private static int TreeSize(int length)
    {
        var size = Padded(length);
        for (var level = size; level > Fan; size += level)
        {
            level = Padded(level >> FanBits);
        }

        return size;
    }

    private static int Padded(int length) => (length + Fan - 1) & ~(Fan - 1);

    // Fills the ranks and the minima above them, and says where each level begins.
    private int Build(Span<int> levels)
    {
        var length = _piece.Length;
        _lengths[..length].Fill(1);
        var size = Padded(length);
        for (var i = 0; i < length - 1; i++)
        {
            _tree[i] = _vocabulary.Find(_piece, i, 2);
        }

        _tree[(length - 1)..size].Fill(Vocabulary.None);
        var count = 1;
        levels[0] = 0;
        while (size > Fan)
        {
            var below = levels[count - 1];
            var start = below + size;
            var used = size >> FanBits;
            size = Padded(used);
            for (var i = 0; i < used; i++)
            {
                _tree[start + i] = Minimum(_tree.Slice(below + (i << FanBits), Fan));
            }

            _tree.Slice(start + used, size - used).Fill(Vocabulary.None);
            levels[count++] = start;
        }

        return count;
    }

    // Where the lowest rank stands; -1 when nothing can be joined any more.
    private int Lowest(ReadOnlySpan<int> levels)
    {
        var top = _tree.Slice(levels[^1], Fan);
        var lowest = Minimum(top);
        if (lowest == Vocabulary.None)
        {
            return -1;
        }

        var at = top.IndexOf(lowest);
        for (var level = levels.Length - 2; level >= 0; level--)
        {
            at <<= FanBits;
            at += _tree.Slice(levels[level] + at, Fan).IndexOf(lowest);
        }

        return at;
    }

    private void Join(int at, ReadOnlySpan<int> levels)
    {
        var next = at + _lengths[at];
        var end = next + _lengths[next];
        _lengths[at] = _lengths[end - 1] = (byte)(end - at);
        _tree[next] = Vocabulary.None;
        _tree[at] = end < _piece.Length ? _vocabulary.Find(_piece, at, end - at + _lengths[end]) : Vocabulary.None;
        if (at > 0)
        {
            var previous = at - _lengths[at - 1];
            _tree[previous] = _vocabulary.Find(_piece, previous, end - previous);
            Refresh(previous, levels);
        }

        Refresh(at, levels);
        Refresh(next, levels);
    }

    // Corrects the minima above a rank that has changed.
    private void Refresh(int at, ReadOnlySpan<int> levels)
    {
        for (var level = 1; level < levels.Length; level++)
        {
            at >>= FanBits;
            var minimum = Minimum(_tree.Slice(levels[level - 1] + (at << FanBits), Fan));
            ref var above = ref _tree[levels[level] + at];
            if (above == minimum)
            {
                return;
            }

            above = minimum;
        }
    }

    private static int Minimum(ReadOnlySpan<int> sixteen)
    {
        var eight = Vector256.Min(Vector256.Create(sixteen), Vector256.Create(sixteen[8..]));
        var four = Vector128.Min(eight.GetLower(), eight.GetUpper());
        var two = Vector128.Min(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Math.Min(two[0], two[1]);
    }

    private void Write(Span<int> tokens)
    {
        var count = 0;
        for (var at = 0; at < _piece.Length; at += _lengths[at])
        {
            tokens[count++] = _vocabulary.Find(_piece, at, _lengths[at]);
        }
    }
}
