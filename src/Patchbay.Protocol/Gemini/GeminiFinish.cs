using System.Text;

namespace Patchbay.Protocol;

/// <summary>Translates the reasons why an answer ended or a prompt was blocked (https://ai.google.dev/api/generate-content,
/// FinishReason and BlockReason; https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/FinishReason).
/// </summary>
internal static class GeminiFinish
{
    private static readonly string[] Filtered =
    [
        "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "JAILBREAK", "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
    ];

    private static readonly string[] Failed =
    [
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
        "MALFORMED_RESPONSE", "LANGUAGE", "OTHER", "NO_IMAGE", "IMAGE_OTHER",
    ];

    /// <summary>The normal form of a candidate's <c>finishReason</c>. An unknown word means a normal end.</summary>
    /// <param name="native">The word.</param>
    /// <param name="calls">The answer has function calls: the API says STOP then too.</param>
    public static FinishReason Of(ReadOnlySpan<byte> native, bool calls) =>
        native.SequenceEqual("MAX_TOKENS"u8) ? FinishReason.Length
        : IsOneOf(native, Filtered) ? FinishReason.ContentFilter
        : IsOneOf(native, Failed) ? FinishReason.Error
        : calls ? FinishReason.ToolCalls
        : FinishReason.Stop;

    private static bool IsOneOf(ReadOnlySpan<byte> word, string[] words)
    {
        foreach (var known in words)
        {
            if (Ascii.Equals(word, known))
            {
                return true;
            }
        }

        return false;
    }
}
