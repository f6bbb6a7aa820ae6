using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

// https://docs.claude.com/en/docs/agents-and-tools/tool-use/implement-tool-use
internal sealed partial class AnthropicRequestWriter
{
    private void WriteTools()
    {
        if (!HasTools() && _answerTool is null)
        {
            return;
        }

        _json.WriteStartArray("tools"u8);
        foreach (var tool in _request.Tools)
        {
            if (tool.Json.IsEmpty)
            {
                WriteTool(tool);
            }
            else if (IsVersioned(tool.Json))
            {
                _json.WriteRawValue(tool.Json.Span, skipInputValidation: true);
            }
            else
            {
                _dropped |= Parameters.Tools;
            }
        }

        if (_answerTool is not null)
        {
            WriteAnswerTool();
        }

        _json.WriteEndArray();
    }

    private void WriteTool(CanonicalTool tool)
    {
        _json.WriteStartObject();
        WriteText("name"u8, tool.Name);
        if (!tool.Description.IsBlank)
        {
            WriteText("description"u8, tool.Description);
        }

        _json.WritePropertyName("input_schema"u8);
        WriteSchema(tool.Schema);
        if (tool.Strict == true && Supports(Parameters.StructuredOutputs))
        {
            _json.WriteBoolean("strict"u8, true);
        }

        WriteCache(tool.Cache);
        _json.WriteEndObject();
    }

    private void WriteAnswerTool()
    {
        var format = _request.ResponseFormat!;
        _json.WriteStartObject();
        _json.WriteString("name"u8, _answerTool);
        if (format.Description.IsBlank)
        {
            _json.WriteString("description"u8, "Give the final answer: its JSON is what the user receives."u8);
        }
        else
        {
            WriteText("description"u8, format.Description);
        }

        _json.WritePropertyName("input_schema"u8);
        WriteSchema(format.Schema);
        _json.WriteEndObject();
    }

    // The API insists on an object schema with a type.
    private void WriteSchema(ReadOnlyMemory<byte> schema)
    {
        var type = false;
        if (!schema.IsEmpty && schema.Span[0] == (byte)'{')
        {
            var source = new JsonSource(schema);
            while (source.NextMember(out var name))
            {
                type |= name == "type";
                source.Skip();
            }
        }

        if (type)
        {
            _json.WriteRawValue(schema.Span, skipInputValidation: true);
            return;
        }

        _json.WriteStartObject();
        _json.WriteString("type"u8, "object"u8);
        if (!schema.IsEmpty && schema.Span[0] == (byte)'{')
        {
            var source = new JsonSource(schema);
            while (source.NextMember(out var name))
            {
                _json.WritePropertyName(name);
                _json.WriteRawValue(source.Member(name).Json.Span, skipInputValidation: true);
            }
        }

        _json.WriteEndObject();
    }

    private void WriteToolChoice()
    {
        if (!HasTools() && _answerTool is null)
        {
            return;
        }

        var choice = _request.ToolChoice;
        var single = _request.ParallelToolCalls == false;
        if (_answerTool is not null)
        {
            // With other tools beside it the model may call one of them first.
            var mustAnswer = !HasTools() || choice?.Kind == ToolChoiceKind.None;
            WriteChoice(
                mustAnswer ? "tool"u8 : "any"u8, mustAnswer ? JsonString.Of(_answerTool) : default, alone: true);
            return;
        }

        switch (choice?.Kind)
        {
            case ToolChoiceKind.None:
                WriteChoice("none"u8, default, alone: false);
                break;
            case ToolChoiceKind.Required when _forced:
                WriteChoice("any"u8, default, single);
                break;
            case ToolChoiceKind.Named when _forced:
                WriteChoice("tool"u8, choice.Name, single);
                break;
            case ToolChoiceKind.Other:
                _dropped |= Parameters.ToolChoice;
                break;
            default:
                if (choice is not null || single)
                {
                    WriteChoice("auto"u8, default, single);
                }

                break;
        }
    }

    private void WriteChoice(ReadOnlySpan<byte> type, JsonString name, bool alone)
    {
        _json.WriteStartObject("tool_choice"u8);
        _json.WriteString("type"u8, type);
        if (!name.IsMissing)
        {
            WriteText("name"u8, name);
        }

        if (alone)
        {
            _json.WriteBoolean("disable_parallel_tool_use"u8, true);
        }

        _json.WriteEndObject();
    }

    // Anthropic's own tools have a date in their type: web_search_20250305.
    private static bool IsVersioned(ReadOnlyMemory<byte> json)
    {
        var source = new JsonSource(json);
        while (source.NextMember(out var name))
        {
            if (name != "type")
            {
                source.Skip();
            }
            else if (source.Token == JsonTokenType.String && source.Text().ToString() is { Length: > 9 } type)
            {
                return type[^9] == '_' && !type.AsSpan(type.Length - 8).ContainsAnyExceptInRange('0', '9');
            }
            else
            {
                return false;
            }
        }

        return false;
    }
}
