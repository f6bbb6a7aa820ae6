using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Patchbay.Protocol;

/// <summary>Ids of tool calls for providers that want nine letters and digits
/// (https://docs.mistral.ai/capabilities/function_calling/).</summary>
internal static class ShortCallId
{
    private const int Length = 9;
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<byte> Plain =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>The id itself where it is such a one; otherwise one that always stands for the same id.</summary>
    public static JsonString Of(JsonString id)
    {
        if (id.Inside.Length == Length && !id.Inside.ContainsAnyExcept(Plain))
        {
            return id;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(id.Inside, hash);
        return JsonString.Of(string.Create(Length, BinaryPrimitives.ReadUInt64BigEndian(hash), static (span, rest) =>
        {
            foreach (ref var letter in span)
            {
                letter = Letters[(int)(rest % (ulong)Letters.Length)];
                rest /= (ulong)Letters.Length;
            }
        }));
    }
}
