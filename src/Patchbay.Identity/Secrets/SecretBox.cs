using System.Security.Cryptography;

namespace Patchbay.Identity;

/// <summary>Authenticated encryption with AES-256-GCM (NIST SP 800-38D): a version byte, a random nonce of 96 bits, a tag of
/// 128 bits, the ciphertext. What it is bound to is not stored, and must be the same to open it.</summary>
internal static class SecretBox
{
    /// <summary>The length of keys, in bytes.</summary>
    public const int KeyLength = 32;

    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 1 + NonceLength + TagLength;

    /// <summary>Encrypts.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> boundTo)
    {
        var box = new byte[HeaderLength + plain.Length];
        box[0] = Version;
        var nonce = box.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(nonce, plain, box.AsSpan(HeaderLength), box.AsSpan(1 + NonceLength, TagLength), boundTo);
        return box;
    }

    /// <summary>Decrypts; null when the key, what it is bound to, or a bit of the box is not what it was.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> boundTo)
    {
        if (box.Length < HeaderLength || box[0] != Version)
        {
            return null;
        }

        var plain = new byte[box.Length - HeaderLength];
        using var cipher = new AesGcm(key, TagLength);
        try
        {
            cipher.Decrypt(
                box.Slice(1, NonceLength), box[HeaderLength..], box.Slice(1 + NonceLength, TagLength), plain, boundTo);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
