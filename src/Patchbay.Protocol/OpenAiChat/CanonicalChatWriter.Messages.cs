using System.Text.Json;

namespace Patchbay.Protocol;

public static partial class CanonicalChatWriter
{
    private static void WriteMessage(Utf8JsonWriter json, ChatForm form, CanonicalMessage message)
    {
        // A result is a message of its own here; what else was said beside it follows.
        var rest = 0;
        foreach (var part in message.Parts)
        {
            if (part is ToolResultPart result)
            {
                WriteResult(json, form, message, result);
            }
            else
            {
                rest++;
            }
        }

        if (rest == 0 && message.Role == CanonicalRole.Tool)
        {
            return;
        }

        if (rest == 0 && message.Parts.Count > 0)
        {
            return;
        }

        json.WriteStartObject();
        json.WriteString("role"u8, message.Role switch
        {
            CanonicalRole.System => "system"u8,
            CanonicalRole.Developer => "developer"u8,
            CanonicalRole.Assistant => "assistant"u8,
            _ => "user"u8,
        });
        Text(json, "name"u8, message.Name);
        if (message.Role == CanonicalRole.Assistant)
        {
            WriteAssistant(json, form, message);
        }
        else
        {
            json.WritePropertyName("content"u8);
            WriteContent(json, form, message.Parts);
        }

        Extensions(json, message.Extensions);
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, ChatForm form, CanonicalMessage message, ToolResultPart result)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "tool"u8);
        Text(json, "tool_call_id"u8, result.CallId);
        Text(json, "name"u8, message.Role == CanonicalRole.Tool ? message.Name : default);
        json.WritePropertyName("content"u8);
        WriteContent(json, form, result.Content);
        if (result.IsError && form.OwnMembers)
        {
            json.WriteBoolean("is_error"u8, true);
        }

        if (message.Role == CanonicalRole.Tool)
        {
            Extensions(json, message.Extensions);
        }

        json.WriteEndObject();
    }

    private static void WriteAssistant(Utf8JsonWriter json, ChatForm form, CanonicalMessage message)
    {
        WriteReplay(json, form, message);
        var content = new List<CanonicalPart>();
        JsonString refusal = default;
        var calls = false;
        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case RefusalPart said: refusal = JsonString.Join(refusal, said.Text); break;
                case ToolCallPart: calls = true; break;
                case ReasoningPart: break;
                default: content.Add(part); break;
            }
        }

        json.WritePropertyName("content"u8);
        if (form.Reasoning == ReasoningReplay.ThinkingParts && PlainText(message) is { IsEmpty: false } thoughts)
        {
            WriteThinking(json, form, thoughts, content);
        }
        else if (content.Count == 0)
        {
            json.WriteNullValue();
        }
        else
        {
            WriteContent(json, form, content);
        }

        Text(json, "refusal"u8, refusal);
        if (calls)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var part in message.Parts)
            {
                if (part is ToolCallPart call)
                {
                    WriteCall(json, form, call);
                }
            }

            json.WriteEndArray();
        }
    }

    private static void WriteCall(Utf8JsonWriter json, ChatForm form, ToolCallPart call)
    {
        json.WriteStartObject();
        Text(json, "id"u8, call.Id);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        Text(json, "name"u8, call.Name);
        json.WritePropertyName("arguments"u8);
        json.WriteRawValue(call.Arguments.IsMissing ? "\"{}\""u8 : call.Arguments.Token, skipInputValidation: true);
        json.WriteEndObject();
        Cache(json, form, call.Cache);
        Extensions(json, call.Extensions);
        json.WriteEndObject();
    }

    // One plain text is written as a string, which every provider takes.
    private static void WriteContent(Utf8JsonWriter json, ChatForm form, List<CanonicalPart> parts)
    {
        if (parts is [TextPart { Extensions.Count: 0 } only] && (only.Cache is null || !form.CacheControl))
        {
            json.WriteRawValue(only.Text.Token, skipInputValidation: true);
            return;
        }

        json.WriteStartArray();
        foreach (var part in parts)
        {
            WritePart(json, form, part);
        }

        json.WriteEndArray();
    }

    private static void WritePart(Utf8JsonWriter json, ChatForm form, CanonicalPart part)
    {
        if (part is OpaquePart opaque)
        {
            json.WriteRawValue(opaque.Json.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        switch (part)
        {
            case TextPart text:
                json.WriteString("type"u8, "text"u8);
                Text(json, "text"u8, text.Text);
                break;
            case RefusalPart refusal:
                json.WriteString("type"u8, "refusal"u8);
                Text(json, "refusal"u8, refusal.Text);
                break;
            case ImagePart image:
                json.WriteString("type"u8, "image_url"u8);
                json.WriteStartObject("image_url"u8);
                Text(json, "url"u8, image.Url);
                Text(json, "detail"u8, image.Detail);
                json.WriteEndObject();
                break;
            case VideoPart video:
                json.WriteString("type"u8, "video_url"u8);
                json.WriteStartObject("video_url"u8);
                Text(json, "url"u8, video.Url);
                json.WriteEndObject();
                break;
            case AudioPart audio:
                json.WriteString("type"u8, "input_audio"u8);
                json.WriteStartObject("input_audio"u8);
                Text(json, "data"u8, audio.Data);
                Text(json, "format"u8, audio.Format);
                json.WriteEndObject();
                break;
            case FilePart file when form.DocumentUrls:
                WriteDocument(json, file);
                break;
            case FilePart file:
                json.WriteString("type"u8, "file"u8);
                json.WriteStartObject("file"u8);
                Text(json, "filename"u8, file.Name);
                Text(json, "file_data"u8, file.Data);
                Text(json, "file_id"u8, file.FileId);
                json.WriteEndObject();
                break;
        }

        Cache(json, form, part.Cache);
        Extensions(json, part.Extensions);
        json.WriteEndObject();
    }

    private static void WriteDocument(Utf8JsonWriter json, FilePart file)
    {
        if (file.Data.IsMissing)
        {
            json.WriteString("type"u8, "file"u8);
            Text(json, "file_id"u8, file.FileId);
            return;
        }

        json.WriteString("type"u8, "document_url"u8);
        Text(json, "document_url"u8, file.Data);
        Text(json, "document_name"u8, file.Name);
    }
}
