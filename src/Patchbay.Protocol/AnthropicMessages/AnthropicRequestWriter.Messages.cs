using System.Text;
using Patchbay.Core;

namespace Patchbay.Protocol;

// https://docs.claude.com/en/api/messages (system, messages)
internal sealed partial class AnthropicRequestWriter
{
    private static ReadOnlySpan<byte> JsonOnly => "Answer with a single JSON object and nothing else."u8;

    private void WriteSystem()
    {
        var open = false;
        foreach (var message in _request.Messages)
        {
            if (message.Role is CanonicalRole.System or CanonicalRole.Developer)
            {
                foreach (var part in message.Parts)
                {
                    if (part is TextPart { Text.IsBlank: false } text)
                    {
                        OpenSystem(ref open);
                        WriteTextBlock(text.Text, text.Cache);
                    }
                }
            }
        }

        if (_form == AnswerForm.Instruction)
        {
            OpenSystem(ref open);
            var schema = _request.ResponseFormat!.Schema;
            WriteTextBlock(JsonString.Of(Encoding.UTF8.GetString(JsonOnly) + (schema.IsEmpty
                ? ""
                : " It must follow this JSON schema: " + Encoding.UTF8.GetString(schema.Span))), null);
        }

        if (open)
        {
            _json.WriteEndArray();
        }
    }

    private void OpenSystem(ref bool open)
    {
        if (!open)
        {
            _json.WriteStartArray("system"u8);
            open = true;
        }
    }

    // The API wants user and assistant to take turns: what one side says in a row is one message.
    private void WriteMessages()
    {
        _json.WriteStartArray("messages"u8);
        CanonicalRole? speaker = null;
        foreach (var message in _request.Messages)
        {
            if (message.Role is CanonicalRole.System or CanonicalRole.Developer)
            {
                continue;
            }

            var role = message.Role == CanonicalRole.Assistant ? CanonicalRole.Assistant : CanonicalRole.User;
            if (!HasBlocks(message))
            {
                continue;
            }

            if (role != speaker)
            {
                CloseMessage(speaker);
                speaker = role;
                _json.WriteStartObject();
                _json.WriteString("role"u8, role == CanonicalRole.Assistant ? "assistant"u8 : "user"u8);
                _json.WriteStartArray("content"u8);
            }

            WriteBlocks(message);
        }

        CloseMessage(speaker);
        _json.WriteEndArray();
    }

