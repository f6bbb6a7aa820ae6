using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Anthropic;

/// <summary>What a message will say, as pieces; the stream and the plain body are told from it.</summary>
internal sealed class MessagesPlan
{
    public required string Id { get; init; }

    public required string Model { get; init; }

    /// <summary>The pieces of the thought; empty for none.</summary>
    public required string[] Thoughts { get; init; }

    /// <summary>Thoughts that only the simulator can read, each a block of its own.</summary>
    public required string[] Redacted { get; init; }

    /// <summary>The pieces of the text; empty for none.</summary>
    public required string[] Text { get; init; }

    public required ToolCall[] Calls { get; init; }

    public required string? StopReason { get; init; }

    /// <summary>Why the model refused; null when it did not.</summary>
    public required string? Explanation { get; init; }

    public required Counts Usage { get; init; }

    public required bool HasUsage { get; init; }

    public int OutputTokens => (int)Usage.Output;

    public string Thought => string.Concat(Thoughts);

    public static MessagesPlan Create(Exchange exchange, ChatPlan chat, bool thinks, string? cacheTtl)
    {
        var settings = exchange.Settings;
        var thoughts = thinks ? chat.Thoughts() : [];
        var text = chat.ToolCalls.Length > 0 || chat.IsRefusal ? [] : chat.Texts();
        var usage = chat.Usage.As(settings.Usage);
        var written = settings.Cached == 0 && cacheTtl is not null ? usage.Prompt / 2 : 0;
        return new MessagesPlan
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"msg_sim_{chat.Sequence}"),
            Model = chat.Model,
            Thoughts = thoughts,
            Redacted = thinks ? RedactedOf(chat, settings.Redacted) : [],
            Text = text,
            Calls = chat.ToolCalls,
            StopReason = chat.IsRefusal ? "refusal" : chat.Finish switch
            {
                "stop" => "end_turn",
                "length" => "max_tokens",
                "tool_calls" => "tool_use",
                var other => other,
            },
            Explanation = chat.IsRefusal ? string.Concat(chat.Texts()) : null,
            HasUsage = settings.Usage != UsageShape.Missing,
            Usage = new Counts
            {
                Input = usage.Prompt - Math.Min(settings.Cached, Math.Max(0, usage.Prompt)) - written,
                CacheRead = settings.Cached,
                Write5m = cacheTtl == "1h" ? 0 : written,
                Write1h = cacheTtl == "1h" ? written : 0,
                Output = thinks ? usage.Completion : usage.Completion - usage.Reasoning,
                Thinking = thinks ? usage.Reasoning : 0,
            },
        };
    }

    /// <summary>Writes the whole message.</summary>
    public void WriteMessage(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        WriteHead(json);
        json.WriteStartArray("content"u8);
        if (Thoughts.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "thinking"u8);
            json.WriteString("thinking"u8, Thought);
            json.WriteString("signature"u8, ThinkingSignature.Of(Thought));
            json.WriteEndObject();
        }

        foreach (var data in Redacted)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "redacted_thinking"u8);
            json.WriteString("data"u8, data);
            json.WriteEndObject();
        }

        if (Text.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, string.Concat(Text));
            json.WriteEndObject();
        }

        foreach (var call in Calls)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "tool_use"u8);
            json.WriteString("id"u8, call.Id);
            json.WriteString("name"u8, call.Name);
            json.WritePropertyName("input"u8);
            json.WriteRawValue(call.Arguments);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteEnd(json);
        WriteUsage(json, Usage.Output);
        json.WriteEndObject();
    }

    public void WriteHead(Utf8JsonWriter json)
    {
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, Model);
    }

    public void WriteEnd(Utf8JsonWriter json)
    {
        json.WriteString("stop_reason"u8, StopReason);
        json.WriteNull("stop_sequence"u8);
        if (Explanation is not null)
        {
            json.WriteStartObject("stop_details"u8);
            json.WriteString("type"u8, "refusal"u8);
            json.WriteString("explanation"u8, Explanation);
            json.WriteEndObject();
        }
    }

    public void WriteUsage(Utf8JsonWriter json, long output)
    {
        if (!HasUsage)
        {
            return;
        }

        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, Usage.Input);
        json.WriteNumber("cache_creation_input_tokens"u8, Usage.Write5m + Usage.Write1h);
        json.WriteNumber("cache_read_input_tokens"u8, Usage.CacheRead);
        json.WriteStartObject("cache_creation"u8);
        json.WriteNumber("ephemeral_5m_input_tokens"u8, Usage.Write5m);
        json.WriteNumber("ephemeral_1h_input_tokens"u8, Usage.Write1h);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, output);
        if (Usage.Thinking > 0 && output == Usage.Output)
        {
            json.WriteStartObject("output_tokens_details"u8);
            json.WriteNumber("thinking_tokens"u8, Usage.Thinking);
            json.WriteEndObject();
        }

        json.WriteString("service_tier"u8, "standard"u8);
        json.WriteEndObject();
    }

    private static string[] RedactedOf(ChatPlan chat, int count)
    {
        var pieces = new string[count];
        for (var i = 0; i < count; i++)
        {
            pieces[i] = ThinkingSignature.Redact(string.Create(CultureInfo.InvariantCulture, $"{ChatPlan.Opening}{chat.Sequence}.{i}"));
        }

        return pieces;
    }

    /// <summary>Token counts as this API reports them.</summary>
    internal readonly record struct Counts
    {
        public long Input { get; init; }

        public long CacheRead { get; init; }

        public long Write5m { get; init; }

        public long Write1h { get; init; }

        public long Output { get; init; }

        public long Thinking { get; init; }
    }
}
