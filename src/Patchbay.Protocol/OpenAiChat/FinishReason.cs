using System.Text;

namespace Patchbay.Protocol;

/// <summary>The finish reasons of the public API.</summary>
public enum FinishReason : byte
{
    /// <summary>None yet.</summary>
    None,

    /// <summary>The model was done, or met a stop text.</summary>
    Stop,

    /// <summary>The limit of tokens was reached.</summary>
    Length,

    /// <summary>The model calls tools.</summary>
    ToolCalls,

    /// <summary>The provider or the model refused.</summary>
    ContentFilter,

    /// <summary>The provider failed.</summary>
    Error,
}

/// <summary>Translates the providers' finish reasons.</summary>
internal static class FinishReasons
{
    public static string? Name(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        FinishReason.ToolCalls => "tool_calls",
        FinishReason.ContentFilter => "content_filter",
        FinishReason.Error => "error",
        _ => null,
    };

    public static ReadOnlySpan<byte> Json(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "\"stop\""u8,
        FinishReason.Length => "\"length\""u8,
        FinishReason.ToolCalls => "\"tool_calls\""u8,
        FinishReason.ContentFilter => "\"content_filter\""u8,
        FinishReason.Error => "\"error\""u8,
        _ => "null"u8,
    };

    /// <summary>The normal form of a provider's word. An unknown word means a normal end.</summary>
    public static FinishReason Normalise(ReadOnlySpan<byte> native)
    {
        if (native.SequenceEqual("stop"u8))
        {
            return FinishReason.Stop;
        }

        if (IsOneOf(native, "length"u8, "max_tokens"u8, "model_length"u8, "max_output_tokens"u8)
            || Ascii.EqualsIgnoreCase(native, "model_context_window_exceeded"u8))
        {
            // model_length: https://docs.mistral.ai/api/ (ChatCompletionChoice.finish_reason);
            // the last: https://docs.claude.com/en/api/handling-stop-reasons.
            return FinishReason.Length;
        }

        if (IsOneOf(native, "tool_calls"u8, "tool_use"u8, "tool_call"u8, "function_call"u8))
        {
            return FinishReason.ToolCalls;
        }

        // sensitive: https://docs.z.ai/api-reference/llm/chat-completion; safety and recitation are Gemini's words.
        if (IsOneOf(native, "content_filter"u8, "sensitive"u8, "safety"u8, "recitation"u8)
            || IsOneOf(native, "refusal"u8, "content_filtered"u8, "prohibited_content"u8, "blocklist"u8))
        {
            return FinishReason.ContentFilter;
        }

        // insufficient_system_resource: https://api-docs.deepseek.com/api/create-chat-completion;
        // network_error: https://docs.z.ai/api-reference/llm/chat-completion.
        return IsOneOf(native, "error"u8, "insufficient_system_resource"u8, "network_error"u8, "failed"u8)
            ? FinishReason.Error
            : FinishReason.Stop;
    }

    private static bool IsOneOf(
        ReadOnlySpan<byte> value, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, ReadOnlySpan<byte> d) =>
        Ascii.EqualsIgnoreCase(value, a) || Ascii.EqualsIgnoreCase(value, b)
        || Ascii.EqualsIgnoreCase(value, c) || Ascii.EqualsIgnoreCase(value, d);
}
