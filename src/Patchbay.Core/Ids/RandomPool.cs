using System.Security.Cryptography;

namespace Patchbay.Core;

/// <summary>Bytes of the operating system's secure random generator, drawn for many callers at once: a draw costs more than
/// a microsecond whatever its length. What was given out is erased here. Belongs to one thread.</summary>
internal sealed class RandomPool
{
    private const int Capacity = 1024;

    private static readonly ThreadLocal<RandomPool> OfThread = new(static () => new RandomPool());

    private readonly byte[] _bytes = new byte[Capacity];
    private int _left;

    private RandomPool()
    {
    }

    /// <summary>Fills a short span, at most 1,024 bytes.</summary>
    public static void Fill(Span<byte> destination) => OfThread.Value!.Draw(destination);

    private void Draw(Span<byte> destination)
    {
        if (_left < destination.Length)
        {
            RandomNumberGenerator.Fill(_bytes);
            _left = Capacity;
        }

        _left -= destination.Length;
        var drawn = _bytes.AsSpan(_left, destination.Length);
        drawn.CopyTo(destination);
        drawn.Clear();
    }
}
