namespace Patchbay.Protocol.Tests;

/// <summary>Gives its bytes in pieces of random sizes, from one byte to many events at once.</summary>
internal sealed class PiecewiseStream(byte[] bytes, int seed) : MemoryStream(bytes)
{
    private readonly byte[] _bytes = bytes;
    private readonly Random _random = new(seed);
    private readonly int _most = new[] { 1, 2, 7, 64, 1_000, 100_000 }[seed % 6];

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var length = Math.Min(Math.Min(buffer.Length, _random.Next(1, _most + 1)), _bytes.Length - (int)Position);
        _bytes.AsMemory((int)Position, length).CopyTo(buffer);
        Position += length;
        return new(length);
    }
}
