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

        var text = ArrayPool<byte>.Shared.Rent(_length);
        var tokens = (long)O200kTokenizer.Count(text.AsSpan(0, JsonText.Unescape(_bytes.AsSpan(0, _length), text)));
        ArrayPool<byte>.Shared.Return(text);
        return total > _decoded ? (long)Math.Ceiling((decimal)tokens * total / Math.Max(1, _decoded)) : tokens;
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
    }

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
