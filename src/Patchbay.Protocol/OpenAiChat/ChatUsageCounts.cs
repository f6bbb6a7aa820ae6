using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>The counts of a <c>usage</c> object as providers of the OpenAI dialect report them, and the rules that bring
/// them into normal form. What a provider says about itself stands next to the name it uses.</summary>
internal struct ChatUsageCounts
{
    private const long Absurd = 1_000_000_000;

    private long? _prompt;
    private long? _completion;
    private long? _total;
    private long? _cacheRead;
    private long? _cacheWrite;
    private long? _cacheWrite5m;
    private long? _cacheWrite1h;
    private long? _audioIn;
    private long? _audioOut;
    private long? _reasoning;
    private long? _searches;

    private enum Part
    {
        Usage,
        PromptDetails,
        CompletionDetails,
        CacheCreation,
        ServerTools,
        Other,
    }

    /// <summary>Reads an object into the counts; of a count that was read before, the larger stays, because some
    /// providers send a running total with each event. The reader stands on the object's start and ends on its end.</summary>
    public void Read(ref Utf8JsonReader reader) => Read(ref reader, Part.Usage);

    /// <summary>The normal form. False when neither input nor output was reported.</summary>
    public readonly bool TryNormalise(out Usage usage)
    {
        usage = default;
        var prompt = _prompt ?? (_total - _completion is >= 0 and var rest ? rest : null);
        var completion = _completion ?? (_total - prompt is >= 0 and var other ? other : null);
        if (prompt is null && completion is null)
        {
            return false;
        }

        var left = prompt ?? 0;
        var cacheRead = Take(_cacheRead, ref left);
        var cacheWrite1h = Take(_cacheWrite1h, ref left);
        var cacheWrite = Take(_cacheWrite5m ?? (_cacheWrite - (_cacheWrite1h ?? 0)), ref left);
        var audioIn = Take(_audioIn, ref left);

        var output = completion ?? 0;
        long? reasoning;
        if (_reasoning is > 0 && _total == (prompt ?? 0) + output + _reasoning)
        {
            // xAI counts reasoning beside completion_tokens, not in it: https://docs.x.ai/docs/guides/reasoning.
            reasoning = _reasoning;
        }
        else
        {
            reasoning = Take(_reasoning, ref output);
        }

        var audioOut = Take(_audioOut, ref output);
        usage = new Usage
        {
            UncachedInput = prompt is null ? null : left,
            CacheRead = cacheRead,
            CacheWrite = cacheWrite,
            CacheWrite1h = cacheWrite1h,
            AudioInput = audioIn,
            Output = completion is null ? null : output,
            Reasoning = reasoning,
            AudioOutput = audioOut,
            Searches = _searches,
        };
        return true;
    }

    // A part never exceeds the whole that it is part of.
    private static long? Take(long? part, ref long whole)
    {
        if (part is not { } count)
        {
            return null;
        }

        count = Math.Clamp(count, 0, whole);
        whole -= count;
        return count;
    }

    private void Read(ref Utf8JsonReader reader, Part part)
    {
        Span<byte> scratch = stackalloc byte[JsonText.LongestName];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Text(reader, scratch);
            var inner = Part.Other;
            ref var count = ref Slot(part, name, ref inner);
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.Number:
                    Keep(ref count, reader);
                    break;
                case JsonTokenType.StartObject when inner != Part.Other:
                    Read(ref reader, inner);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static void Keep(ref long? count, in Utf8JsonReader reader)
    {
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count))
        {
            return;
        }

        if (!reader.TryGetInt64(out var value))
        {
            if (!reader.TryGetDouble(out var real) || real is not (>= 0 and <= Absurd) || real != Math.Truncate(real))
            {
                return;
            }

            value = (long)real;
        }

