using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Patchbay.Simulator.Gemini;

/// <summary>Signs parts, and knows its own signatures again: one that comes back changed, or at another part than it was given
/// with, is refused, as https://ai.google.dev/gemini-api/docs/thought-signatures says. No two answers have the same.</summary>
internal static class ThoughtSignature
{
    // What the API takes for calls that another model made.
    private const string Waiver = "skip_thought_signature_validator";

    private static readonly byte[] Key = "the simulator's other key"u8.ToArray();

    public static string OfText(long answer, string text) => Of(answer, "text " + text);

    public static string OfCall(long answer, string name, string arguments) => Of(answer, Call(name, arguments));

    public static bool IsTexts(string signature, string text) => IsOf(signature, "text " + text);

    public static bool IsCalls(string signature, string name, string arguments) =>
        signature == Waiver || IsOf(signature, Call(name, arguments));

    private static string Call(string name, string arguments) => $"call {name} {JsonNode.Parse(arguments)!.ToJsonString()}";

    private static string Of(long answer, string content)
    {
        var signature = new byte[sizeof(long) + HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(signature, answer);
        HMACSHA256.HashData(Key, [.. signature.AsSpan(0, sizeof(long)), .. Encoding.UTF8.GetBytes(content)], signature.AsSpan(sizeof(long)));
        return Convert.ToBase64String(signature);
    }

    private static bool IsOf(string signature, string content)
    {
        var bytes = new byte[signature.Length];
        return Convert.TryFromBase64String(signature, bytes, out var length) && length >= sizeof(long)
            && Of(BinaryPrimitives.ReadInt64BigEndian(bytes), content) == signature;
    }
}
