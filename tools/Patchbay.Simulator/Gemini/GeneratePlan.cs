using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Gemini;

/// <summary>What an answer will say, as pieces; the stream and the plain body are told from it.</summary>
internal sealed class GeneratePlan
{
    public required long Sequence { get; init; }

    public required string Model { get; init; }

    /// <summary>The pieces of the thought; empty where none is shown.</summary>
    public required string[] Thoughts { get; init; }

    /// <summary>The pieces of the text; empty for none.</summary>
    public required string[] Text { get; init; }

    public required ToolCall[] Calls { get; init; }

    /// <summary>Why it ended; null when it does not say.</summary>
    public required string? Finish { get; init; }

    /// <summary>Why there is no answer; null when there is one.</summary>
    public required string? Block { get; init; }

    /// <summary>Whether the last text, or the first call, is signed.</summary>
    public required bool Signs { get; init; }

    /// <summary>Whether calls have ids: those of the Gemini API have since Gemini 3.</summary>
    public required bool GivesIds { get; init; }

    public required bool HasUsage { get; init; }

    public required long Prompt { get; init; }

    public required long Cached { get; init; }

    public required long Output { get; init; }

    public required long Thinking { get; init; }

    public static GeneratePlan Create(Exchange exchange, ChatPlan chat, GenerateRequest request)
    {
        var settings = exchange.Settings;
        var usage = chat.Usage.As(settings.Usage);
        return new GeneratePlan
        {
            Sequence = chat.Sequence,
            Model = chat.Model,
            Thoughts = request.ShowsThoughts ? chat.Thoughts() : [],
            Text = chat.ToolCalls.Length > 0 || chat.IsRefusal ? [] : chat.Texts(),
            Calls = chat.ToolCalls,
            Finish = chat.Finish switch
            {
                "stop" or "tool_calls" => "STOP",
                "length" => "MAX_TOKENS",
                "error" => "OTHER",
                var other => other,
            },
            Block = chat.IsRefusal ? "PROHIBITED_CONTENT" : null,
            Signs = settings.Reasoning > 0,
            GivesIds = !request.IsVertex && GenerateRequest.IsStrict(chat.Model),
            HasUsage = settings.Usage != UsageShape.Missing,
            Prompt = usage.Prompt,
            Cached = usage.Cached,
            Output = chat.IsRefusal ? 0 : usage.Completion - usage.Reasoning,
            Thinking = chat.IsRefusal ? 0 : usage.Reasoning,
        };
    }

    /// <summary>Writes the whole answer, indented as the API does.</summary>
    public void WriteWhole(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        WriteResponse(json, Finish, Output, parts =>
        {
            if (Thoughts.Length > 0)
            {
                WriteThought(parts, string.Concat(Thoughts));
            }

            if (Text.Length > 0)
            {
                WriteText(parts, string.Concat(Text), Signs);
            }

            for (var i = 0; i < Calls.Length; i++)
            {
                WriteCall(parts, Calls[i], Signs && i == 0);
            }
        });
    }

    public void WriteResponse(Utf8JsonWriter json, string? finish, long output, Action<Utf8JsonWriter> writeParts)
    {
        json.WriteStartObject();
        if (Block is not null)
        {
            json.WriteStartObject("promptFeedback"u8);
            json.WriteString("blockReason"u8, Block);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("candidates"u8);
            json.WriteStartObject();
            json.WriteStartObject("content"u8);
            json.WriteStartArray("parts"u8);
            writeParts(json);
            json.WriteEndArray();
            json.WriteString("role"u8, "model"u8);
            json.WriteEndObject();
            if (finish is not null)
            {
                json.WriteString("finishReason"u8, finish);
            }

            json.WriteNumber("index"u8, 0);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        WriteUsage(json, output);
        json.WriteString("modelVersion"u8, Model);
        json.WriteString("responseId"u8, string.Create(CultureInfo.InvariantCulture, $"sim-response-{Sequence}"));
        json.WriteEndObject();
    }

    public static void WriteThought(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteBoolean("thought"u8, true);
        json.WriteEndObject();
    }

    public void WriteText(Utf8JsonWriter json, string text, bool isSigned)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        if (isSigned)
        {
            json.WriteString("thoughtSignature"u8, ThoughtSignature.OfText(Sequence, text));
        }

        json.WriteEndObject();
    }

    public void WriteCall(Utf8JsonWriter json, ToolCall call, bool isSigned)
    {
        // The API sends objects only: arguments that are none cannot be said.
        var arguments = IsObject(call.Arguments) ? call.Arguments : "{}";
        json.WriteStartObject();
        json.WriteStartObject("functionCall"u8);
        if (GivesIds)
        {
            json.WriteString("id"u8, call.Id);
        }

        json.WriteString("name"u8, call.Name);
        json.WritePropertyName("args"u8);
        json.WriteRawValue(arguments);
        json.WriteEndObject();
        if (isSigned)
        {
            json.WriteString("thoughtSignature"u8, ThoughtSignature.OfCall(Sequence, call.Name, arguments));
        }

        json.WriteEndObject();
    }

    // https://ai.google.dev/api/generate-content#UsageMetadata
    private void WriteUsage(Utf8JsonWriter json, long output)
    {
        if (!HasUsage)
        {
            return;
        }

        json.WriteStartObject("usageMetadata"u8);
        json.WriteNumber("promptTokenCount"u8, Prompt);
        if (Cached > 0)
        {
            json.WriteNumber("cachedContentTokenCount"u8, Cached);
        }

        json.WriteNumber("candidatesTokenCount"u8, output);
        if (Thinking > 0)
        {
            json.WriteNumber("thoughtsTokenCount"u8, Thinking);
        }

        json.WriteNumber("totalTokenCount"u8, Prompt + output + Thinking);
        json.WriteEndObject();
    }

    private static bool IsObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
