using System.Buffers;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>What a model wrote in a stream, kept in case its provider never says how many tokens that was. Pieces are kept as
/// they stand in JSON: to keep one costs no more than to copy it.</summary>
internal sealed class KeptText
{
    private const int FirstSize = 512;

    // Of longer answers the beginning stands for the rest.
    private const int MostBytes = 512 * 1024;

    private byte[] _bytes = [];
    private int _length;
    private long _decoded;

    // How much of it was counted piece by piece, and the sum of the pieces.
    private int _countedLength;
    private long _counted;

    /// <summary>Keeps a piece.</summary>
    /// <param name="inside">What stands between the quotes.</param>
    /// <param name="decodedLength">How many bytes of UTF-8 it stands for.</param>
    public void Add(ReadOnlySpan<byte> inside, int decodedLength)
    {
        if (_bytes.Length - _length < inside.Length && !Grow(inside.Length))
        {
            return;
        }

        inside.CopyTo(_bytes.AsSpan(_length));
        _length += inside.Length;
        _decoded += decodedLength;
    }

    /// <summary>The o200k_base tokens of all that was written.</summary>
    /// <param name="total">How many bytes of UTF-8 that was, kept or not.</param>
    public long CountTokens(long total)
    {
        if (_length == 0)
        {
            return 0;
        }

        return Extrapolate(Count(_bytes.AsSpan(0, _length)), total);
    }

    /// <summary>The same for a text that grows, counting only what came since the last call. Each piece may count a token too
    /// much, where a token was cut.</summary>
    public long CountTokensSoFar(long total)
    {
        if (_length > _countedLength)
        {
            _counted += Count(_bytes.AsSpan(_countedLength, _length - _countedLength));
            _countedLength = _length;
        }

        return Extrapolate(_counted, total);
    }

    /// <summary>Appends the text as UTF-8.</summary>
    /// <param name="total">How many bytes of UTF-8 there were.</param>
    /// <param name="output">Receives it, when all of it was kept.</param>
    public bool TryCopy(long total, IBufferWriter<byte> output)
    {
        if (total != _decoded)
        {
            return false;
        }

        if (_length > 0)
        {
            output.Advance(JsonText.Unescape(_bytes.AsSpan(0, _length), output.GetSpan(_length)));
        }

        return true;
    }

    /// <summary>Forgets everything, and gives the memory back.</summary>
    public void Release()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = [];
        _length = 0;
        _decoded = 0;
        _countedLength = 0;
        _counted = 0;
    }

    private static long Count(ReadOnlySpan<byte> inside)
    {
        var text = ArrayPool<byte>.Shared.Rent(inside.Length);
        var tokens = (long)O200kTokenizer.Count(text.AsSpan(0, JsonText.Unescape(inside, text)));
        ArrayPool<byte>.Shared.Return(text);
        return tokens;
    }

    private long Extrapolate(long tokens, long total) =>
        total > _decoded ? (long)Math.Ceiling((decimal)tokens * total / Math.Max(1, _decoded)) : tokens;

    // False when there is enough.
    private bool Grow(int more)
    {
        if (_length + more > MostBytes)
        {
            return false;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstSize, Math.Max(_length + more, _bytes.Length * 2)));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
        return true;
    }
}
