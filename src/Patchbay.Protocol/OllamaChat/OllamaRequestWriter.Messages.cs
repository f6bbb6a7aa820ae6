using Patchbay.Core;

namespace Patchbay.Protocol;

// https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion (messages, tools)
internal sealed partial class OllamaRequestWriter
{
    private void WriteMessages()
    {
        _json.WriteStartArray("messages"u8);
        for (var i = 0; i < _request.Messages.Count; i++)
        {
            var message = _request.Messages[i];
            switch (message.Role)
            {
                case CanonicalRole.Tool:
                    foreach (var part in message.Parts)
                    {
                        if (part is ToolResultPart result)
                        {
                            WriteResult(result, i);
                        }
                    }

                    break;
                case CanonicalRole.Assistant:
                    WriteAssistant(message);
                    break;
                default:
                    _json.WriteStartObject();
                    _json.WriteString("role"u8, message.Role == CanonicalRole.User ? "user"u8 : "system"u8);
                    WriteParts(message.Parts, message.Role == CanonicalRole.User ? message.Name : default);
                    _json.WriteEndObject();
                    break;
            }
        }

        _json.WriteEndArray();
    }

    // Content is one text, and pictures stand beside it.
    private void WriteParts(List<CanonicalPart> parts, JsonString speaker)
    {
        JsonString text = default;
        var images = new List<string>();
        foreach (var part in parts)
        {
            switch (part)
            {
                case TextPart more: text = Append(text, more.Text); break;
                case RefusalPart refusal: text = Append(text, refusal.Text); break;
                case ImagePart image: AddImage(image.Url, images); break;
                case FilePart file: text = Append(text, ReadFile(file, images)); break;
                case AudioPart: _unsayable |= Modalities.Audio; break;
                case VideoPart: _unsayable |= Modalities.Video; break;
            }
        }

        if (!speaker.IsEmpty)
        {
            text = JsonString.Join(JsonString.Join(speaker, JsonString.Of(": ")), text);
        }

        _json.WriteText("content"u8, text);
        if (images.Count > 0)
        {
            _json.WriteStartArray("images"u8);
            foreach (var image in images)
            {
                _json.WriteStringValue(image);
            }

            _json.WriteEndArray();
        }
    }

    private static JsonString Append(JsonString text, JsonString more) =>
        text.IsEmpty || more.IsEmpty
            ? JsonString.Join(text, more)
            : JsonString.Join(JsonString.Join(text, JsonString.Of("\n")), more);

    private void AddImage(JsonString url, List<string> images)
    {
        if (DataUrl.TryRead(url, out _, out var data))
        {
            images.Add(data);
        }
        else
        {
            _unsayable |= Modalities.Image;
        }
    }

    private JsonString ReadFile(FilePart file, List<string> images)
    {
        if (DataUrl.TryRead(file.Data, out var media, out var data) && media.StartsWith("text/", StringComparison.Ordinal))
        {
            return JsonString.Of(DataUrl.Decode(data));
        }

        if (media.StartsWith("image/", StringComparison.Ordinal))
        {
            images.Add(data);
        }
        else
        {
            _unsayable |= Modalities.File;
        }

        return default;
    }

    private void WriteAssistant(CanonicalMessage message)
    {
        JsonString thoughts = default;
        var hasDetails = false;
        var calls = 0;
        foreach (var part in message.Parts)
        {
            calls += part is ToolCallPart ? 1 : 0;
            if (part is ReasoningPart reasoning)
            {
                hasDetails = true;
                if (reasoning.Kind == ReasoningKind.Text && (reasoning.Format.IsEmpty || reasoning.Format.Is(OllamaDialect.Format)))
                {
                    thoughts = JsonString.Join(thoughts, reasoning.Text);
                }
            }
        }

        _json.WriteStartObject();
        _json.WriteString("role"u8, "assistant"u8);
        WriteParts(message.Parts, default);
        thoughts = hasDetails ? thoughts : message.PlainReasoning;
        if (!thoughts.IsEmpty)
        {
            _json.WriteText("thinking"u8, thoughts);
        }

        if (calls > 0)
        {
            _json.WriteStartArray("tool_calls"u8);
            foreach (var part in message.Parts)
            {
                if (part is ToolCallPart call)
                {
                    WriteCall(call);
                }
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    private void WriteCall(ToolCallPart call)
    {
        _json.WriteStartObject();
        if (!call.Id.IsEmpty)
        {
            _json.WriteText("id"u8, call.Id);
        }

        _json.WriteStartObject("function"u8);
        _json.WriteText("name"u8, call.Name);
        var arguments = JsonFragments.ObjectIn(call.Arguments);
        _json.WriteJson("arguments"u8, arguments.Length == 0 ? "{}"u8 : arguments);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteResult(ToolResultPart result, int at)
    {
        _json.WriteStartObject();
        _json.WriteString("role"u8, "tool"u8);
        var name = NameOfCall(result.CallId, at);
        if (!name.IsMissing)
        {
            _json.WriteText("tool_name"u8, name);
        }

        if (!result.CallId.IsEmpty)
        {
            _json.WriteText("tool_call_id"u8, result.CallId);
        }

        WriteParts(result.Content, default);
        _json.WriteEndObject();
    }

    // The nearest call of that id before the result.
    private JsonString NameOfCall(JsonString id, int at)
    {
        for (var i = at - 1; i >= 0; i--)
        {
            foreach (var part in _request.Messages[i].Parts)
            {
                if (part is ToolCallPart call && call.Id.Token.SequenceEqual(id.Token))
                {
                    return call.Name;
                }
            }
        }

        return default;
    }

    private void WriteTools()
    {
        var kind = _request.ToolChoice?.Kind;
        _dropped |= kind is ToolChoiceKind.Required or ToolChoiceKind.Named or ToolChoiceKind.Other
            ? Parameters.ToolChoice
            : Parameters.None;
        var open = false;
        foreach (var tool in _request.Tools)
        {
            if (!tool.Json.IsEmpty)
            {
                _dropped |= Parameters.Tools;
            }
            else if (kind != ToolChoiceKind.None)
            {
                if (!open)
                {
                    _json.WriteStartArray("tools"u8);
                    open = true;
                }

                WriteTool(tool);
            }
        }

        if (open)
        {
            _json.WriteEndArray();
        }
    }

    private void WriteTool(CanonicalTool tool)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "function"u8);
        _json.WriteStartObject("function"u8);
        _json.WriteText("name"u8, tool.Name);
        if (!tool.Description.IsBlank)
        {
            _json.WriteText("description"u8, tool.Description);
        }

        _json.WriteObjectSchema("parameters"u8, tool.Schema);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }
}
