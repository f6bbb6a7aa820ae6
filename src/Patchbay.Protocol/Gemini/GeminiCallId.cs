using System.Buffers.Text;
using System.Security.Cryptography;

namespace Patchbay.Protocol;

/// <summary>Ids for function calls that the API gave none: Vertex AI never does, and the Gemini API did not before Gemini 3
/// (https://ai.google.dev/gemini-api/docs/function-calling). They are made of the response's id, so that they differ from
/// turn to turn, and are recognised when they come back: the API must not see an id that it did not give.</summary>
internal static class GeminiCallId
{
    private static ReadOnlySpan<byte> Prefix => "call_0g_"u8;

    /// <summary>Whether the API did not give this id.</summary>
    public static bool IsMadeUp(ReadOnlySpan<byte> id) => id.StartsWith(Prefix);

    /// <summary>The id of a call of a response.</summary>
    public static ReadOnlySpan<byte> Make(ReadOnlySpan<byte> response, int call, JsonScratch scratch)
    {
        var room = scratch.Room(Prefix.Length + response.Length + 12);
        Prefix.CopyTo(room);
        response.CopyTo(room[Prefix.Length..]);
        var length = Prefix.Length + response.Length;
        room[length++] = (byte)'_';
        Utf8Formatter.TryFormat(call, room[length..], out var written);
        return room[..(length + written)];
    }

    /// <summary>What stands for the id of a response that has none: a digest of its beginning.</summary>
    public static byte[] Digest(ReadOnlySpan<byte> data) =>
        System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(data).AsSpan(0, 12)));
}
