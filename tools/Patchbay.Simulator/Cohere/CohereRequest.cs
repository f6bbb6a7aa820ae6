using System.Text.Json;
using System.Text.Json.Nodes;
using static Patchbay.Simulator.Hosting.Body;

namespace Patchbay.Simulator.Cohere;

/// <summary>A chat request, checked as strictly as the API checks it.</summary>
internal sealed class CohereRequest : IDisposable
{
    // https://docs.cohere.com/reference/chat (request)
    private static readonly string[] Members =
    [
        "stream", "model", "messages", "tools", "strict_tools", "documents", "citation_options", "response_format", "safety_mode",
        "max_tokens", "stop_sequences", "temperature", "seed", "frequency_penalty", "presence_penalty", "k", "p", "logprobs",
        "tool_choice", "thinking", "priority",
    ];

    private readonly JsonDocument _document;

    private CohereRequest(JsonDocument document) => _document = document;

    public string Model => Text(Root, "model") ?? "";

    public bool Stream => Root.TryGetProperty("stream"u8, out var stream) && stream.ValueKind == JsonValueKind.True;

    /// <summary>Models that can think do so unless told not to.</summary>
    public bool Thinks => !Root.TryGetProperty("thinking"u8, out var thinking) || Text(thinking, "type") != "disabled";

    private JsonElement Root => _document.RootElement;

    /// <summary>Reads a body. Throws <see cref="FormatException"/> when it is no JSON object.</summary>
    public static CohereRequest Read(ReadOnlyMemory<byte> body) => new(Parse(body));

    /// <summary>Throws <see cref="FormatException"/> with the API's kind of message for what the API would refuse.</summary>
    public void Check()
    {
        RequireKnown(Root, Members);
        RequireRange("temperature", 0, 1);
        RequireRange("p", 0.01, 0.99);
        RequireRange("k", 0, 500);
        RequireRange("frequency_penalty", 0, 1);
        RequireRange("presence_penalty", 0, 1);
        var hasTools = Root.TryGetProperty("tools"u8, out _);
        Require(!hasTools || !Root.TryGetProperty("response_format"u8, out _), "invalid request: response_format is not supported with tools");
        Require(hasTools || !Root.TryGetProperty("tool_choice"u8, out _), "invalid request: tool_choice can only be specified with tools");
        Require(Root.TryGetProperty("messages"u8, out var messages) && messages.GetArrayLength() > 0, "invalid request: messages must not be empty");
        CheckMessages(messages);
    }

    /// <summary>The same request as the chat API would have it, as far as the plan of an answer needs it.</summary>
    public byte[] ToChat()
    {
        var messages = new JsonArray();
        foreach (var message in Root.GetProperty("messages"u8).EnumerateArray())
        {
            messages.Add(new JsonObject
            {
                ["role"] = Text(message, "role"),
                ["content"] = message.TryGetProperty("content"u8, out var content) ? TextOf(content) : "",
            });
        }

        var chat = new JsonObject { ["model"] = Model, ["stream"] = Stream, ["messages"] = messages };
        if (Root.TryGetProperty("max_tokens"u8, out var limit))
        {
            chat["max_tokens"] = limit.GetInt32();
        }

        if (Root.TryGetProperty("tools"u8, out var tools))
        {
            chat["tools"] = JsonNode.Parse(tools.GetRawText());
        }

        if (Text(Root, "tool_choice") is { } choice)
        {
            chat["tool_choice"] = choice == "REQUIRED" ? "required" : "none";
        }

        if (Root.TryGetProperty("response_format"u8, out var format))
        {
            chat["response_format"] = format.TryGetProperty("json_schema"u8, out var schema)
                ? new JsonObject { ["type"] = "json_schema", ["json_schema"] = new JsonObject { ["schema"] = JsonNode.Parse(schema.GetRawText()) } }
                : new JsonObject { ["type"] = Text(format, "type") };
        }

        return JsonSerializer.SerializeToUtf8Bytes(chat);
    }

    public void Dispose() => _document.Dispose();

    private void RequireRange(string name, double least, double most) => Require(
        !Root.TryGetProperty(name, out var value) || (value.GetDouble() >= least && value.GetDouble() <= most),
        $"invalid request: {name} must be between {least} and {most} inclusive");

    private static void CheckMessages(JsonElement messages)
    {
        var calls = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in messages.EnumerateArray())
        {
            var role = Text(message, "role");
            var says = message.TryGetProperty("content"u8, out var content)
                && (content.ValueKind == JsonValueKind.Array ? content.GetArrayLength() > 0 : content.GetString()!.Length > 0);
            var hasCalls = message.TryGetProperty("tool_calls"u8, out var made);
            switch (role)
            {
                case "tool":
                    Require(calls.Contains(Text(message, "tool_call_id") ?? ""), "invalid request: tool message has no preceding tool call of its id");
                    break;
                case "assistant":
                    Require(says || hasCalls, "invalid request: all assistant messages must have content or tool_calls");
                    break;
                case "user" or "system":
                    Require(says, "invalid request: all elements in messages must have non-empty content");
                    break;
                default:
                    throw new FormatException($"invalid request: unknown role {role}");
            }

            foreach (var call in hasCalls ? made.EnumerateArray() : default)
            {
                Require(call.GetProperty("function"u8).GetProperty("arguments"u8).ValueKind == JsonValueKind.String, "invalid request: arguments must be a string");
                calls.Add(Text(call, "id") ?? "");
            }

            foreach (var block in content.ValueKind == JsonValueKind.Array ? content.EnumerateArray() : default)
            {
                var type = Text(block, "type");
                Require(type == "text" || (type == "image_url" && role == "user") || (type == "thinking" && role == "assistant")
                    || (type == "document" && role == "tool"), $"invalid request: content type {type} is not valid for role {role}");
            }
        }
    }
}
