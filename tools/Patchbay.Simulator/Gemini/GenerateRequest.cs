using System.Text.Json;
using System.Text.Json.Nodes;

namespace Patchbay.Simulator.Gemini;

/// <summary>A request to generate content, checked as strictly as the API checks it.</summary>
internal sealed class GenerateRequest : IDisposable
{
    public const string Whole = ":generateContent";

    public const string Streamed = ":streamGenerateContent";

    // https://ai.google.dev/api/generate-content#request-body
    private static readonly string[] Members =
    [
        "contents", "tools", "toolConfig", "safetySettings", "systemInstruction", "generationConfig", "cachedContent", "serviceTier",
    ];

    // https://ai.google.dev/api/generate-content#v1beta.GenerationConfig
    private static readonly string[] ConfigMembers =
    [
        "stopSequences", "responseMimeType", "responseSchema", "responseJsonSchema", "responseModalities", "candidateCount",
        "maxOutputTokens", "temperature", "topP", "topK", "seed", "presencePenalty", "frequencyPenalty", "responseLogprobs",
        "logprobs", "enableEnhancedCivicAnswers", "speechConfig", "thinkingConfig", "imageConfig", "mediaResolution",
    ];

    private readonly JsonDocument _document;

    private GenerateRequest(JsonDocument document) => _document = document;

    /// <summary>The model in the address, with its settings.</summary>
    public required string Model { get; init; }

    public required bool Stream { get; init; }

    /// <summary>The address is Vertex AI's.</summary>
    public required bool IsVertex { get; init; }

    /// <summary>The request asks to see the thoughts.</summary>
    public bool ShowsThoughts => Config is { } config && config.TryGetProperty("thinkingConfig"u8, out var thinking)
        && thinking.TryGetProperty("includeThoughts"u8, out var include) && include.ValueKind == JsonValueKind.True;

    private JsonElement Root => _document.RootElement;

    private JsonElement? Config => Root.TryGetProperty("generationConfig"u8, out var config) ? config : null;

    /// <summary>Reads an address and a body. Throws <see cref="FormatException"/> when that is no JSON object.</summary>
    public static GenerateRequest Read(string path, ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body);
            Require(document.RootElement.ValueKind == JsonValueKind.Object, "Invalid JSON payload received. Root element must be a message.");
            const string Folder = "models/";
            var folder = path.IndexOf(Folder, StringComparison.Ordinal);
            var start = folder < 0 ? path.LastIndexOf('/') + 1 : folder + Folder.Length;
            return new GenerateRequest(document)
            {
                Model = path[start..path.LastIndexOf(':')],
                Stream = path.EndsWith(Streamed, StringComparison.Ordinal),
                IsVertex = path.Contains("/publishers/", StringComparison.Ordinal),
            };
        }
        catch (JsonException exception)
        {
            throw new FormatException($"Invalid JSON payload received. {exception.Message}", exception);
        }
    }

    /// <summary>Whether the model gives ids to calls and wants their signatures back.</summary>
    public static bool IsStrict(string model) => model.StartsWith("gemini-3", StringComparison.Ordinal);

    /// <summary>Throws <see cref="FormatException"/> with the API's kind of message for what the API would refuse.</summary>
    public void Check(string model)
    {
        RequireKnown(Root, Members, "");
        if (Config is { } config)
        {
            RequireKnown(config, ConfigMembers, " at 'generation_config'");
            Require(!config.TryGetProperty("temperature"u8, out var heat) || heat.GetDouble() is >= 0 and <= 2,
                "* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].");
            if (config.TryGetProperty("thinkingConfig"u8, out var thinking))
            {
                var hasLevel = thinking.TryGetProperty("thinkingLevel"u8, out _);
                Require(!hasLevel || IsStrict(model), "Thinking level is not supported for this model.");
                Require(!hasLevel || !thinking.TryGetProperty("thinkingBudget"u8, out _),
                    "You can only set only one of thinking budget and thinking level.");
            }
        }

        Require(Root.TryGetProperty("contents"u8, out var contents) && contents.GetArrayLength() > 0,
            "* GenerateContentRequest.contents: contents is not specified");
        new ContentsCheck(IsVertex, IsStrict(model)).Check(contents);
    }

    /// <summary>The same request as the chat API would have it, as far as the plan of an answer needs it.</summary>
    public byte[] ToChat()
    {
        var messages = new JsonArray();
        if (Root.TryGetProperty("systemInstruction"u8, out var system))
        {
            messages.Add(new JsonObject { ["role"] = "system", ["content"] = TextOf(system) });
        }

        foreach (var content in Root.GetProperty("contents"u8).EnumerateArray())
        {
            messages.Add(new JsonObject
            {
                ["role"] = Text(content, "role") == "model" ? "assistant" : "user",
                ["content"] = TextOf(content),
            });
        }

        var chat = new JsonObject { ["model"] = Model, ["stream"] = Stream, ["messages"] = messages };
        AddTools(chat);
        if (Config is { } config)
        {
            if (config.TryGetProperty("maxOutputTokens"u8, out var limit))
            {
                chat["max_tokens"] = Math.Min(limit.GetInt64(), int.MaxValue);
            }

            if (Text(config, "responseMimeType") == "application/json")
            {
                chat["response_format"] = config.TryGetProperty("responseJsonSchema"u8, out var schema)
                    ? new JsonObject
                    {
                        ["type"] = "json_schema",
                        ["json_schema"] = new JsonObject { ["schema"] = JsonNode.Parse(schema.GetRawText()) },
                    }
                    : new JsonObject { ["type"] = "json_object" };
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(chat);
    }

    public void Dispose() => _document.Dispose();

    private void AddTools(JsonObject chat)
    {
        if (Root.TryGetProperty("tools"u8, out var tools))
        {
            var functions = new JsonArray();
            foreach (var tool in tools.EnumerateArray())
            {
                if (!tool.TryGetProperty("functionDeclarations"u8, out var declarations))
                {
                    continue;
                }

                foreach (var declaration in declarations.EnumerateArray())
                {
                    var function = new JsonObject { ["name"] = Text(declaration, "name") };
                    if (declaration.TryGetProperty("parametersJsonSchema"u8, out var schema))
                    {
                        function["parameters"] = JsonNode.Parse(schema.GetRawText());
                    }

                    functions.Add(new JsonObject { ["type"] = "function", ["function"] = function });
                }
            }

            chat["tools"] = functions;
        }

        if (Root.TryGetProperty("toolConfig"u8, out var config)
            && config.TryGetProperty("functionCallingConfig"u8, out var calling) && Text(calling, "mode") == "ANY")
        {
            chat["tool_choice"] = calling.TryGetProperty("allowedFunctionNames"u8, out var names) && names.GetArrayLength() > 0
                ? new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = names[0].GetString() } }
                : "required";
        }
    }

    private void RequireKnown(JsonElement element, string[] members, string place)
    {
        foreach (var member in element.EnumerateObject())
        {
            Require(Array.IndexOf(members, member.Name) >= 0 || (IsVertex && member.Name == "labels"),
                $"Invalid JSON payload received. Unknown name \"{member.Name}\"{place}: Cannot find field.");
        }
    }

    private static string TextOf(JsonElement content)
    {
        var text = "";
        foreach (var part in content.GetProperty("parts"u8).EnumerateArray())
        {
            text += Text(part, "text");
        }

        return text;
    }

    internal static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new FormatException(message);
        }
    }
}
