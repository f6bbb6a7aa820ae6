using System.Text.Json;
using Patchbay.Simulator.Hosting;
using static Patchbay.Simulator.Hosting.Body;

namespace Patchbay.Simulator.Mistral;

/// <summary>Checks a request as strictly as the API: a member that it does not know is a 422 with its place, a conversation in
/// the wrong order a 400 (https://docs.mistral.ai/api/endpoint/chat, https://docs.mistral.ai/resources/error-glossary).
/// </summary>
internal sealed class MistralCheck
{
    private static readonly string[] Members =
    [
        "model", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed", "metadata", "messages", "response_format", "tools",
        "tool_choice", "presence_penalty", "frequency_penalty", "n", "prediction", "parallel_tool_calls", "prompt_mode", "reasoning_effort",
        "guardrails", "prompt_cache_key", "safe_prompt",
    ];

    private readonly HashSet<string> _calls = new(StringComparer.Ordinal);
    private ErrorReply? _refusal;

    private MistralCheck()
    {
    }

    /// <summary>The error that the API answers with; null for a request that it takes.</summary>
    public static ErrorReply? Refuse(JsonElement root)
    {
        var check = new MistralCheck();
        check.Root(root);
        return check._refusal;
    }

    private void Root(JsonElement root)
    {
        Known(root, "", Members);
        if (root.TryGetProperty("temperature"u8, out var temperature) && temperature.GetDouble() is < 0 or > 1.5)
        {
            Invalid("temperature", "less_than_equal", "Input should be less than or equal to 1.5");
        }

        var index = 0;
        foreach (var tool in root.TryGetProperty("tools"u8, out var tools) ? tools.EnumerateArray() : default)
        {
            Tool(tool, $"tools.{index++}");
        }

        if (!root.TryGetProperty("messages"u8, out var messages) || messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
        {
            Invalid("messages", "missing", "Field required");
            return;
        }

        Messages(messages);
    }

    private void Tool(JsonElement tool, string place)
    {
        Known(tool, place, "type", "function");
        var function = tool.GetProperty("function"u8);
        Known(function, place + ".function", "name", "description", "strict", "parameters");
        if (!function.TryGetProperty("parameters"u8, out _))
        {
            Invalid(place + ".function.parameters", "missing", "Field required");
        }
    }

    private void Messages(JsonElement messages)
    {
        var index = 0;
        var before = "";
        foreach (var message in messages.EnumerateArray())
        {
            var place = $"messages.{index++}";
            var role = Text(message, "role") ?? "";
            Known(message, place, role switch
            {
                "assistant" => ["role", "content", "tool_calls", "prefix"],
                "tool" => ["role", "content", "tool_call_id", "name"],
                _ => ["role", "content"],
            });
            if (role is not ("system" or "user" or "assistant" or "tool"))
            {
                Invalid(place, "union_tag_invalid", $"Input tag '{role}' does not match any of the expected tags");
            }

            if (role != "tool" && _calls.Count > 0)
            {
                Order("Not the same number of function calls and responses");
            }

            if (before == "tool" && role is not ("tool" or "assistant"))
            {
                Order($"Unexpected role '{role}' after role 'tool'");
            }

            if (role == "tool" && !_calls.Remove(Text(message, "tool_call_id") ?? ""))
            {
                Order("Unexpected tool call id in tool results");
            }

            Calls(message, place);
            Content(message, role, place);
            before = role == "assistant" && message.TryGetProperty("prefix"u8, out var prefix) && prefix.ValueKind == JsonValueKind.True
                ? "prefix"
                : role;
        }

        if (before == "assistant")
        {
            Order("Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant");
        }
    }

    private void Calls(JsonElement message, string place)
    {
        var index = 0;
        foreach (var call in message.TryGetProperty("tool_calls"u8, out var calls) && calls.ValueKind == JsonValueKind.Array ? calls.EnumerateArray() : default)
        {
            Known(call, $"{place}.tool_calls.{index++}", "id", "type", "function", "index");
            var id = Text(call, "id") ?? "";
            if (id.Length != 9 || !id.All(char.IsAsciiLetterOrDigit))
            {
                _refusal ??= new ErrorReply(
                    400, "invalid_function_call", "3280", $"Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9.");
            }

            _calls.Add(id);
        }
    }

    private void Content(JsonElement message, string role, string place)
    {
        var hasContent = message.TryGetProperty("content"u8, out var content);
        if (role is "user" or "system" or "tool" && !hasContent)
        {
            Invalid(place + ".content", "missing", "Field required");
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var index = 0;
        foreach (var part in content.EnumerateArray())
        {
            var at = $"{place}.content.{index++}";
            switch (Text(part, "type"))
            {
                case "text": Known(part, at, "type", "text"); break;
                case "image_url": Known(part, at, "type", "image_url"); break;
                case "document_url": Known(part, at, "type", "document_url", "document_name"); break;
                case "file": Known(part, at, "type", "file_id"); break;
                case "input_audio": Known(part, at, "type", "input_audio"); break;
                case "reference": Known(part, at, "type", "reference_ids"); break;
                case "thinking" when role == "assistant": Known(part, at, "type", "thinking", "closed"); break;
                case var type: Invalid(at, "union_tag_invalid", $"Input tag '{type}' does not match any of the expected tags"); break;
            }
        }
    }

    private void Known(JsonElement element, string place, params ReadOnlySpan<string> members)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (members.IndexOf(member.Name) < 0)
            {
                Invalid($"{place}.{member.Name}", "extra_forbidden", "Extra inputs are not permitted");
            }
        }
    }

    private void Invalid(string place, string type, string message) => _refusal ??= new ErrorReply(422, type, place, message);

    private void Order(string message) => _refusal ??= new ErrorReply(400, "invalid_request_message_order", "3230", message);
}
