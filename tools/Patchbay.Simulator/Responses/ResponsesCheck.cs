using System.Text.Json;
using static Patchbay.Simulator.Responses.ResponsesRequest;

namespace Patchbay.Simulator.Responses;

/// <summary>Refuses what the API refuses. The messages begin with the name of the member that they are about.</summary>
internal sealed class ResponsesCheck(JsonElement root, string model)
{
    // https://platform.openai.com/docs/api-reference/responses/create
    private static readonly string[] Members =
    [
        "background", "context_management", "conversation", "include", "input", "instructions", "max_output_tokens", "max_tool_calls",
        "metadata", "model", "parallel_tool_calls", "previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_options",
        "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier", "store", "stream", "stream_options", "temperature",
        "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user",
    ];

    private static readonly string[] Includable =
        ["reasoning.encrypted_content", "message.output_text.logprobs", "web_search_call.action.sources", "file_search_call.results"];

    private readonly HashSet<string> _calls = new(StringComparer.Ordinal);
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private readonly HashSet<string> _functions = new(StringComparer.Ordinal);

    private bool Reasons => !model.StartsWith("gpt-4", StringComparison.Ordinal) && !model.StartsWith("gpt-3", StringComparison.Ordinal);

    /// <summary>Throws <see cref="FormatException"/> for the first thing that the API would refuse.</summary>
    public void Run()
    {
        foreach (var member in root.EnumerateObject())
        {
            Require(Array.IndexOf(Members, member.Name) >= 0, member.Name, $"Unknown parameter: '{member.Name}'.");
        }

        if (root.TryGetProperty("max_output_tokens"u8, out var limit))
        {
            Require(limit.GetInt64() >= 16, "max_output_tokens",
                $"Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got {limit.GetInt64()} instead.");
        }

        Require(!(Reasons && root.TryGetProperty("temperature"u8, out _)), "temperature",
            "Unsupported parameter: 'temperature' is not supported with this model.");
        CheckInclude();
        CheckTools();
        CheckChoice();
        CheckFormat();
        CheckInput();
    }

    private void CheckInclude()
    {
        if (!root.TryGetProperty("include"u8, out var include))
        {
            return;
        }

        foreach (var one in include.EnumerateArray())
        {
            var word = one.GetString()!;
            Require(Array.IndexOf(Includable, word) >= 0, "include", $"Invalid value: '{word}'.");
            Require(Reasons || word != "reasoning.encrypted_content", "include", "Encrypted content is not supported with this model.");
        }
    }

    // https://platform.openai.com/docs/guides/function-calling: a function is strict unless it says otherwise.
    private void CheckTools()
    {
        if (!root.TryGetProperty("tools"u8, out var tools))
        {
            return;
        }

        var at = 0;
        foreach (var tool in tools.EnumerateArray())
        {
            var place = $"tools[{at++}]";
            var type = Text(tool, "type");
            Require(type is "function" or "web_search" or "web_search_preview", place + ".type", $"Invalid value: '{type}'.");
            if (type == "function")
            {
                Require(Text(tool, "name") is { Length: > 0 and <= 64 }, place + ".name", $"Missing required parameter: '{place}.name'.");
                _functions.Add(Text(tool, "name")!);
                var strict = !tool.TryGetProperty("strict"u8, out var said) || said.ValueKind != JsonValueKind.False;
                Require(!strict || IsClosed(tool.GetProperty("parameters"u8)), place + ".parameters",
                    $"Invalid schema for function '{Text(tool, "name")}': 'additionalProperties' is required to be supplied and to be false.");
            }
        }
    }

    private void CheckChoice()
    {
        if (!root.TryGetProperty("tool_choice"u8, out var choice))
        {
            return;
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            Require(choice.GetString() is "auto" or "none" or "required", "tool_choice", "Invalid value for 'tool_choice'.");
            return;
        }

        if (Text(choice, "type") == "allowed_tools")
        {
            Require(Text(choice, "mode") is "auto" or "required", "tool_choice.mode", "Invalid value for 'tool_choice.mode'.");
            foreach (var tool in choice.GetProperty("tools"u8).EnumerateArray())
            {
                RequireFunction(tool);
            }
        }
        else
        {
            RequireFunction(choice);
        }
    }

    private void RequireFunction(JsonElement named) => Require(
        Text(named, "type") == "function" && _functions.Contains(Text(named, "name") ?? ""),
        "tool_choice", $"Tool choice '{Text(named, "name")}' not found in 'tools' parameter.");

