using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Patchbay.Simulator.Gemini;

/// <summary>Signs parts, and knows its own signatures again: one that comes back changed, or at another part than it was given
/// with, is refused, as https://ai.google.dev/gemini-api/docs/thought-signatures says.</summary>
internal static class ThoughtSignature
{
    // What the API takes for calls that another model made.
    private const string Waiver = "skip_thought_signature_validator";

    private static readonly byte[] Key = "the simulator's other key"u8.ToArray();

    public static string OfText(string text) => Of("text " + text);

    public static string OfCall(string name, string arguments) =>
        Of($"call {name} {JsonNode.Parse(arguments)!.ToJsonString()}");

    public static bool IsTexts(string signature, string text) => signature == OfText(text);

    public static bool IsCalls(string signature, string name, string arguments) =>
        signature == Waiver || signature == OfCall(name, arguments);

    private static string Of(string content) =>
        Convert.ToBase64String(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(content)));
}
