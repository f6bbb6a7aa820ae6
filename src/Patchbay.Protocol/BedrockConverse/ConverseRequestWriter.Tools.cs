using Patchbay.Core;

namespace Patchbay.Protocol;

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html, …/API_runtime_ToolChoice.html
internal sealed partial class ConverseRequestWriter
{
    private void WriteTools()
    {
        var usable = _request.ToolChoice?.Kind != ToolChoiceKind.None || HasCalls() ? UsableTools() : 0;
        if (usable == 0 && _answerTool is null)
        {
            WriteToolsOfThePast();
            return;
        }

        _json.WriteStartObject("toolConfig"u8);
        _json.WriteStartArray("tools"u8);
        foreach (var tool in _request.Tools)
        {
            if (usable > 0 && tool.Json.IsEmpty)
            {
                WriteTool(tool);
            }
        }

        if (_answerTool is not null)
        {
            WriteAnswerTool();
        }

        _json.WriteEndArray();
        WriteToolChoice(usable);
        _json.WriteEndObject();
    }

    private int UsableTools()
    {
        var count = 0;
        foreach (var tool in _request.Tools)
        {
            count += tool.Json.IsEmpty ? 1 : 0;
        }

        _dropped |= count < _request.Tools.Count ? Parameters.Tools : Parameters.None;
        return count;
    }

    private bool HasCalls()
    {
        foreach (var message in _request.Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is ToolCallPart or ToolResultPart)
                {
                    return true;
                }
            }
        }

        return false;
    }

    // A conversation in which tools were called is refused without any tools, so that those which were called are told.
    private void WriteToolsOfThePast()
    {
        if (!HasCalls())
        {
            return;
        }

        var told = new List<string>();
        _json.WriteStartObject("toolConfig"u8);
        _json.WriteStartArray("tools"u8);
        foreach (var message in _request.Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is ToolCallPart call && !told.Contains(call.Name.ToString()))
                {
                    told.Add(call.Name.ToString());
                    WriteTool(new CanonicalTool { Name = call.Name });
                }
            }
        }

        if (told.Count == 0)
        {
            WriteTool(new CanonicalTool { Name = JsonString.Of("tool") });
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html
    private void WriteTool(CanonicalTool tool)
    {
        _json.WriteStartObject();
        _json.WriteStartObject("toolSpec"u8);
        _json.WriteText("name"u8, tool.Name);
        if (!tool.Description.IsBlank)
        {
            _json.WriteText("description"u8, tool.Description);
        }

        _json.WriteStartObject("inputSchema"u8);
        _json.WriteObjectSchema("json"u8, tool.Schema);
        _json.WriteEndObject();
        if (tool.Strict == true && Supports(Parameters.StructuredOutputs))
        {
            _json.WriteBoolean("strict"u8, true);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
        if (_model.CachesTools)
        {
            WriteCachePoint(tool.Cache);
        }
    }

    private void WriteAnswerTool()
    {
        var format = _request.ResponseFormat!;
        _json.WriteStartObject();
        _json.WriteStartObject("toolSpec"u8);
        _json.WriteString("name"u8, _answerTool);
        if (format.Description.IsBlank)
        {
            _json.WriteString("description"u8, "Give the final answer: its JSON is what the user receives."u8);
        }
        else
        {
            _json.WriteText("description"u8, format.Description);
        }

        _json.WriteStartObject("inputSchema"u8);
        _json.WriteObjectSchema("json"u8, format.Schema);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteToolChoice(int usable)
    {
        var choice = _request.ToolChoice;
        _dropped |= _request.ParallelToolCalls == false && _answerTool is null ? Parameters.ParallelToolCalls : Parameters.None;
        if (_answerTool is not null)
        {
            // With other tools beside it the model may call one of them first.
            var mustAnswer = usable == 0 || choice?.Kind == ToolChoiceKind.None;
            WriteChoice(mustAnswer ? "tool"u8 : "any"u8, mustAnswer ? JsonString.Of(_answerTool) : default);
            return;
        }

        switch (choice?.Kind)
        {
            case ToolChoiceKind.Required when _forced:
                WriteChoice("any"u8, default);
                break;
            case ToolChoiceKind.Named when _forced:
                WriteChoice("tool"u8, choice.Name);
                break;
            case ToolChoiceKind.Auto when Supports(Parameters.ToolChoice):
                WriteChoice("auto"u8, default);
                break;
            case null or ToolChoiceKind.Auto:
                break;
            default:
                // None has no counterpart where the conversation needs its tools.
                _dropped |= Parameters.ToolChoice;
                break;
        }
    }

    private void WriteChoice(ReadOnlySpan<byte> kind, JsonString name)
    {
        _json.WriteStartObject("toolChoice"u8);
        _json.WriteStartObject(kind);
        if (!name.IsMissing)
        {
            _json.WriteText("name"u8, name);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteToolUse(ToolCallPart call)
    {
        _json.WriteStartObject();
        _json.WriteStartObject("toolUse"u8);
        _json.WriteString("toolUseId"u8, ConverseId.Of(call.Id.ToString()));
        _json.WriteText("name"u8, call.Name);
        var arguments = JsonFragments.ObjectIn(call.Arguments);
        _json.WriteJson("input"u8, arguments.Length == 0 ? "{}"u8 : arguments);
        _json.WriteEndObject();
        _json.WriteEndObject();
        WriteCachePoint(call.Cache);
    }

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolResultBlock.html
    private void WriteToolResult(ToolResultPart result)
    {
        var cache = result.Cache;
        _json.WriteStartObject();
        _json.WriteStartObject("toolResult"u8);
        _json.WriteString("toolUseId"u8, ConverseId.Of(result.CallId.ToString()));
        _json.WriteStartArray("content"u8);
        foreach (var part in result.Content)
        {
            cache ??= part.Cache;
            WriteBlock(part);
        }

        _json.WriteEndArray();
        if (result.IsError)
        {
            _json.WriteString("status"u8, "error"u8);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
        WriteCachePoint(cache);
    }
}
