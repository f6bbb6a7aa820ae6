using System.Text.Json;
using System.Text.Json.Nodes;
using static Patchbay.Simulator.Hosting.Body;

namespace Patchbay.Simulator.Mistral;

/// <summary>A chat request.</summary>
internal sealed class MistralRequest : IDisposable
{
    private static readonly string[] Shared = ["max_tokens", "tools", "response_format"];

    private readonly JsonDocument _document;

    private MistralRequest(JsonDocument document) => _document = document;

    public JsonElement Root => _document.RootElement;

    public string Model => Text(Root, "model") ?? "";

    public bool Stream => Root.TryGetProperty("stream"u8, out var stream) && stream.ValueKind == JsonValueKind.True;

    /// <summary>Whether thoughts are asked for (https://docs.mistral.ai/capabilities/reasoning).</summary>
    public bool Thinks => Text(Root, "prompt_mode") == "reasoning" || Text(Root, "reasoning_effort") is { } and not "none";

    /// <summary>Reads a body. Throws <see cref="FormatException"/> when it is no JSON object.</summary>
    public static MistralRequest Read(ReadOnlyMemory<byte> body) => new(Parse(body));

    /// <summary>The same request as OpenAI's API would have it, as far as the plan of an answer needs it.</summary>
    public byte[] ToChat()
    {
        var messages = new JsonArray();
        foreach (var message in Root.GetProperty("messages"u8).EnumerateArray())
        {
            messages.Add(new JsonObject
            {
                ["role"] = Text(message, "role"),
                ["content"] = message.TryGetProperty("content"u8, out var content) && content.ValueKind != JsonValueKind.Null ? TextOf(content) : "",
            });
        }

        var chat = new JsonObject { ["model"] = Model, ["stream"] = Stream, ["messages"] = messages };
        foreach (var name in Shared)
        {
            if (Root.TryGetProperty(name, out var value))
            {
                chat[name] = JsonNode.Parse(value.GetRawText());
            }
        }

        if (Root.TryGetProperty("tool_choice"u8, out var choice))
        {
            chat["tool_choice"] = Text(Root, "tool_choice") == "any" ? "required" : JsonNode.Parse(choice.GetRawText());
        }

        return JsonSerializer.SerializeToUtf8Bytes(chat);
    }

    public void Dispose() => _document.Dispose();
}
