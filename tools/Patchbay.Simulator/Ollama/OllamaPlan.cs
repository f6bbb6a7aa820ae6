using System.Buffers;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Ollama;

/// <summary>What an answer will say, as pieces; the stream and the plain body are told from it.</summary>
internal sealed class OllamaPlan
{
    public required string Model { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required string[] Thoughts { get; init; }

    public required string[] Text { get; init; }

    public required ToolCall[] Calls { get; init; }

    /// <summary>Why it ended; null when it does not say.</summary>
    public required string? Reason { get; init; }

    public required bool HasUsage { get; init; }

    public required long Prompt { get; init; }

    public required long Output { get; init; }

    public static OllamaPlan Create(Exchange exchange, ChatPlan chat, bool thinks)
    {
        var settings = exchange.Settings;
        var usage = chat.Usage.As(settings.Usage);
        return new OllamaPlan
        {
            Model = chat.Model,
            Created = exchange.Options.Time.GetUtcNow(),
            Thoughts = thinks ? chat.Thoughts() : [],
            Text = chat.ToolCalls.Length > 0 ? [] : chat.Texts(),
            Calls = chat.ToolCalls,

            // Calls are no reason of its own.
            Reason = chat.Finish == "tool_calls" ? "stop" : chat.Finish,
            HasUsage = settings.Usage != UsageShape.Missing,
            Prompt = usage.Prompt,
            Output = thinks ? usage.Completion : usage.Completion - usage.Reasoning,
        };
    }

    /// <summary>Writes the whole answer.</summary>
    public void WriteWhole(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        Write(json, isLast: true, json =>
        {
            json.WriteString("content"u8, string.Concat(Text));
            if (Thoughts.Length > 0)
            {
                json.WriteString("thinking"u8, string.Concat(Thoughts));
            }

            if (Calls.Length > 0)
            {
                WriteCalls(json, Calls);
            }
        });
    }

    /// <summary>Writes one object of a stream, or the only one.</summary>
    public void Write(Utf8JsonWriter json, bool isLast, Action<Utf8JsonWriter> writeMessage)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, Model);
        json.WriteString("created_at"u8, Created);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        writeMessage(json);
        json.WriteEndObject();
        json.WriteBoolean("done"u8, isLast);
        if (isLast)
        {
            json.WriteString("done_reason"u8, Reason);
            json.WriteNumber("total_duration"u8, 4_883_583_458);
            if (HasUsage)
            {
                json.WriteNumber("prompt_eval_count"u8, Prompt);
                json.WriteNumber("eval_count"u8, Output);
            }
        }

        json.WriteEndObject();
    }

    public static void WriteCalls(Utf8JsonWriter json, ReadOnlySpan<ToolCall> calls)
    {
        json.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.Id);
            json.WriteStartObject("function"u8);
            json.WriteNumber("index"u8, call.Index);
            json.WriteString("name"u8, call.Name);
            json.WritePropertyName("arguments"u8);
            json.WriteRawValue(call.Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
