using System.Text.Json;
using System.Text.Json.Nodes;

namespace Patchbay.Simulator.Responses;

/// <summary>A request for a response.</summary>
internal sealed class ResponsesRequest : IDisposable
{
    private readonly JsonDocument _document;

    private ResponsesRequest(JsonDocument document) => _document = document;

    public JsonElement Root => _document.RootElement;

    public string Model => Text(Root, "model") ?? "";

    public bool Stream => Root.TryGetProperty("stream"u8, out var stream) && stream.ValueKind == JsonValueKind.True;

    /// <summary>The request does not ask for an answer without reasoning.</summary>
    public bool Thinks => Reasoning("effort") != "none";

    /// <summary>A summary of the reasoning is asked for.</summary>
    public bool WantsSummary => Reasoning("summary") is not null;

    /// <summary>The reasoning is wanted in the form that comes back.</summary>
    public bool WantsEncrypted => Includes("reasoning.encrypted_content");

    /// <summary>Log probabilities are wanted.</summary>
    public bool WantsLogprobs => Includes("message.output_text.logprobs");

    /// <summary>Reads a body. Throws <see cref="FormatException"/> when it is no JSON object.</summary>
    public static ResponsesRequest Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ResponsesRequest(document)
                : throw new FormatException("The body is not an object");
        }
        catch (JsonException exception)
        {
            throw new FormatException("We could not parse the JSON body of your request.", exception);
        }
    }

    /// <summary>The same request as the chat API would have it, as far as the plan of an answer needs it.</summary>
    public byte[] ToChat()
    {
        var chat = new JsonObject { ["model"] = Model, ["stream"] = Stream, ["messages"] = Messages() };
        if (Root.TryGetProperty("max_output_tokens"u8, out var limit))
        {
            chat["max_tokens"] = Math.Min(limit.GetInt64(), int.MaxValue);
        }

        if (Root.TryGetProperty("tools"u8, out var tools))
        {
            var functions = new JsonArray();
            foreach (var tool in tools.EnumerateArray())
            {
                if (Text(tool, "type") == "function")
                {
                    functions.Add(new JsonObject { ["type"] = "function", ["function"] = JsonNode.Parse(tool.GetRawText()) });
                }
            }

            chat["tools"] = functions;
        }

        if (Root.TryGetProperty("tool_choice"u8, out var choice))
        {
            chat["tool_choice"] = choice.ValueKind == JsonValueKind.String ? choice.GetString()
                : Text(choice, "type") == "allowed_tools" ? Text(choice, "mode")
                : new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = Text(choice, "name") } };
        }

        if (Root.TryGetProperty("text"u8, out var text) && text.TryGetProperty("format"u8, out var format))
        {
            chat["response_format"] = new JsonObject
            {
                ["type"] = Text(format, "type"),
                ["json_schema"] = JsonNode.Parse(format.GetRawText()),
            };
        }

        return JsonSerializer.SerializeToUtf8Bytes(chat);
    }

    public void Dispose() => _document.Dispose();

    /// <summary>A member that is a string; null where there is none.</summary>
    internal static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private JsonArray Messages()
    {
        var input = Root.GetProperty("input"u8);
        if (input.ValueKind == JsonValueKind.String)
        {
            return [new JsonObject { ["role"] = "user", ["content"] = input.GetString() }];
        }

        var messages = new JsonArray();
        foreach (var item in input.EnumerateArray())
        {
            switch (Text(item, "type") ?? "message")
            {
                case "message":
                    messages.Add(new JsonObject { ["role"] = Text(item, "role"), ["content"] = TextOf(item.GetProperty("content"u8)) });
                    break;
                case "function_call":
                    messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = Text(item, "arguments") });
                    break;
                case "function_call_output":
                    messages.Add(new JsonObject { ["role"] = "tool", ["content"] = TextOf(item.GetProperty("output"u8)) });
                    break;
            }
        }

        return messages;
    }

    private static string TextOf(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString()!;
        }

        var text = "";
        foreach (var part in content.EnumerateArray())
        {
            text += Text(part, "text");
        }

        return text;
    }

    private string? Reasoning(string name) =>
        Root.TryGetProperty("reasoning"u8, out var reasoning) ? Text(reasoning, name) : null;

    private bool Includes(string what)
    {
        if (Root.TryGetProperty("include"u8, out var include))
        {
            foreach (var one in include.EnumerateArray())
            {
                if (one.ValueEquals(what))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
