using Patchbay.Core;

namespace Patchbay.Protocol;

// https://ai.google.dev/gemini-api/docs/function-calling, https://ai.google.dev/api/caching#Tool
internal sealed partial class GeminiRequestWriter
{
    private static readonly (string Name, string Written)[] OwnTools =
    [
        ("google_search", "googleSearch"), ("googleSearch", "googleSearch"),
        ("google_search_retrieval", "googleSearchRetrieval"), ("googleSearchRetrieval", "googleSearchRetrieval"),
        ("code_execution", "codeExecution"), ("codeExecution", "codeExecution"),
        ("url_context", "urlContext"), ("urlContext", "urlContext"), ("google_maps", "googleMaps"), ("googleMaps", "googleMaps"),
        ("enterprise_web_search", "enterpriseWebSearch"), ("enterpriseWebSearch", "enterpriseWebSearch"),
        ("file_search", "fileSearch"), ("fileSearch", "fileSearch"),
    ];

    private bool HasFunctions()
    {
        if ((_target.Supported & Parameters.Tools) == 0)
        {
            return false;
        }

        foreach (var tool in _request.Tools)
        {
            if (tool.Json.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private void WriteTools()
    {
        var search = WantsSearch();
        var tools = _request.Tools.Count > 0 && Honours(Parameters.Tools);
        if (!tools && !search)
        {
            return;
        }

        _json.WriteStartArray("tools"u8);
        if (_hasFunctions)
        {
            _json.WriteStartObject();
            _json.WriteStartArray("functionDeclarations"u8);
            foreach (var tool in _request.Tools)
            {
                if (tool.Json.IsEmpty)
                {
                    WriteFunction(tool);
                }
            }

            if (_answerTool is not null)
            {
                _json.WriteStartObject();
                _json.WriteString("name"u8, _answerTool);
                _json.WriteString("description"u8, "Gives the final answer. Call it once, when no other function is needed any more."u8);
                WriteRaw("parametersJsonSchema"u8, AnswerSchema());
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        if (tools)
        {
            foreach (var tool in _request.Tools)
            {
                if (!tool.Json.IsEmpty)
                {
                    WriteOwnTool(tool.Json);
                }
            }
        }

        if (search)
        {
            _json.WriteStartObject();
            _json.WriteStartObject("googleSearch"u8);
            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    // https://ai.google.dev/gemini-api/docs/google-search; not together with functions
    // (https://ai.google.dev/gemini-api/docs/function-calling#native-tools).
    private bool WantsSearch()
    {
        if (_request.WebSearchOptions.IsEmpty || !Honours(Parameters.WebSearchOptions))
        {
            return false;
        }

        _dropped |= _hasFunctions ? Parameters.WebSearchOptions : Parameters.None;
        return !_hasFunctions;
    }

    // parametersJsonSchema takes JSON schema as it is; what it does not know is ignored.
    private void WriteFunction(CanonicalTool tool)
    {
        _json.WriteStartObject();
        WriteText("name"u8, tool.Name);
        if (!tool.Description.IsEmpty)
        {
            WriteText("description"u8, tool.Description);
        }

        WriteRaw("parametersJsonSchema"u8, tool.Schema);
        _json.WriteEndObject();
    }

    // The provider's own tools, as {"googleSearch":{…}} or as {"type":"google_search"}.
    private void WriteOwnTool(ReadOnlyMemory<byte> json)
    {
        var cursor = new JsonCursor(json.Span);
        while (cursor.NextMember())
        {
            var isType = cursor.Is("type"u8);
            var name = isType ? new JsonScratch().Text(cursor.Value) : cursor.Name;
            foreach (var (known, written) in OwnTools)
            {
                if (System.Text.Ascii.Equals(name, known))
                {
                    _json.WriteStartObject();
                    _json.WritePropertyName(written);
                    _json.WriteRawValue(isType ? "{}"u8 : cursor.Value, skipInputValidation: true);
                    _json.WriteEndObject();
                    return;
                }
            }
        }

        _dropped |= Parameters.Tools;
    }

    // https://ai.google.dev/gemini-api/docs/function-calling#function-calling-modes
    private void WriteToolConfig()
    {
        if (_request.ParallelToolCalls == false)
        {
            _dropped |= Parameters.ParallelToolCalls;
        }

        if (!_hasFunctions)
        {
            return;
        }

        var mode = _answerTool is not null ? "ANY" : null;
        JsonString name = default;
        if (_request.ToolChoice is { } choice && Honours(Parameters.ToolChoice))
        {
            (mode, name) = choice.Kind switch
            {
                ToolChoiceKind.None => ("NONE", default),
                ToolChoiceKind.Required => ("ANY", default),
                ToolChoiceKind.Named => ("ANY", choice.Name),
                ToolChoiceKind.Auto => (mode ?? AutoMode(), default),
                _ => (mode, default(JsonString)),
            };
            _dropped |= choice.Kind == ToolChoiceKind.Other ? Parameters.ToolChoice : Parameters.None;
        }
        else if (mode is null && HasStrict())
        {
            mode = "VALIDATED";
        }

        if (mode is null)
        {
            return;
        }

        _json.WriteStartObject("toolConfig"u8);
        _json.WriteStartObject("functionCallingConfig"u8);
        _json.WriteString("mode"u8, mode);
        if (!name.IsMissing)
        {
            _json.WriteStartArray("allowedFunctionNames"u8);
            _json.WriteRawValue(name.Token, skipInputValidation: true);
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    // Arguments that follow their schema exactly are a mode of all functions here.
    private string AutoMode() => HasStrict() ? "VALIDATED" : "AUTO";

    private bool HasStrict()
    {
        foreach (var tool in _request.Tools)
        {
            if (tool.Strict == true)
            {
                return true;
            }
        }

        return false;
    }

    // Before Gemini 3 an answer schema and functions exclude each other: there the answer is a function too, and one of them
    // must be called.
    private void ChooseAnswerTool()
    {
        if (!_hasFunctions || _model.HasSchemaWithTools || !WantsJson() || !IsObject(AnswerSchema())
            || _request.ToolChoice is { Kind: not ToolChoiceKind.Auto })
        {
            return;
        }

        var name = "final_answer";
        while (HasFunction(name))
        {
            name += "_";
        }

        _answerTool = name;
        _emulated |= Parameters.ResponseFormat | Parameters.StructuredOutputs;
    }

    private bool HasFunction(string name)
    {
        foreach (var tool in _request.Tools)
        {
            if (tool.Name.ToString() == name)
            {
                return true;
            }
        }

        return false;
    }

    private ReadOnlyMemory<byte> AnswerSchema() =>
        _request.ResponseFormat is { Schema.IsEmpty: false } format ? format.Schema : "{\"type\":\"object\"}"u8.ToArray();

    private static bool IsObject(ReadOnlyMemory<byte> schema)
    {
        var cursor = new JsonCursor(schema.Span);
        while (cursor.NextMember())
        {
            if (cursor.Is("type"u8))
            {
                return cursor.Value.SequenceEqual("\"object\""u8);
            }
        }

        return false;
    }
}
