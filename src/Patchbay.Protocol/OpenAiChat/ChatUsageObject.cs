using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes usage in normal form as the <c>usage</c> object that <see cref="ChatUsageCounts"/> reads back, with the
/// details that callers see.</summary>
internal static class ChatUsageObject
{
    /// <summary>The most bytes that are written.</summary>
    public const int Bound = 1024;

    public static void Write(in Usage usage, ref ByteSink sink)
    {
        var hasPrompt = (usage.UncachedInput ?? usage.CacheRead ?? usage.CacheWrite ?? usage.CacheWrite1h ?? usage.AudioInput) is not null;
        var hasCompletion = (usage.Output ?? usage.Reasoning ?? usage.AudioOutput) is not null;
        var first = true;
        sink.Append((byte)'{');
        Count("\"prompt_tokens\":"u8, hasPrompt ? usage.PromptTokens : null, ref first, ref sink);
        Count("\"completion_tokens\":"u8, hasCompletion ? usage.CompletionTokens : null, ref first, ref sink);
        Count("\"total_tokens\":"u8, hasPrompt && hasCompletion ? usage.TotalTokens : null, ref first, ref sink);
        if ((usage.CacheRead ?? usage.CacheWrite ?? usage.CacheWrite1h ?? usage.AudioInput) is not null)
        {
            Open("\"prompt_tokens_details\":{"u8, ref first, ref sink);
            Count("\"cached_tokens\":"u8, usage.CacheRead, ref first, ref sink);
            Count("\"cache_write_tokens\":"u8, CacheWrites(usage), ref first, ref sink);
            Count("\"audio_tokens\":"u8, usage.AudioInput, ref first, ref sink);
            Close(ref first, ref sink);
        }

        if ((usage.Reasoning ?? usage.AudioOutput) is not null)
        {
            Open("\"completion_tokens_details\":{"u8, ref first, ref sink);
            Count("\"reasoning_tokens\":"u8, usage.Reasoning, ref first, ref sink);
            Count("\"audio_tokens\":"u8, usage.AudioOutput, ref first, ref sink);
            Close(ref first, ref sink);
        }

        if ((usage.CacheWrite ?? usage.CacheWrite1h) is not null)
        {
            Open("\"cache_creation\":{"u8, ref first, ref sink);
            Count("\"ephemeral_5m_input_tokens\":"u8, usage.CacheWrite, ref first, ref sink);
            Count("\"ephemeral_1h_input_tokens\":"u8, usage.CacheWrite1h, ref first, ref sink);
            Close(ref first, ref sink);
        }

        if (usage.Searches is not null)
        {
            Open("\"server_tool_use\":{"u8, ref first, ref sink);
            Count("\"web_search_requests\":"u8, usage.Searches, ref first, ref sink);
            Close(ref first, ref sink);
        }

        sink.Append((byte)'}');
    }

    private static long? CacheWrites(in Usage usage) =>
        (usage.CacheWrite ?? usage.CacheWrite1h) is null ? null : (usage.CacheWrite ?? 0) + (usage.CacheWrite1h ?? 0);

    private static void Open(ReadOnlySpan<byte> name, ref bool first, ref ByteSink sink)
    {
        Separate(ref first, ref sink);
        sink.Append(name);
        first = true;
    }

    private static void Close(ref bool first, ref ByteSink sink)
    {
        sink.Append((byte)'}');
        first = false;
    }

    private static void Count(ReadOnlySpan<byte> name, long? count, ref bool first, ref ByteSink sink)
    {
        if (count is { } value)
        {
            Separate(ref first, ref sink);
            sink.Append(name);
            sink.Append(value);
        }
    }

    private static void Separate(ref bool first, ref ByteSink sink)
    {
        if (!first)
        {
            sink.Append((byte)',');
        }

        first = false;
    }
}
