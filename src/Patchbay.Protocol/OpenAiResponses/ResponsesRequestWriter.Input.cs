using Patchbay.Core;

namespace Patchbay.Protocol;

// https://platform.openai.com/docs/api-reference/responses/create (input)
internal sealed partial class ResponsesRequestWriter
{
    private void WriteInput()
    {
        _json.WriteStartArray("input"u8);
        foreach (var message in _request.Messages)
        {
            switch (message.Role)
            {
                case CanonicalRole.Assistant:
                    WriteAssistant(message);
                    break;
                case CanonicalRole.Developer when !_traits.DeveloperAsSystem:
                    WriteTurn("developer"u8, message);
                    break;
                case CanonicalRole.System or CanonicalRole.Developer:
                    WriteTurn("system"u8, message);
                    break;
                default:
                    WriteTurn("user"u8, message);
                    break;
            }
        }

        _json.WriteEndArray();
    }

    // Results are items of their own; what else was said in the message follows them.
    private void WriteTurn(ReadOnlySpan<byte> role, CanonicalMessage message)
    {
        var rest = 0;
        foreach (var part in message.Parts)
        {
            if (part is ToolResultPart result)
            {
                WriteResult(result);
            }
            else if (part is not OpaquePart)
            {
                rest++;
            }
        }

        if (rest > 0)
        {
            // The API has no names of speakers; the text says who speaks, once.
            var name = message is { Role: CanonicalRole.User, Name.IsEmpty: false }
                ? JsonString.Join(message.Name, JsonString.Of(": "))
                : default;
            OpenMessage(role);
            if (message.Parts is [TextPart only])
            {
                _json.WriteText("content"u8, JsonString.Join(name, only.Text));
            }
            else
            {
                _json.WriteStartArray("content"u8);
                foreach (var part in message.Parts)
                {
                    WriteContent(part, ref name);
                }

                _json.WriteEndArray();
            }

            _json.WriteEndObject();
        }
    }

    private void OpenMessage(ReadOnlySpan<byte> role)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "message"u8);
        _json.WriteString("role"u8, role);
    }

    private void WriteContent(CanonicalPart part, ref JsonString name)
    {
        switch (part)
        {
            case TextPart text:
                WriteTextPart("input_text"u8, "text"u8, JsonString.Join(name, text.Text));
                name = default;
                break;
            case RefusalPart refusal:
                WriteTextPart("input_text"u8, "text"u8, refusal.Text);
                break;
            case ImagePart image:
                WriteImage(image.Url, image.Detail);
                break;
            case FilePart file:
                WriteFile(file);
                break;
            case AudioPart:
                // Sound is no content of this API: https://platform.openai.com/docs/guides/audio.
                _unsayable |= Modalities.Audio;
                break;
            case VideoPart:
                _unsayable |= Modalities.Video;
                break;
        }
    }

    private void WriteTextPart(ReadOnlySpan<byte> type, ReadOnlySpan<byte> member, JsonString text)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
        _json.WriteText(member, text);
        _json.WriteEndObject();
    }

    // https://platform.openai.com/docs/guides/images-vision
    private void WriteImage(JsonString url, JsonString detail)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "input_image"u8);
        _json.WriteText("image_url"u8, url);
        _json.WriteText("detail"u8, detail.IsEmpty ? JsonString.Of("auto") : detail);
        _json.WriteEndObject();
    }

    // https://platform.openai.com/docs/guides/pdf-files
    private void WriteFile(FilePart file)
    {
        var isInline = DataUrl.TryRead(file.Data, out var media, out _);
        if (media.StartsWith("image/", StringComparison.Ordinal))
        {
            WriteImage(file.Data, default);
            return;
        }

        _json.WriteStartObject();
        _json.WriteString("type"u8, "input_file"u8);
        if (file.Data.IsMissing)
        {
            _json.WriteText("file_id"u8, file.FileId);
        }
        else if (!isInline && file.Data.ToString().StartsWith("http", StringComparison.OrdinalIgnoreCase))
        {
            _json.WriteText("file_url"u8, file.Data);
        }
        else
        {
            _json.WriteText("filename"u8, file.Name.IsEmpty ? JsonString.Of("document.pdf") : file.Name);
            _json.WriteText("file_data"u8, file.Data);
        }

        _json.WriteEndObject();
    }

    // Reasoning goes before what came of it, and is refused where nothing came of it.
    private void WriteAssistant(CanonicalMessage message)
    {
        JsonString said = default;
        var refuses = false;
        var calls = false;
        foreach (var part in message.Parts)
        {
            said = part is TextPart text ? JsonString.Join(said, text.Text) : said;
            refuses |= part is RefusalPart { Text.IsEmpty: false };
            calls |= part is ToolCallPart;
        }

        if (!said.IsEmpty || refuses || calls)
        {
            WriteThoughts(message);
        }

        if (!said.IsEmpty || refuses)
        {
            WriteSaid(message, refuses ? default : said);
        }

        WriteImages(message);
        foreach (var part in message.Parts)
        {
            if (part is ToolCallPart call)
            {
                WriteCall(call);
            }
        }
    }

    // Text alone is one string: in parts, the reference wants ids that only the provider can give.
    private void WriteSaid(CanonicalMessage message, JsonString text)
    {
        OpenMessage("assistant"u8);
        if (!text.IsEmpty)
        {
            _json.WriteText("content"u8, text);
        }
        else
        {
            _json.WriteStartArray("content"u8);
            foreach (var part in message.Parts)
            {
                switch (part)
                {
                    case TextPart { Text.IsEmpty: false } one:
                        WriteTextPart("output_text"u8, "text"u8, one.Text);
                        break;
                    case RefusalPart { Text.IsEmpty: false } refusal:
                        WriteTextPart("refusal"u8, "refusal"u8, refusal.Text);
                        break;
                }
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    // What the model drew is no content of its messages; it can only be shown to it again.
    private void WriteImages(CanonicalMessage message)
    {
        var open = false;
        foreach (var part in message.Parts)
        {
            if (part is not ImagePart image)
            {
                continue;
            }

            if (!open)
            {
                OpenMessage("user"u8);
                _json.WriteStartArray("content"u8);
                open = true;
            }

            WriteImage(image.Url, image.Detail);
        }

        if (open)
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
        }
    }

    // https://platform.openai.com/docs/guides/function-calling
    private void WriteCall(ToolCallPart call)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "function_call"u8);
        _json.WriteText("call_id"u8, ResponsesCallId.Fit(call.Id));
        _json.WriteText("name"u8, call.Name);
        _json.WriteText("arguments"u8, call.Arguments.IsEmpty ? JsonString.Of("{}") : call.Arguments);
        _json.WriteEndObject();
    }

    private void WriteResult(ToolResultPart result)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "function_call_output"u8);
        _json.WriteText("call_id"u8, ResponsesCallId.Fit(result.CallId));
        if (result.Content is [] or [TextPart])
        {
            _json.WriteText("output"u8, result.Content is [TextPart only] ? only.Text : default);
        }
        else
        {
            _json.WriteStartArray("output"u8);
            JsonString name = default;
            foreach (var part in result.Content)
            {
                WriteContent(part, ref name);
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }
}
