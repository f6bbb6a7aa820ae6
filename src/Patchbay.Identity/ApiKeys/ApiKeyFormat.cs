using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Patchbay.Core;

namespace Patchbay.Identity;

/// <summary>The text of API keys: <c>sk-pb-v1-</c>, 43 random base62 characters (256 bits), and a 6-character checksum,
/// so that a mistyped key is refused without a database look-up and secret scanners find leaked ones.</summary>
public static class ApiKeyFormat
{
    private const int RandomLength = 43;
    private const int ChecksumLength = 6;

    /// <summary>What every key begins with.</summary>
    public const string Prefix = "sk-pb-v1-";

    /// <summary>The length of a whole key in characters.</summary>
    public const int Length = 9 + RandomLength + ChecksumLength;

    /// <summary>Makes a new key from the system's secure random source.</summary>
    public static string Create()
    {
        Span<char> key = stackalloc char[Length];
        Prefix.CopyTo(key);
        RandomNumberGenerator.GetItems(Base62.Alphabet.AsSpan(), key.Slice(Prefix.Length, RandomLength));
        Base62.Write(Checksum(key[..^ChecksumLength]), key[^ChecksumLength..]);
        return new string(key);
    }

    /// <summary>Whether the bytes have the form of a key and a right checksum. Says nothing about whether it exists.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length || !key.StartsWith("sk-pb-v1-"u8) || !Base62.IsValid(key[Prefix.Length..]))
        {
            return false;
        }

        Span<char> text = stackalloc char[Length];
        Encoding.ASCII.GetChars(key, text);
        Span<char> expected = stackalloc char[ChecksumLength];
        Base62.Write(Checksum(text[..^ChecksumLength]), expected);
        return text[^ChecksumLength..].SequenceEqual(expected);
    }

    /// <summary>The masked form that lists show: prefix, first three and last three characters.</summary>
    public static string LabelOf(string key) =>
        key.Length < 20 ? "…" : string.Concat(key.AsSpan(0, Math.Min(12, key.Length - 6)), "...", key.AsSpan(key.Length - 3));

    private static uint Checksum(ReadOnlySpan<char> text)
    {
        var crc = uint.MaxValue;
        foreach (var character in text)
        {
            crc = BitOperations.Crc32C(crc, (byte)character);
        }

        return ~crc;
    }
}