    private void CloseMessage(CanonicalRole? speaker)
    {
        if (speaker is not null)
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
        }
    }

    // Empty texts are refused, and so are messages without a block.
    private static bool HasBlocks(CanonicalMessage message)
    {
        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case TextPart { Text.IsBlank: false } or RefusalPart { Text.IsBlank: false }:
                case ReasoningPart reasoning when IsOwn(reasoning):
                case ImagePart or FilePart or AudioPart or VideoPart or ToolCallPart or ToolResultPart:
                    return true;
            }
        }

        return false;
    }

    private void WriteBlocks(CanonicalMessage message)
    {
        WriteReasoning(message);
        var name = message is { Role: CanonicalRole.User, Name.IsEmpty: false } ? message.Name : default;
        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case TextPart { Text.IsBlank: false } text when !name.IsMissing:
                    // The API has no names of speakers; the text says who speaks, once.
                    WriteTextBlock(JsonString.Join(JsonString.Join(name, JsonString.Of(": ")), text.Text), text.Cache);
                    name = default;
                    break;
                case ToolCallPart call:
                    WriteToolUse(call);
                    break;
                case ToolResultPart result:
                    WriteToolResult(result);
                    break;
                default:
                    WriteBlock(part);
                    break;
            }
        }
    }

    private void WriteBlock(CanonicalPart part)
    {
        switch (part)
        {
            case TextPart { Text.IsBlank: false } text:
                WriteTextBlock(text.Text, text.Cache);
                break;
            case RefusalPart { Text.IsBlank: false } refusal:
                WriteTextBlock(refusal.Text, refusal.Cache);
                break;
            case ImagePart image:
                WriteImage(image);
                break;
            case FilePart file:
                WriteDocument(file);
                break;
            case AudioPart:
                _unsayable |= Modalities.Audio;
                break;
            case VideoPart:
                _unsayable |= Modalities.Video;
                break;
        }
    }

    private void WriteTextBlock(JsonString text, CacheControl? cache)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "text"u8);
        WriteText("text"u8, text);
        WriteCache(cache);
        _json.WriteEndObject();
    }

    // https://docs.claude.com/en/docs/build-with-claude/vision: the clouds take pictures in the request only.
    private void WriteImage(ImagePart image)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "image"u8);
        _json.WriteStartObject("source"u8);
        if (DataUrl.TryRead(image.Url, out var media, out var data))
        {
            _json.WriteString("type"u8, "base64"u8);
            _json.WriteString("media_type"u8, media == "image/jpg" ? "image/jpeg" : media);
            _json.WriteString("data"u8, data);
        }
        else
        {
            _unsayable |= _platform == AnthropicPlatform.Anthropic ? Modalities.None : Modalities.Image;
            _json.WriteString("type"u8, "url"u8);
            WriteText("url"u8, image.Url);
        }

        _json.WriteEndObject();
        WriteCache(image.Cache);
        _json.WriteEndObject();
    }

    // https://docs.claude.com/en/docs/build-with-claude/pdf-support: the clouds take documents in the request only.
    private void WriteDocument(FilePart file)
    {
        if (DataUrl.TryRead(file.Data, out var media, out var data) && media.StartsWith("image/", StringComparison.Ordinal))
        {
            WriteImage(new ImagePart(file.Data) { Cache = file.Cache });
            return;
        }

        _json.WriteStartObject();
        _json.WriteString("type"u8, "document"u8);
        _json.WriteStartObject("source"u8);
        if (!file.FileId.IsMissing && file.Data.IsMissing)
        {
            _unsayable |= _platform == AnthropicPlatform.Anthropic ? Modalities.None : Modalities.File;
            _json.WriteString("type"u8, "file"u8);
            WriteText("file_id"u8, file.FileId);
        }
        else if (media.StartsWith("text/", StringComparison.Ordinal))
        {
            _json.WriteString("type"u8, "text"u8);
            _json.WriteString("media_type"u8, "text/plain"u8);
            _json.WriteString("data"u8, DataUrl.Decode(data));
        }
        else if (media.Length > 0)
        {
            _json.WriteString("type"u8, "base64"u8);
            _json.WriteString("media_type"u8, media);
            _json.WriteString("data"u8, data);
        }
        else
        {
            _unsayable |= _platform == AnthropicPlatform.Anthropic ? Modalities.None : Modalities.File;
            _json.WriteString("type"u8, "url"u8);
            WriteText("url"u8, file.Data);
        }

        _json.WriteEndObject();
        if (!file.Name.IsEmpty)
        {
            WriteText("title"u8, file.Name);
        }

        WriteCache(file.Cache);
        _json.WriteEndObject();
    }

    private void WriteToolUse(ToolCallPart call)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "tool_use"u8);
        WriteId("id"u8, call.Id);
        WriteText("name"u8, call.Name);
        _json.WritePropertyName("input"u8);
        var arguments = JsonFragments.ObjectIn(call.Arguments);
        _json.WriteRawValue(arguments.Length == 0 ? "{}"u8 : arguments, skipInputValidation: true);
        WriteCache(call.Cache);
        _json.WriteEndObject();
    }

    private void WriteToolResult(ToolResultPart result)
    {
        // A mark on the result's last part means the result; inside it the API takes marks too, but not on empty text.
        _json.WriteStartObject();
        _json.WriteString("type"u8, "tool_result"u8);
        WriteId("tool_use_id"u8, result.CallId);
        if (result.Content is [TextPart { Cache: null } only])
        {
            WriteText("content"u8, only.Text);
        }
        else if (result.Content.Count > 0)
        {
            _json.WriteStartArray("content"u8);
            foreach (var part in result.Content)
            {
                WriteBlock(part);
            }

            _json.WriteEndArray();
        }

        if (result.IsError)
        {
            _json.WriteBoolean("is_error"u8, true);
        }

        WriteCache(result.Cache);
        _json.WriteEndObject();
    }

    // Ids that other providers made up may have letters that this API refuses; call and result change alike.
    private void WriteId(ReadOnlySpan<byte> name, JsonString id)
    {
        var text = id.ToString();
        if (text.Length == 0)
        {
            text = "call";
        }

        var clean = string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(source[i]) || source[i] is '_' or '-' ? source[i] : '_';
            }
        });
        _json.WriteString(name, clean);
    }
}