        // A negative or absurd count is no report at all.
        if (value is >= 0 and <= Absurd && (count is null || value > count))
        {
            count = value;
        }
    }

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private ref long? Slot(Part part, scoped ReadOnlySpan<byte> name, ref Part inner)
    {
        switch (part)
        {
            case Part.Usage:
                return ref UsageSlot(name, ref inner);

            // https://platform.openai.com/docs/api-reference/chat/object (usage.prompt_tokens_details).
            case Part.PromptDetails when name.SequenceEqual("cached_tokens"u8):
                return ref _cacheRead;
            case Part.PromptDetails when name.SequenceEqual("audio_tokens"u8):
                return ref _audioIn;

            // OpenRouter's name (https://openrouter.ai/docs/api-reference/overview), then Alibaba's
            // (https://www.alibabacloud.com/help/en/model-studio/context-cache).
            case Part.PromptDetails when name.SequenceEqual("cache_write_tokens"u8):
            case Part.PromptDetails when name.SequenceEqual("cache_creation_input_tokens"u8):
            case Part.PromptDetails when name.SequenceEqual("cache_creation_tokens"u8):
                return ref _cacheWrite;
            case Part.PromptDetails when name.SequenceEqual("cache_creation"u8):
                inner = Part.CacheCreation;
                break;

            case Part.CompletionDetails when name.SequenceEqual("reasoning_tokens"u8):
                return ref _reasoning;
            case Part.CompletionDetails when name.SequenceEqual("audio_tokens"u8):
                return ref _audioOut;

            // https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching (usage.cache_creation).
            case Part.CacheCreation when name.SequenceEqual("ephemeral_5m_input_tokens"u8):
                return ref _cacheWrite5m;
            case Part.CacheCreation when name.SequenceEqual("ephemeral_1h_input_tokens"u8):
                return ref _cacheWrite1h;

            case Part.ServerTools when name.SequenceEqual("web_search_requests"u8):
                return ref _searches;
            default:
                break;
        }

        return ref System.Runtime.CompilerServices.Unsafe.NullRef<long?>();
    }

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private ref long? UsageSlot(scoped ReadOnlySpan<byte> name, ref Part inner)
    {
        if (name.SequenceEqual("prompt_tokens"u8) || name.SequenceEqual("input_tokens"u8))
        {
            return ref _prompt;
        }

        if (name.SequenceEqual("completion_tokens"u8) || name.SequenceEqual("output_tokens"u8))
        {
            return ref _completion;
        }

        if (name.SequenceEqual("total_tokens"u8))
        {
            return ref _total;
        }

        // prompt_cache_hit_tokens: https://api-docs.deepseek.com/guides/kv_cache.
        // cached_tokens at the top: https://platform.moonshot.ai/docs/api/chat (usage).
        // cache_read_input_tokens: https://docs.litellm.ai/docs/completion/prompt_caching.
        if (name.SequenceEqual("prompt_cache_hit_tokens"u8) || name.SequenceEqual("cached_tokens"u8)
            || name.SequenceEqual("cache_read_input_tokens"u8))
        {
            return ref _cacheRead;
        }

        if (name.SequenceEqual("cache_creation_input_tokens"u8))
        {
            return ref _cacheWrite;
        }

        // https://docs.perplexity.ai/api-reference/chat-completions-post (usage.num_search_queries, reasoning_tokens).
        if (name.SequenceEqual("num_search_queries"u8))
        {
            return ref _searches;
        }

        if (name.SequenceEqual("reasoning_tokens"u8))
        {
            return ref _reasoning;
        }

        inner = name switch
        {
            _ when name.SequenceEqual("prompt_tokens_details"u8) => Part.PromptDetails,
            _ when name.SequenceEqual("input_tokens_details"u8) => Part.PromptDetails,
            _ when name.SequenceEqual("completion_tokens_details"u8) => Part.CompletionDetails,
            _ when name.SequenceEqual("output_tokens_details"u8) => Part.CompletionDetails,
            _ when name.SequenceEqual("cache_creation"u8) => Part.CacheCreation,
            _ when name.SequenceEqual("server_tool_use"u8) => Part.ServerTools,
            _ when name.SequenceEqual("server_tool_use_details"u8) => Part.ServerTools,
            _ => Part.Other,
        };
        return ref System.Runtime.CompilerServices.Unsafe.NullRef<long?>();
    }
}
