using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Cohere;

/// <summary>What an answer will say, as pieces; the stream and the plain body are told from it.</summary>
internal sealed class CoherePlan
{
    // The service's own words before a request, which it counts and does not bill.
    private const int Preamble = 1386;

    public required string Id { get; init; }

    public required string[] Thoughts { get; init; }

    public required string[] Text { get; init; }

    /// <summary>What is said before calls.</summary>
    public required string[] Plan { get; init; }

    public required ToolCall[] Calls { get; init; }

    public required string? Finish { get; init; }

    public required bool HasUsage { get; init; }

    public required long Input { get; init; }

    public required long Cached { get; init; }

    public required long Output { get; init; }

    public static CoherePlan Create(Exchange exchange, ChatPlan chat, bool thinks)
    {
        var settings = exchange.Settings;
        var usage = chat.Usage.As(settings.Usage);
        var calls = chat.ToolCalls.Length > 0;
        return new CoherePlan
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"sim-answer-{chat.Sequence}"),
            Thoughts = thinks ? chat.Thoughts() : [],
            Text = calls ? [] : chat.Texts(),
            Plan = calls ? ["I will", " look", " it up."] : [],
            Calls = chat.ToolCalls,
            Finish = chat.Finish switch
            {
                "stop" => "COMPLETE",
                "length" => "MAX_TOKENS",
                "tool_calls" => "TOOL_CALL",
                "error" => "ERROR",
                var other => other,
            },
            HasUsage = settings.Usage != UsageShape.Missing,
            Input = usage.Prompt,
            Cached = usage.Cached,
            Output = thinks ? usage.Completion : usage.Completion - usage.Reasoning,
        };
    }

    /// <summary>Writes the whole answer.</summary>
    public void WriteWhole(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (Plan.Length > 0)
        {
            json.WriteString("tool_plan"u8, string.Concat(Plan));
        }

        json.WriteStartArray("content"u8);
        WriteContent(json, "thinking", Thoughts);
        WriteContent(json, "text", Text);
        json.WriteEndArray();
        if (Calls.Length > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in Calls)
            {
                WriteCall(json, call, call.Arguments);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteEnd(json);
        json.WriteEndObject();
    }

    public static void WriteCall(Utf8JsonWriter json, ToolCall call, string arguments)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, call.Id);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public void WriteEnd(Utf8JsonWriter json)
    {
        json.WriteString("finish_reason"u8, Finish);
        if (!HasUsage)
        {
            return;
        }

        json.WriteStartObject("usage"u8);
        WriteCounts(json, "billed_units", Input, Output);
        WriteCounts(json, "tokens", Input + Preamble, Output + 4);
        json.WriteNumber("cached_tokens"u8, Cached);
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, long input, long output)
    {
        json.WriteStartObject(name);
        json.WriteNumber("input_tokens"u8, input);
        json.WriteNumber("output_tokens"u8, output);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string type, string[] pieces)
    {
        if (pieces.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteString(type, string.Concat(pieces));
            json.WriteEndObject();
        }
    }
}
