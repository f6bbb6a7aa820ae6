using Patchbay.Core;

namespace Patchbay.Protocol;

// https://platform.openai.com/docs/guides/function-calling; functions are flat here, and strict unless told otherwise.
internal sealed partial class ResponsesRequestWriter
{
    private void WriteTools()
    {
        var functions = 0;
        var others = 0;
        foreach (var tool in _request.Tools)
        {
            if (tool.Json.IsEmpty)
            {
                Open(functions++ + others);
                WriteFunction(tool.Name, tool.Description, tool.Schema, tool.Strict == true && Supports(Parameters.StructuredOutputs));
            }
            else if (IsWebSearch(tool.Json))
            {
                Open(functions + others++);
                _json.WriteRawValue(tool.Json.Span, skipInputValidation: true);
            }
            else
            {
                _dropped |= Parameters.Tools;
            }
        }

        if (!_request.WebSearchOptions.IsEmpty && Supports(Parameters.WebSearchOptions))
        {
            Open(functions + others++);
            WriteWebSearch(_request.WebSearchOptions);
            _emulated |= _request.Used & Parameters.WebSearchOptions;
        }
        else
        {
            _dropped |= _request.Used & Parameters.WebSearchOptions;
        }

        if (_answerTool is not null)
        {
            Open(functions + others);
            var format = _request.ResponseFormat!;
            WriteFunction(JsonString.Of(_answerTool), format.Description, format.Schema, strict: false);
        }

        if (functions + others == 0 && _answerTool is null)
        {
            // A choice without tools is refused.
            _dropped |= (_dropped & Parameters.Tools) == 0 ? Parameters.None : _request.Used & Parameters.ToolChoice;
            return;
        }

        _json.WriteEndArray();
        WriteChoice(functions);
        if (_answerTool is not null || _request.ParallelToolCalls is not null)
        {
            _json.WriteBoolean("parallel_tool_calls"u8, _answerTool is null && _request.ParallelToolCalls == true);
        }
    }

    private void Open(int count)
    {
        if (count == 0)
        {
            _json.WriteStartArray("tools"u8);
        }
    }

    private void WriteFunction(JsonString name, JsonString description, ReadOnlyMemory<byte> schema, bool strict)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "function"u8);
        _json.WriteText("name"u8, name);
        if (!description.IsBlank)
        {
            _json.WriteText("description"u8, description);
        }

        _json.WriteObjectSchema("parameters"u8, schema);
        if (!_traits.WithoutStrict)
        {
            _json.WriteBoolean("strict"u8, strict);
        }

        _json.WriteEndObject();
    }

    private void WriteChoice(int functions)
    {
        if (_answerTool is not null)
        {
            // With other tools beside it the model may call one of them first.
            if (functions > 0 && _request.ToolChoice?.Kind != ToolChoiceKind.None)
            {
                _json.WriteString("tool_choice"u8, "required"u8);
            }
            else
            {
                WriteNamed(JsonString.Of(_answerTool));
            }

            return;
        }

        switch (_request.ToolChoice?.Kind)
        {
            case ToolChoiceKind.Auto:
                _json.WriteString("tool_choice"u8, "auto"u8);
                break;
            case ToolChoiceKind.None:
                _json.WriteString("tool_choice"u8, "none"u8);
                break;
            case ToolChoiceKind.Required:
                _json.WriteString("tool_choice"u8, "required"u8);
                break;
            case ToolChoiceKind.Named:
                WriteNamed(_request.ToolChoice.Name);
                break;
            case ToolChoiceKind.Other:
                WriteAllowed(_request.ToolChoice.Json);
                break;
        }
    }

    private void WriteNamed(JsonString name)
    {
        _json.WriteStartObject("tool_choice"u8);
        _json.WriteString("type"u8, "function"u8);
        _json.WriteText("name"u8, name);
        _json.WriteEndObject();
    }

    // {"type":"allowed_tools","allowed_tools":{"mode","tools":[{"type":"function","function":{"name"}}]}} in chat.
    private void WriteAllowed(ReadOnlyMemory<byte> choice)
    {
        var mode = "";
        var names = new List<JsonString>();
        var source = new JsonSource(choice);
        if (source.OpenObject())
        {
            while (source.NextMember(out var name))
            {
                if (name == "allowed_tools" && source.OpenObject())
                {
                    while (source.NextMember(out var inner))
                    {
                        switch (inner)
                        {
                            case "mode": mode = source.Word() ?? ""; break;
                            case "tools": ReadNames(source.Json(), names); break;
                            default: source.Skip(); break;
                        }
                    }
                }
                else if (name != "allowed_tools")
                {
                    source.Skip();
                }
            }
        }

        if (names.Count == 0 || mode is not ("auto" or "required"))
        {
            _dropped |= Parameters.ToolChoice;
            return;
        }

        _json.WriteStartObject("tool_choice"u8);
        _json.WriteString("type"u8, "allowed_tools"u8);
        _json.WriteString("mode"u8, mode);
        _json.WriteStartArray("tools"u8);
        foreach (var name in names)
        {
            _json.WriteStartObject();
            _json.WriteString("type"u8, "function"u8);
            _json.WriteText("name"u8, name);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private static void ReadNames(ReadOnlyMemory<byte> tools, List<JsonString> names)
    {
        if (tools.IsEmpty)
        {
            return;
        }

        var items = new JsonSource(tools);
        if (!items.OpenArray())
        {
            return;
        }

        while (items.NextItem())
        {
            if (items.Json() is { IsEmpty: false } json && json.Span[0] == (byte)'{'
                && JsonMembers.Find(json.Span, "function"u8) is { IsEmpty: false } function
                && JsonMembers.Find(function, "name"u8) is { IsEmpty: false } name && JsonSlice.IsString(name))
            {
                names.Add(JsonString.FromToken(name.ToArray()));
            }
        }
    }

    // https://platform.openai.com/docs/guides/tools-web-search. Of the tools that run at the provider only this one: the
    // others work on the operator's account there (files, containers, connectors).
    private static bool IsWebSearch(ReadOnlyMemory<byte> tool) =>
        tool.Span[0] == (byte)'{' && JsonMembers.Find(tool.Span, "type"u8).StartsWith("\"web_search"u8);

    private void WriteWebSearch(ReadOnlyMemory<byte> options)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "web_search"u8);
        var size = JsonMembers.Find(options.Span, "search_context_size"u8);
        if (JsonSlice.IsString(size))
        {
            _json.WriteJson("search_context_size"u8, size);
        }

        // In chat the place is an object of its own inside the location.
        var place = JsonMembers.Find(JsonMembers.Find(options.Span, "user_location"u8), "approximate"u8);
        if (JsonSlice.IsObject(place))
        {
            _json.WriteStartObject("user_location"u8);
            _json.WriteString("type"u8, "approximate"u8);
            var members = new JsonMembers(place);
            while (members.Next())
            {
                if (!members.Value.IsEmpty && !members.Is("type"u8))
                {
                    _json.WritePropertyName(members.Name);
                    _json.WriteRawValue(members.Value, skipInputValidation: true);
                }
            }

            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }
}
