using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads <c>usageMetadata</c> into the normal form (https://ai.google.dev/api/generate-content#UsageMetadata). The
/// prompt's count includes what came from the cache, but not what the provider's own tools put into the prompt; thoughts are
/// counted beside the candidates.</summary>
internal static class GeminiUsage
{
    // More than anything counts, and little enough that sums cannot overflow.
    private const long Most = 1L << 50;

    /// <summary>False when the object has no counts: on Vertex AI all events of a stream but the last say only by which
    /// quota they are served.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out Usage usage)
    {
        long? prompt = null, candidates = null, thoughts = null, cached = null, tools = null, total = null;
        long? audio = null, cachedAudio = null, toolAudio = null, spoken = null;
        var cursor = new JsonCursor(json);
        while (cursor.NextMember())
        {
            if (cursor.Is("promptTokenCount"u8))
            {
                prompt = Count(cursor.Value);
            }
            else if (cursor.Is("candidatesTokenCount"u8))
            {
                candidates = Count(cursor.Value);
            }
            else if (cursor.Is("thoughtsTokenCount"u8))
            {
                thoughts = Count(cursor.Value);
            }
            else if (cursor.Is("cachedContentTokenCount"u8))
            {
                cached = Count(cursor.Value);
            }
            else if (cursor.Is("toolUsePromptTokenCount"u8))
            {
                tools = Count(cursor.Value);
            }
            else if (cursor.Is("totalTokenCount"u8))
            {
                total = Count(cursor.Value);
            }
            else if (cursor.Is("promptTokensDetails"u8))
            {
                audio = Audio(cursor.Value);
            }
            else if (cursor.Is("cacheTokensDetails"u8))
            {
                cachedAudio = Audio(cursor.Value);
            }
            else if (cursor.Is("toolUsePromptTokensDetails"u8))
            {
                toolAudio = Audio(cursor.Value);
            }
            else if (cursor.Is("candidatesTokensDetails"u8))
            {
                spoken = Audio(cursor.Value);
            }
        }

        usage = default;
        if (prompt is null && candidates is null && thoughts is null)
        {
            return false;
        }

        // Some backends count the thoughts among the candidates; the total tells which.
        if (thoughts is > 0 && candidates >= thoughts && total == (prompt ?? 0) + candidates + (tools ?? 0))
        {
            candidates -= thoughts;
        }

        var input = (prompt ?? 0) + (tools ?? 0);
        var fromCache = Math.Min(cached ?? 0, input);
        var heard = Math.Min(Math.Max(0, (audio ?? 0) + (toolAudio ?? 0) - (cachedAudio ?? 0)), input - fromCache);
        var said = Math.Min(spoken ?? 0, candidates ?? 0);
        usage = new Usage
        {
            UncachedInput = prompt is null && tools is null ? null : input - fromCache - heard,
            CacheRead = cached is null ? null : fromCache,
            AudioInput = audio is null ? null : heard,
            Output = candidates is null ? null : candidates - said,
            Reasoning = thoughts,
            AudioOutput = spoken is null ? null : said,
        };
        return true;
    }

    private static long? Count(ReadOnlySpan<byte> value) => JsonScalar.Count(value) is { } count ? Math.Min(count, Most) : null;

    // [{"modality":"AUDIO","tokenCount":12}, …]; null when no sound is among them.
    private static long? Audio(ReadOnlySpan<byte> json)
    {
        long? audio = null;
        var details = new JsonCursor(json);
        while (details.NextItem())
        {
            var isAudio = false;
            long? count = null;
            var detail = new JsonCursor(details.Value);
            while (detail.NextMember())
            {
                if (detail.Is("modality"u8))
                {
                    isAudio = detail.Value.SequenceEqual("\"AUDIO\""u8);
                }
                else if (detail.Is("tokenCount"u8))
                {
                    count = Count(detail.Value);
                }
            }

            if (isAudio)
            {
                audio = Math.Min((audio ?? 0) + (count ?? 0), Most);
            }
        }

        return audio;
    }
}