    // https://platform.openai.com/docs/guides/structured-outputs
    private void CheckFormat()
    {
        if (root.TryGetProperty("text"u8, out var text) && text.TryGetProperty("format"u8, out var format)
            && Text(format, "type") == "json_schema")
        {
            Require(Text(format, "name") is { Length: > 0 }, "text.format.name", "Missing required parameter: 'text.format.name'.");
            Require(format.TryGetProperty("schema"u8, out var schema), "text.format.schema", "Missing required parameter: 'text.format.schema'.");
            var strict = format.TryGetProperty("strict"u8, out var said) && said.ValueKind == JsonValueKind.True;
            Require(!strict || IsClosed(schema), "text.format.schema",
                "Invalid schema for response_format: 'additionalProperties' is required to be supplied and to be false.");
        }
    }

    private static bool IsClosed(JsonElement schema) =>
        schema.TryGetProperty("additionalProperties"u8, out var more) && more.ValueKind == JsonValueKind.False;

    private void CheckInput()
    {
        Require(root.TryGetProperty("input"u8, out var input), "input", "Missing required parameter: 'input'.");
        if (input.ValueKind == JsonValueKind.String)
        {
            return;
        }

        var at = 0;
        string? thought = null;
        foreach (var item in input.EnumerateArray())
        {
            var place = $"input[{at++}]";
            var type = Text(item, "type") ?? "message";
            Require(thought is null || type is "reasoning" or "function_call" || Text(item, "role") == "assistant", "input",
                $"Item '{thought}' of type 'reasoning' was provided without its required following item.");
            thought = null;
            switch (type)
            {
                case "message": CheckMessage(item, place); break;
                case "reasoning": thought = CheckReasoning(item, place); break;
                case "function_call": CheckCall(item, place); break;
                case "function_call_output": CheckOutput(item, place); break;
                default: throw new FormatException($"{place}.type: Invalid value: '{type}'.");
            }
        }

        Require(thought is null, "input", $"Item '{thought}' of type 'reasoning' was provided without its required following item.");
        foreach (var call in _calls)
        {
            Require(_answered.Contains(call), "input", $"No tool output found for function call {call}.");
        }
    }

    private static void CheckMessage(JsonElement item, string place)
    {
        var role = Text(item, "role");
        Require(role is "user" or "assistant" or "system" or "developer", place + ".role", $"Invalid value: '{role}'.");
        var content = item.GetProperty("content"u8);
        if (content.ValueKind == JsonValueKind.String)
        {
            return;
        }

        var at = 0;
        foreach (var part in content.EnumerateArray())
        {
            var type = Text(part, "type");
            var known = role == "assistant" ? type is "output_text" or "refusal" : type is "input_text" or "input_image" or "input_file";
            Require(known, $"{place}.content[{at++}]", $"Invalid value: '{type}'.");
        }
    }

    private static string CheckReasoning(JsonElement item, string place)
    {
        var id = Text(item, "id") ?? "";
        Require(item.TryGetProperty("summary"u8, out var parts), place + ".summary", $"Missing required parameter: '{place}.summary'.");
        var summary = new List<string>();
        foreach (var part in parts.EnumerateArray())
        {
            summary.Add(Text(part, "text") ?? "");
        }

        var data = Text(item, "encrypted_content");
        Require(data is not null, "input",
            $"Item with id '{id}' not found. Items are not persisted when `store` is set to false.");
        Require(EncryptedReasoning.IsOf(data!, id, summary), "input", $"The encrypted content for item {id} could not be verified.");
        return id;
    }

    private void CheckCall(JsonElement item, string place)
    {
        RequireId(item, place);
        Require(Text(item, "name") is { Length: > 0 }, place + ".name", $"Missing required parameter: '{place}.name'.");
        Require(Text(item, "arguments") is not null, place + ".arguments", $"Missing required parameter: '{place}.arguments'.");
        _calls.Add(Text(item, "call_id")!);
    }

    private void CheckOutput(JsonElement item, string place)
    {
        RequireId(item, place);
        var id = Text(item, "call_id")!;
        Require(_calls.Contains(id), "input", $"No tool call found for function call output with call_id {id}.");
        Require(item.TryGetProperty("output"u8, out _), place + ".output", $"Missing required parameter: '{place}.output'.");
        _answered.Add(id);
    }

    private static void RequireId(JsonElement item, string place) => Require(
        Text(item, "call_id") is { Length: > 0 and <= 64 }, place + ".call_id",
        $"Invalid '{place}.call_id': Expected a string with a length of 1 to 64.");

    private static void Require(bool condition, string parameter, string message)
    {
        if (!condition)
        {
            throw new FormatException($"{parameter}: {message}");
        }
    }
}
