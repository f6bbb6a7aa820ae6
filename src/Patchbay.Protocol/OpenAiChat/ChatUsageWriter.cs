using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Writes the <c>usage</c> object of an answer: what the provider reported, our counts, and the cost.</summary>
internal static class ChatUsageWriter
{
    /// <summary>The most bytes that are written for a usage object of this length.</summary>
    public static int Bound(int reported, in Charge charge) => reported + charge.Parts.Length + 1024;

    /// <summary>Copies the provider's members, sets the three token counts to what was charged for, fills in the details
    /// that the provider left out, and adds the cost. The provider's own cost members are left out.</summary>
    /// <param name="reported">The provider's usage object, known to be valid; empty when there was none.</param>
    /// <param name="usage">What was charged for.</param>
    /// <param name="charge">What it costs.</param>
    /// <param name="sink">Receives the object.</param>
    public static void Write(ReadOnlySpan<byte> reported, in Usage usage, in Charge charge, ref ByteSink sink)
    {
        if (!charge.Parts.IsEmpty)
        {
            reported = default;
        }

        var hasPromptDetails = false;
        var hasCompletionDetails = false;
        sink.Append("{\"prompt_tokens\":"u8);
        sink.Append(usage.PromptTokens);
        sink.Append(",\"completion_tokens\":"u8);
        sink.Append(usage.CompletionTokens);
        sink.Append(",\"total_tokens\":"u8);
        sink.Append(usage.TotalTokens);
        if (!reported.IsEmpty)
        {
            var reader = new Utf8JsonReader(reported, JsonText.Strict);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var start = (int)reader.TokenStartIndex;
                if (IsOurs(reader))
                {
                    reader.Read();
                    reader.Skip();
                    continue;
                }

                var isPrompt = reader.ValueTextEquals("prompt_tokens_details"u8);
                var isCompletion = reader.ValueTextEquals("completion_tokens_details"u8);
                reader.Read();
                var value = (int)reader.TokenStartIndex;
                if ((isPrompt && hasPromptDetails) || (isCompletion && hasCompletionDetails)
                    || ((isPrompt || isCompletion) && reader.TokenType != JsonTokenType.StartObject))
                {
                    reader.Skip();
                    continue;
                }

                reader.Skip();
                hasPromptDetails |= isPrompt;
                hasCompletionDetails |= isCompletion;
                sink.Append((byte)',');
                sink.Append(reported[start..value]);
                var json = reported[value..(int)reader.BytesConsumed];
                if (isPrompt)
                {
                    AppendPromptDetails(json, usage, ref sink);
                }
                else if (isCompletion)
                {
                    AppendCompletionDetails(json, usage, ref sink);
                }
                else
                {
                    sink.Append(json);
                }
            }
        }

        if (!hasPromptDetails)
        {
            sink.Append(",\"prompt_tokens_details\":"u8);
            AppendPromptDetails(default, usage, ref sink);
        }

        if (!hasCompletionDetails)
        {
            sink.Append(",\"completion_tokens_details\":"u8);
            AppendCompletionDetails(default, usage, ref sink);
        }

        AppendCharge(usage, charge, ref sink);
        sink.Append((byte)'}');
    }

    private static bool IsOurs(in Utf8JsonReader reader) =>
        reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("completion_tokens"u8)
        || reader.ValueTextEquals("total_tokens"u8) || reader.ValueTextEquals("cost"u8)
        || reader.ValueTextEquals("is_byok"u8) || reader.ValueTextEquals("cost_details"u8)
        || reader.ValueTextEquals("estimated"u8);

    private static void AppendPromptDetails(ReadOnlySpan<byte> reported, in Usage usage, ref ByteSink sink)
    {
        var hasMembers = Open(reported, ref sink);
        Fill(reported, "\"cached_tokens\""u8, usage.CacheRead, ref hasMembers, ref sink);
        Fill(reported, "\"cache_write_tokens\""u8, usage.CacheWrite is null && usage.CacheWrite1h is null
            ? null
            : (usage.CacheWrite ?? 0) + (usage.CacheWrite1h ?? 0), ref hasMembers, ref sink);
        Fill(reported, "\"audio_tokens\""u8, usage.AudioInput, ref hasMembers, ref sink);
        sink.Append((byte)'}');
    }

    private static void AppendCompletionDetails(ReadOnlySpan<byte> reported, in Usage usage, ref ByteSink sink)
    {
        var hasMembers = Open(reported, ref sink);
        Fill(reported, "\"reasoning_tokens\""u8, usage.Reasoning, ref hasMembers, ref sink);
        Fill(reported, "\"audio_tokens\""u8, usage.AudioOutput, ref hasMembers, ref sink);
        sink.Append((byte)'}');
    }

    // Copies an object without its closing brace. True when it has members.
    private static bool Open(ReadOnlySpan<byte> reported, ref ByteSink sink)
    {
        var inside = reported.IsEmpty ? default : reported[1..^1].TrimEnd(" \t\r\n"u8);
        sink.Append((byte)'{');
        sink.Append(inside);
        return !inside.IsEmpty;
    }

    private static void Fill(
        ReadOnlySpan<byte> reported, ReadOnlySpan<byte> quotedName, long? count, ref bool hasMembers, ref ByteSink sink)
    {
        if (reported.IndexOf(quotedName) >= 0)
        {
            return;
        }

        if (hasMembers)
        {
            sink.Append((byte)',');
        }

        hasMembers = true;
        sink.Append(quotedName);
        sink.Append((byte)':');
        sink.Append(count ?? 0);
    }

    private static void AppendCharge(in Usage usage, in Charge charge, ref ByteSink sink)
    {
        sink.Append(",\"cost\":"u8);
        sink.Append(charge.Cost);
        sink.Append(charge.IsByok ? ",\"is_byok\":true"u8 : ",\"is_byok\":false"u8);
        sink.Append(",\"cost_details\":{\"upstream_inference_cost\":"u8);
        if (charge.UpstreamCost is { } upstream)
        {
            sink.Append(upstream);
        }
        else
        {
            sink.Append("null"u8);
        }

        sink.Append(",\"upstream_inference_prompt_cost\":"u8);
        sink.Append(charge.PromptCost);
        sink.Append(",\"upstream_inference_completions_cost\":"u8);
        sink.Append(charge.CompletionCost);
        sink.Append((byte)'}');
        if (usage.Estimated)
        {
            sink.Append(",\"estimated\":true"u8);
        }

        if (!charge.Parts.IsEmpty)
        {
            sink.Append(",\"patchbay\":"u8);
            sink.Append(charge.Parts.Span);
        }
    }
}
