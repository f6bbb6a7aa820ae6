using System.Security.Cryptography;

namespace Patchbay.Api;

/// <summary>Answers that are kept for a repeated request. One may hold a secret, such as a new key, so each is encrypted
/// with a key made from the caller's own, which the database does not have: only who sent the request can read it again.
/// </summary>
internal static class IdempotentAnswer
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Encrypts an answer (AES-256-GCM): nonce, tag, text.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="credential">The key that the caller presented, in plain text.</param>
    /// <param name="id">The execution, which the answer is bound to.</param>
    public static byte[] Seal(byte[] answer, byte[] credential, Guid id)
    {
        var result = new byte[NonceLength + TagLength + answer.Length];
        var nonce = result.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(KeyOf(credential, id), TagLength);
        aes.Encrypt(
            nonce, answer, result.AsSpan(NonceLength + TagLength), result.AsSpan(NonceLength, TagLength), id.ToByteArray());
        return result;
    }

    /// <summary>Decrypts an answer; null when another caller's key encrypted it.</summary>
    public static byte[]? Open(byte[] response, byte[] credential, Guid id)
    {
        if (response.Length < NonceLength + TagLength)
        {
            return null;
        }

        var answer = new byte[response.Length - NonceLength - TagLength];
        using var aes = new AesGcm(KeyOf(credential, id), TagLength);
        try
        {
            aes.Decrypt(
                response.AsSpan(0, NonceLength),
                response.AsSpan(NonceLength + TagLength),
                response.AsSpan(NonceLength, TagLength),
                answer,
                id.ToByteArray());
            return answer;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] KeyOf(byte[] credential, Guid id) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, credential, 32, id.ToByteArray(), "patchbay idempotent answer"u8.ToArray());
}
