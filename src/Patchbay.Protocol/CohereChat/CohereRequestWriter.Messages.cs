using Patchbay.Core;

namespace Patchbay.Protocol;

// https://docs.cohere.com/reference/chat (messages, tools)
internal sealed partial class CohereRequestWriter
{
    private void WriteMessages()
    {
        _json.WriteStartArray("messages"u8);
        foreach (var message in _request.Messages)
        {
            switch (message.Role)
            {
                case CanonicalRole.Assistant:
                    WriteAssistant(message);
                    break;
                case CanonicalRole.Tool:
                    foreach (var part in message.Parts)
                    {
                        if (part is ToolResultPart result)
                        {
                            WriteResult(result);
                        }
                    }

                    break;
                default:
                    WriteTurn(message.Role == CanonicalRole.User ? "user"u8 : "system"u8, message);
                    break;
            }
        }

        _json.WriteEndArray();
    }

    // One plain text stays a plain text; a turn that says nothing is refused, and left out.
    private void WriteTurn(ReadOnlySpan<byte> role, CanonicalMessage message)
    {
        var isUser = message.Role == CanonicalRole.User;
        if (!Says(message.Parts, isUser))
        {
            return;
        }

        _json.WriteStartObject();
        _json.WriteString("role"u8, role);
        var name = isUser && !message.Name.IsEmpty ? JsonString.Join(message.Name, JsonString.Of(": ")) : default;
        if (message.Parts is [TextPart only])
        {
            _json.WriteText("content"u8, JsonString.Join(name, only.Text));
        }
        else
        {
            _json.WriteStartArray("content"u8);
            foreach (var part in message.Parts)
            {
                WritePart(part, ref name, isUser);
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    private static bool Says(List<CanonicalPart> parts, bool isUser)
    {
        foreach (var part in parts)
        {
            if (part is TextPart { Text.IsBlank: false } or RefusalPart { Text.IsBlank: false }
                || (isUser && part is ImagePart or FilePart or AudioPart or VideoPart))
            {
                return true;
            }
        }

        return false;
    }

    private void WritePart(CanonicalPart part, ref JsonString name, bool isUser)
    {
        switch (part)
        {
            case TextPart { Text.IsEmpty: false } text:
                WriteText(JsonString.Join(name, text.Text));
                name = default;
                break;
            case RefusalPart { Text.IsEmpty: false } refusal:
                WriteText(refusal.Text);
                break;
            case ImagePart image when isUser:
                WriteImage(image.Url, image.Detail);
                break;
            case FilePart file when DataUrl.TryRead(file.Data, out var media, out var data)
                && media.StartsWith("text/", StringComparison.Ordinal):
                WriteText(JsonString.Of(DataUrl.Decode(data)));
                break;
            case FilePart file when isUser && DataUrl.TryRead(file.Data, out var media, out _)
                && media.StartsWith("image/", StringComparison.Ordinal):
                WriteImage(file.Data, default);
                break;
            case ImagePart:
                _unsayable |= Modalities.Image;
                break;
            case FilePart:
                _unsayable |= Modalities.File;
                break;
            case AudioPart:
                _unsayable |= Modalities.Audio;
                break;
            case VideoPart:
                _unsayable |= Modalities.Video;
                break;
        }
    }

    private void WriteText(JsonString text)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "text"u8);
        _json.WriteText("text"u8, text);
        _json.WriteEndObject();
    }

    // https://docs.cohere.com/v2/docs/image-inputs
    private void WriteImage(JsonString url, JsonString detail)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "image_url"u8);
        _json.WriteStartObject("image_url"u8);
        _json.WriteText("url"u8, url);
        if (!detail.IsEmpty)
        {
            _json.WriteText("detail"u8, detail);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteAssistant(CanonicalMessage message)
    {
        JsonString thoughts = default, plan = default;
        var hasDetails = false;
        var calls = 0;
        foreach (var part in message.Parts)
        {
            calls += part is ToolCallPart ? 1 : 0;
            if (part is ReasoningPart reasoning)
            {
                hasDetails = true;
                if (reasoning.Format.IsEmpty || reasoning.Format.Is(CohereDialect.Format))
                {
                    thoughts = reasoning.Kind == ReasoningKind.Text ? JsonString.Join(thoughts, reasoning.Text) : thoughts;
                    plan = reasoning.Kind == ReasoningKind.Summary ? JsonString.Join(plan, reasoning.Text) : plan;
                }
            }
        }

        thoughts = hasDetails ? thoughts : message.PlainReasoning;
        var says = Says(message.Parts, isUser: false);
        if (!says && calls == 0)
        {
            return;
        }

        _json.WriteStartObject();
        _json.WriteString("role"u8, "assistant"u8);
        if (says || !thoughts.IsBlank)
        {
            WriteContent(message, thoughts);
        }

        if (calls > 0)
        {
            if (!plan.IsBlank)
            {
                _json.WriteText("tool_plan"u8, plan);
            }

            WriteCalls(message);
        }

        _json.WriteEndObject();
    }

    private void WriteContent(CanonicalMessage message, JsonString thoughts)
    {
        _json.WriteStartArray("content"u8);
        if (!thoughts.IsBlank)
        {
            _json.WriteStartObject();
            _json.WriteString("type"u8, "thinking"u8);
            _json.WriteText("thinking"u8, thoughts);
            _json.WriteEndObject();
        }

        JsonString name = default;
        foreach (var part in message.Parts)
        {
            WritePart(part, ref name, isUser: false);
        }

        _json.WriteEndArray();
    }

    private void WriteCalls(CanonicalMessage message)
    {
        _json.WriteStartArray("tool_calls"u8);
        foreach (var part in message.Parts)
        {
            if (part is ToolCallPart call)
            {
                _json.WriteStartObject();
                _json.WriteText("id"u8, call.Id);
                _json.WriteString("type"u8, "function"u8);
                _json.WriteStartObject("function"u8);
                _json.WriteText("name"u8, call.Name);
                if (call.Arguments.IsEmpty)
                {
                    _json.WriteString("arguments"u8, "{}"u8);
                }
                else
                {
                    _json.WriteText("arguments"u8, call.Arguments);
                }

                _json.WriteEndObject();
                _json.WriteEndObject();
            }
        }

        _json.WriteEndArray();
    }

    private void WriteResult(ToolResultPart result)
    {
        _json.WriteStartObject();
        _json.WriteString("role"u8, "tool"u8);
        _json.WriteText("tool_call_id"u8, result.CallId);
        if (result.Content is [TextPart only])
        {
            _json.WriteText("content"u8, only.Text);
        }
        else if (result.Content.Count == 0)
        {
            _json.WriteString("content"u8, ""u8);
        }
        else
        {
            JsonString name = default;
            _json.WriteStartArray("content"u8);
            foreach (var part in result.Content)
            {
                WritePart(part, ref name, isUser: false);
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    // https://docs.cohere.com/v2/docs/tool-use-overview
    private void WriteTools()
    {
        var choice = _request.ToolChoice;
        var named = choice?.Kind == ToolChoiceKind.Named && _answerTool is null ? choice.Name.ToString() : null;
        var strict = false;
        var count = 0;
        foreach (var tool in _request.Tools)
        {
            if (!tool.Json.IsEmpty)
            {
                _dropped |= Parameters.Tools;
            }
            else if (named is null || tool.Name.ToString() == named)
            {
                OpenTools(count++);
                strict |= tool.Strict == true;
                WriteTool(tool.Name, tool.Description, tool.Schema);
            }
        }

        if (_answerTool is not null)
        {
            OpenTools(count++);
            var description = _request.ResponseFormat!.Description;
            WriteTool(
                JsonString.Of(_answerTool),
                description.IsBlank ? JsonString.Of("Give the final answer: its JSON is what the user receives.") : description,
                _request.ResponseFormat.Schema);
        }

        if (count == 0)
        {
            _dropped |= choice?.Kind is ToolChoiceKind.Required or ToolChoiceKind.Named ? Parameters.ToolChoice : Parameters.None;
            return;
        }

        _json.WriteEndArray();
        if (strict && Supports(Parameters.StructuredOutputs))
        {
            _json.WriteBoolean("strict_tools"u8, true);
        }

        WriteChoice(choice);
    }

    private void OpenTools(int count)
    {
        if (count == 0)
        {
            _json.WriteStartArray("tools"u8);
        }
    }

    private void WriteTool(JsonString name, JsonString description, ReadOnlyMemory<byte> schema)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "function"u8);
        _json.WriteStartObject("function"u8);
        _json.WriteText("name"u8, name);
        if (!description.IsBlank)
        {
            _json.WriteText("description"u8, description);
        }

        _json.WriteObjectSchema("parameters"u8, schema);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    // A certain function is forced by leaving out the others.
    private void WriteChoice(CanonicalToolChoice? choice)
    {
        switch (choice?.Kind)
        {
            case var _ when _answerTool is not null:
            case ToolChoiceKind.Required:
                _json.WriteString("tool_choice"u8, "REQUIRED"u8);
                break;
            case ToolChoiceKind.Named:
                _emulated |= Parameters.ToolChoice;
                _json.WriteString("tool_choice"u8, "REQUIRED"u8);
                break;
            case ToolChoiceKind.None:
                _json.WriteString("tool_choice"u8, "NONE"u8);
                break;
            case ToolChoiceKind.Other:
                _dropped |= Parameters.ToolChoice;
                break;
        }
    }
}
