using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Patchbay.Core;

/// <summary>The SHA-256 of a whole API key: what is stored and looked up instead of the key. A value type, so that the
/// hot path's dictionary look-up allocates nothing.</summary>
public readonly struct KeyHash : IEquatable<KeyHash>
{
    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    private KeyHash(ReadOnlySpan<byte> digest)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(digest);
        (_a, _b, _c, _d) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>The hash of a presented key.</summary>
    public static KeyHash Of(ReadOnlySpan<byte> key)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, digest);
        return new KeyHash(digest);
    }

    /// <summary>Reads 64 hexadecimal digits. False for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out KeyHash hash)
    {
        hash = default;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        if (hex.Length != 64
            || Convert.FromHexString(hex, digest, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        hash = new KeyHash(digest);
        return true;
    }

    /// <summary>Compares all 256 bits in constant time.</summary>
    public bool Equals(KeyHash other) =>
        ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KeyHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _a.GetHashCode();

    /// <summary>64 lower-case hexadecimal digits: the public identifier of a key in the management API.</summary>
    public override string ToString()
    {
        Span<ulong> words = [_a, _b, _c, _d];
        return Convert.ToHexStringLower(MemoryMarshal.AsBytes(words));
    }

    /// <summary>Equality of all 256 bits.</summary>
    public static bool operator ==(KeyHash left, KeyHash right) => left.Equals(right);

    /// <summary>Inequality of any bit.</summary>
    public static bool operator !=(KeyHash left, KeyHash right) => !left.Equals(right);
}
