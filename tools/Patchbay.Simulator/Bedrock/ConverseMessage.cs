using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Simulator.Anthropic;
using Patchbay.Simulator.OpenAi;

namespace Patchbay.Simulator.Bedrock;

/// <summary>A whole answer (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, response), and
/// the parts of it that a stream has too.</summary>
internal static class ConverseMessage
{
    public static void Write(MessagesPlan plan, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartObject("metrics"u8);
        json.WriteNumber("latencyMs"u8, 7);
        json.WriteEndObject();
        json.WriteStartObject("output"u8);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        WriteBlocks(plan, json);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        WriteStop(plan, json);
        WriteUsage(plan, json);
        json.WriteEndObject();
    }

    public static void WriteStop(MessagesPlan plan, Utf8JsonWriter json)
    {
        if (plan.StopReason is not null)
        {
            json.WriteString("stopReason"u8, plan.StopReason == "refusal" ? "content_filtered" : plan.StopReason);
        }
    }

    public static void WriteUsage(MessagesPlan plan, Utf8JsonWriter json)
    {
        if (!plan.HasUsage)
        {
            return;
        }

        var usage = plan.Usage;
        json.WriteStartObject("usage"u8);
        json.WriteNumber("inputTokens"u8, usage.Input);
        json.WriteNumber("outputTokens"u8, usage.Output);
        json.WriteNumber("totalTokens"u8, usage.Input + usage.Output + usage.CacheRead + usage.Write5m + usage.Write1h);
        json.WriteNumber("cacheReadInputTokens"u8, usage.CacheRead);
        json.WriteNumber("cacheWriteInputTokens"u8, usage.Write5m + usage.Write1h);
        if (usage.Write1h > 0)
        {
            json.WriteStartArray("cacheDetails"u8);
            json.WriteStartObject();
            json.WriteString("ttl"u8, "1h"u8);
            json.WriteNumber("inputTokens"u8, usage.Write1h);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Redacted thoughts are bytes, and so base64 in JSON.</summary>
    public static string Redacted(string data) => Convert.ToBase64String(Encoding.UTF8.GetBytes(data));

    private static void WriteBlocks(MessagesPlan plan, Utf8JsonWriter json)
    {
        if (plan.Thoughts.Length > 0)
        {
            WriteReasoning(json, () =>
            {
                json.WriteStartObject("reasoningText"u8);
                json.WriteString("text"u8, plan.Thought);
                json.WriteString("signature"u8, ThinkingSignature.Of(plan.Thought));
                json.WriteEndObject();
            });
        }

        foreach (var data in plan.Redacted)
        {
            WriteReasoning(json, () => json.WriteString("redactedContent"u8, Redacted(data)));
        }

        if (plan.Text.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, string.Concat(plan.Text));
            json.WriteEndObject();
        }

        foreach (var call in plan.Calls)
        {
            WriteCall(json, call);
        }
    }

    private static void WriteReasoning(Utf8JsonWriter json, Action write)
    {
        json.WriteStartObject();
        json.WriteStartObject("reasoningContent"u8);
        write();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, ToolCall call)
    {
        json.WriteStartObject();
        json.WriteStartObject("toolUse"u8);
        json.WriteString("toolUseId"u8, call.Id);
        json.WriteString("name"u8, call.Name);
        json.WritePropertyName("input"u8);
        json.WriteRawValue(call.Arguments);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
