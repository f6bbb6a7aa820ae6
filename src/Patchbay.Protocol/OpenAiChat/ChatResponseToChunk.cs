using System.Buffers;
using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>Turns a whole answer into the one chunk that says the same, for providers that answer a streaming request in
/// one piece.</summary>
public static class ChatResponseToChunk
{
    /// <summary>Writes the chunk's JSON: <c>message</c> becomes <c>delta</c>, tool calls get their index, everything else
    /// stays. False when the body is no answer.</summary>
    public static bool Convert(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(body);
        if (!JsonDocument.TryParseValue(ref reader, out var document))
        {
            return false;
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("choices", out var choices)
                || choices.ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            using var writer = new Utf8JsonWriter(output);
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "object":
                        writer.WriteString("object", "chat.completion.chunk");
                        break;
                    case "choices":
                        WriteChoices(choices, writer);
                        break;
                    default:
                        member.WriteTo(writer);
                        break;
                }
            }

            writer.WriteEndObject();
        }

        return true;
    }

    private static void WriteChoices(JsonElement choices, Utf8JsonWriter writer)
    {
        writer.WriteStartArray("choices");
        foreach (var choice in choices.EnumerateArray())
        {
            if (choice.ValueKind != JsonValueKind.Object)
            {
                choice.WriteTo(writer);
                continue;
            }

            writer.WriteStartObject();
            foreach (var member in choice.EnumerateObject())
            {
                if (member.NameEquals("message") && member.Value.ValueKind == JsonValueKind.Object)
                {
                    WriteDelta(member.Value, writer);
                }
                else
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteDelta(JsonElement message, Utf8JsonWriter writer)
    {
        writer.WriteStartObject("delta");
        foreach (var member in message.EnumerateObject())
        {
            if (!member.NameEquals("tool_calls") || member.Value.ValueKind != JsonValueKind.Array)
            {
                member.WriteTo(writer);
                continue;
            }

            writer.WriteStartArray("tool_calls");
            var index = 0;
            foreach (var call in member.Value.EnumerateArray())
            {
                writer.WriteStartObject();
                writer.WriteNumber("index", index++);
                foreach (var part in call.EnumerateObject())
                {
                    if (!part.NameEquals("index"))
                    {
                        part.WriteTo(writer);
                    }
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
