using System.Text.Json;

namespace Patchbay.Protocol;

public static partial class CanonicalChatWriter
{
    // The reasoning of an earlier answer, as far as the provider takes it back.
    private static void WriteReplay(Utf8JsonWriter json, ChatForm form, CanonicalMessage message)
    {
        switch (form.Reasoning)
        {
            case ReasoningReplay.Details:
                Text(json, "reasoning"u8, message.PlainReasoning);
                WriteDetails(json, message);
                break;
            case ReasoningReplay.Content:
                Text(json, "reasoning_content"u8, PlainText(message));
                break;
            default:
                break;
        }
    }

    private static void WriteThinking(
        Utf8JsonWriter json, ChatForm form, JsonString thoughts, List<CanonicalPart> content)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("type"u8, "thinking"u8);
        json.WriteStartArray("thinking"u8);
        WritePart(json, form, new TextPart(thoughts));
        json.WriteEndArray();
        json.WriteEndObject();
        foreach (var part in content)
        {
            WritePart(json, form, part);
        }

        json.WriteEndArray();
    }

    private static JsonString PlainText(CanonicalMessage message)
    {
        var text = message.PlainReasoning;
        if (!text.IsMissing)
        {
            return text;
        }

        foreach (var part in message.Parts)
        {
            if (part is ReasoningPart { Kind: ReasoningKind.Text or ReasoningKind.Summary } reasoning)
            {
                text = JsonString.Join(text, reasoning.Text);
            }
        }

        return text;
    }

    private static void WriteDetails(Utf8JsonWriter json, CanonicalMessage message)
    {
        var open = false;
        foreach (var part in message.Parts)
        {
            if (part is ReasoningPart reasoning)
            {
                if (!open)
                {
                    json.WriteStartArray("reasoning_details"u8);
                    open = true;
                }

                WriteDetail(json, reasoning);
            }
        }

        if (open)
        {
            json.WriteEndArray();
        }
    }

    private static void WriteDetail(Utf8JsonWriter json, ReasoningPart part)
    {
        if (!part.Json.IsEmpty)
        {
            json.WriteRawValue(part.Json.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        switch (part.Kind)
        {
            case ReasoningKind.Summary:
                json.WriteString("type"u8, "reasoning.summary"u8);
                Text(json, "summary"u8, part.Text);
                break;
            case ReasoningKind.Encrypted:
                json.WriteString("type"u8, "reasoning.encrypted"u8);
                Text(json, "data"u8, part.Text);
                break;
            default:
                json.WriteString("type"u8, "reasoning.text"u8);
                Text(json, "text"u8, part.Text);
                Text(json, "signature"u8, part.Signature);
                break;
        }

        Text(json, "format"u8, part.Format);
        Text(json, "id"u8, part.Id);
        Whole(json, "index"u8, part.Index);
        json.WriteEndObject();
    }
}
