using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Patchbay.Simulator.Hosting.Body;

namespace Patchbay.Simulator.Ollama;

/// <summary>A chat request, checked as strictly as the server checks it.</summary>
internal sealed class OllamaRequest : IDisposable
{
    private readonly JsonDocument _document;

    private OllamaRequest(JsonDocument document) => _document = document;

    public string Model => Text(Root, "model") ?? "";

    /// <summary>Without a word about it, it streams.</summary>
    public bool Stream => !Root.TryGetProperty("stream"u8, out var stream) || stream.ValueKind != JsonValueKind.False;

    /// <summary>Models that can think do so unless told not to.</summary>
    public bool Thinks => !Root.TryGetProperty("think"u8, out var think) || think.ValueKind != JsonValueKind.False;

    private JsonElement Root => _document.RootElement;

    /// <summary>Reads a body. Throws <see cref="FormatException"/> when it is no JSON object.</summary>
    public static OllamaRequest Read(ReadOnlyMemory<byte> body) => new(Parse(body));

    /// <summary>Throws <see cref="FormatException"/> with the server's kind of message for what it would refuse. Unknown
    /// members are none of its business.</summary>
    public void Check()
    {
        Require(Model.Length > 0, "model is required");
        if (Root.TryGetProperty("think"u8, out var think) && think.ValueKind == JsonValueKind.String)
        {
            Require(think.GetString() is "low" or "medium" or "high" or "max", $"invalid think value: \"{think.GetString()}\" (must be \"high\", \"medium\", \"low\", \"max\", true, or false)");
        }

        foreach (var message in Root.GetProperty("messages"u8).EnumerateArray())
        {
            Require(Text(message, "role") is "system" or "user" or "assistant" or "tool", "invalid role");
            Require(!message.TryGetProperty("content"u8, out var content) || content.ValueKind == JsonValueKind.String,
                "json: cannot unmarshal into Go struct field ChatRequest.messages.content of type string");
            foreach (var image in message.TryGetProperty("images"u8, out var images) ? images.EnumerateArray() : default)
            {
                Require(Base64.IsValid(image.GetString()!), "illegal base64 data");
            }

            foreach (var call in message.TryGetProperty("tool_calls"u8, out var calls) ? calls.EnumerateArray() : default)
            {
                Require(call.GetProperty("function"u8).GetProperty("arguments"u8).ValueKind == JsonValueKind.Object,
                    "json: cannot unmarshal string into Go struct field ToolCallFunction.arguments");
            }
        }
    }

    /// <summary>The same request as the chat API would have it, as far as the plan of an answer needs it.</summary>
    public byte[] ToChat()
    {
        var messages = new JsonArray();
        foreach (var message in Root.GetProperty("messages"u8).EnumerateArray())
        {
            messages.Add(new JsonObject { ["role"] = Text(message, "role"), ["content"] = Text(message, "content") ?? "" });
        }

        var chat = new JsonObject { ["model"] = Model, ["stream"] = Stream, ["messages"] = messages };
        if (Root.TryGetProperty("options"u8, out var options) && options.TryGetProperty("num_predict"u8, out var limit) && limit.GetInt32() >= 0)
        {
            chat["max_tokens"] = limit.GetInt32();
        }

        if (Root.TryGetProperty("tools"u8, out var tools))
        {
            chat["tools"] = JsonNode.Parse(tools.GetRawText());
        }

        if (Root.TryGetProperty("format"u8, out var format))
        {
            chat["response_format"] = format.ValueKind == JsonValueKind.Object
                ? new JsonObject { ["type"] = "json_schema", ["json_schema"] = new JsonObject { ["schema"] = JsonNode.Parse(format.GetRawText()) } }
                : new JsonObject { ["type"] = "json_object" };
        }

        return JsonSerializer.SerializeToUtf8Bytes(chat);
    }

    public void Dispose() => _document.Dispose();
}
