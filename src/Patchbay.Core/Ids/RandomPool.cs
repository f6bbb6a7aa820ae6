using System.Security.Cryptography;

namespace Patchbay.Core;

/// <summary>Bytes of the operating system's secure random generator, drawn for many callers at once: a draw costs more than
/// a microsecond whatever its length. What was given out is erased here.</summary>
internal static class RandomPool
{
    private const int Capacity = 1024;

    [ThreadStatic]
    private static byte[]? _bytes;

    [ThreadStatic]
    private static int _left;

    /// <summary>Fills a short span, at most 1,024 bytes.</summary>
    public static void Fill(Span<byte> destination)
    {
        var bytes = _bytes ??= new byte[Capacity];
        if (_left < destination.Length)
        {
            RandomNumberGenerator.Fill(bytes);
            _left = Capacity;
        }

        var drawn = bytes.AsSpan(_left - destination.Length, destination.Length);
        drawn.CopyTo(destination);
        drawn.Clear();
        _left -= destination.Length;
    }
}
