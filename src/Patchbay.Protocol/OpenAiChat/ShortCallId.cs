using System.Buffers;
using System.IO.Hashing;

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

        var hash = XxHash64.HashToUInt64(id.Inside);
        return JsonString.Of(string.Create(Length, hash, static (span, rest) =>
        {
            foreach (ref var letter in span)
            {
                letter = Letters[(int)(rest % (ulong)Letters.Length)];
                rest /= (ulong)Letters.Length;
            }
        }));
    }
}
