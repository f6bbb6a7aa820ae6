using System.Text.Json;
using System.Text.Json.Nodes;
using static Patchbay.Simulator.Hosting.Body;

namespace Patchbay.Simulator.Bedrock;

/// <summary>A request to Converse, checked as strictly as the service checks it.</summary>
internal sealed class ConverseRequest : IDisposable
{
    public const string Whole = "/converse";

    public const string Streamed = "/converse-stream";

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (request body)
    private static readonly string[] Members =
    [
        "additionalModelRequestFields", "additionalModelResponseFieldPaths", "guardrailConfig", "inferenceConfig", "messages",
        "outputConfig", "performanceConfig", "promptVariables", "requestMetadata", "serviceTier", "system", "toolConfig",
    ];

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html
    private static readonly string[] Inference = ["maxTokens", "stopSequences", "temperature", "topP"];

    private readonly JsonDocument _document;

    private ConverseRequest(JsonDocument document) => _document = document;

    /// <summary>The model in the address, with its settings.</summary>
    public required string Model { get; init; }

    public required bool Stream { get; init; }

    /// <summary>The request asks for thinking, as Claude takes it.</summary>
    public bool Thinks => Root.TryGetProperty("additionalModelRequestFields"u8, out var more)
        && more.TryGetProperty("thinking"u8, out var thinking) && Text(thinking, "type") is "enabled" or "adaptive";

    /// <summary>Where the prompt is marked for the cache: not at all, for five minutes, or for an hour.</summary>
    public string? CacheTtl { get; private set; }

    private JsonElement Root => _document.RootElement;

    /// <summary>The model in an address; ids that are ARNs have their slashes escaped.</summary>
    public static string ModelIn(string path)
    {
        var start = path.IndexOf("model/", StringComparison.Ordinal) + "model/".Length;
        return Uri.UnescapeDataString(path[start..path.LastIndexOf('/')]);
    }

    /// <summary>Reads an address and a body. Throws <see cref="FormatException"/> when that is no JSON object.</summary>
    public static ConverseRequest Read(string path, ReadOnlyMemory<byte> body) => new(Parse(body))
    {
        Model = ModelIn(path),
        Stream = path.EndsWith(Streamed, StringComparison.Ordinal),
    };

    /// <summary>Throws <see cref="FormatException"/> with the service's kind of message for what it would refuse.</summary>
    public void Check()
    {
        RequireKnown(Root, Members);
        if (Root.TryGetProperty("inferenceConfig"u8, out var inference))
        {
            RequireKnown(inference, Inference);
            Require(!inference.TryGetProperty("temperature"u8, out var heat) || heat.GetDouble() is >= 0 and <= 1,
                "Value at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value between 0 and 1");
            Require(!inference.TryGetProperty("maxTokens"u8, out var limit) || limit.GetInt64() >= 1,
                "Value at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1");
        }

        Require(Root.TryGetProperty("messages"u8, out var messages) && messages.GetArrayLength() > 0,
            "The messages field is required.");
        new TurnsCheck(Root.TryGetProperty("toolConfig"u8, out _)).Check(messages);
        FindCachePoints(Root);
    }

    /// <summary>The same request as the chat API would have it, as far as the plan of an answer needs it.</summary>
    public byte[] ToChat()
    {
        var messages = new JsonArray();
        if (Root.TryGetProperty("system"u8, out var system))
        {
            messages.Add(new JsonObject { ["role"] = "system", ["content"] = TextOf(system) });
        }

        foreach (var message in Root.GetProperty("messages"u8).EnumerateArray())
        {
            messages.Add(new JsonObject { ["role"] = Text(message, "role"), ["content"] = TextOf(message.GetProperty("content"u8)) });
        }

        var chat = new JsonObject { ["model"] = Model, ["stream"] = Stream, ["messages"] = messages };
        if (Root.TryGetProperty("inferenceConfig"u8, out var inference) && inference.TryGetProperty("maxTokens"u8, out var limit))
        {
            chat["max_tokens"] = Math.Min(limit.GetInt64(), int.MaxValue);
        }

        AddTools(chat);
        if (Root.TryGetProperty("outputConfig"u8, out var output))
        {
            var schema = output.GetProperty("textFormat"u8).GetProperty("structure"u8).GetProperty("jsonSchema"u8).GetProperty("schema"u8);
            chat["response_format"] = new JsonObject
            {
                ["type"] = "json_schema",
                ["json_schema"] = new JsonObject { ["schema"] = JsonNode.Parse(schema.GetString()!) },
            };
        }

        return JsonSerializer.SerializeToUtf8Bytes(chat);
    }

    public void Dispose() => _document.Dispose();

    private void AddTools(JsonObject chat)
    {
        if (!Root.TryGetProperty("toolConfig"u8, out var config))
        {
            return;
        }

        var functions = new JsonArray();
        foreach (var tool in config.GetProperty("tools"u8).EnumerateArray())
        {
            if (tool.TryGetProperty("toolSpec"u8, out var spec))
            {
                functions.Add(Function(Text(spec, "name"), spec.GetProperty("inputSchema"u8).GetProperty("json"u8)));
            }
        }

        chat["tools"] = functions;
        if (config.TryGetProperty("toolChoice"u8, out var choice))
        {
            chat["tool_choice"] = choice.TryGetProperty("tool"u8, out var named) ? NamedChoice(Text(named, "name"))
                : choice.TryGetProperty("any"u8, out _) ? "required"
                : "auto";
        }
    }

    private void FindCachePoints(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                FindCachePoints(item);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                if (member.NameEquals("cachePoint"u8))
                {
                    CacheTtl = Text(member.Value, "ttl") ?? CacheTtl ?? "5m";
                }
                else
                {
                    FindCachePoints(member.Value);
                }
            }
        }
    }
}
