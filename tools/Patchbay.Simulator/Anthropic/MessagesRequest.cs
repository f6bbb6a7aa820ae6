using System.Text.Json;
using System.Text.Json.Nodes;
using static Patchbay.Simulator.Hosting.Body;

namespace Patchbay.Simulator.Anthropic;

/// <summary>A request to the Messages API, checked as strictly as the API checks it.</summary>
internal sealed class MessagesRequest : IDisposable
{
    // https://docs.claude.com/en/api/messages (body)
    private static readonly string[] Members =
    [
        "model", "messages", "max_tokens", "cache_control", "container", "inference_geo", "metadata", "output_config",
        "service_tier", "stop_sequences", "stream", "system", "temperature", "thinking", "tool_choice", "tools", "top_k", "top_p",
    ];

    private readonly JsonDocument _document;
    private readonly MessagesAddress? _cloud;

    private MessagesRequest(JsonDocument document, MessagesAddress? cloud)
    {
        _document = document;
        _cloud = cloud;
    }

    public string Model => _cloud?.Model ?? (Root.TryGetProperty("model"u8, out var model) ? model.GetString() ?? "" : "");

    public bool Stream => _cloud?.Stream ?? SaysStream;

    private bool SaysStream => Root.TryGetProperty("stream"u8, out var stream) && stream.ValueKind == JsonValueKind.True;

    /// <summary>The request asks for thinking.</summary>
    public bool Thinks => Thinking is "enabled" or "adaptive";

    /// <summary>Where the prompt is marked for the cache: not at all, for five minutes, or for an hour.</summary>
    public string? CacheTtl { get; private set; }

    private JsonElement Root => _document.RootElement;

    private string? Thinking => Root.TryGetProperty("thinking"u8, out var thinking) ? Text(thinking, "type") : null;

    /// <summary>Reads a body. Throws <see cref="FormatException"/> when it is no JSON object.</summary>
    /// <param name="body">The body.</param>
    /// <param name="cloud">What the address says in place of the body; null at Anthropic.</param>
    public static MessagesRequest Read(ReadOnlyMemory<byte> body, MessagesAddress? cloud = null) => new(Parse(body), cloud);

    /// <summary>Throws <see cref="FormatException"/> with the API's kind of message for what the API would refuse.</summary>
    public void Check()
    {
        foreach (var member in Root.EnumerateObject())
        {
            Require(IsKnown(member.Name), $"{member.Name}: Extra inputs are not permitted");
        }

        Require(_cloud is null || (Root.TryGetProperty("anthropic_version"u8, out var version) && version.ValueEquals(_cloud.Version)),
            "anthropic_version: Field required");
        Require(_cloud is not { BodySaysStream: true } || SaysStream == _cloud.Stream, "stream: must be as the address says");

        Require(Root.TryGetProperty("max_tokens"u8, out var limit), "max_tokens: Field required");
        var most = limit.GetInt64();
        Require(most >= 1, "max_tokens: must be greater than or equal to 1");
        if (Thinking == "enabled")
        {
            var budget = Root.GetProperty("thinking"u8).GetProperty("budget_tokens"u8).GetInt64();
            Require(budget >= 1024, "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
            Require(budget < most, "`max_tokens` must be greater than `thinking.budget_tokens`");
        }

        if (Thinks)
        {
            Require(!Root.TryGetProperty("temperature"u8, out var t) || t.GetDouble() == 1,
                "`temperature` may only be set to 1 when thinking is enabled");
            Require(!Root.TryGetProperty("top_k"u8, out _), "`top_k` must be unset when thinking is enabled");
            Require(!(Root.TryGetProperty("tool_choice"u8, out var choice) && Text(choice, "type") is "any" or "tool"),
                "Thinking may not be enabled when tool_choice forces tool use");
        }

        Require(!Root.TryGetProperty("temperature"u8, out var temperature) || temperature.GetDouble() is >= 0 and <= 1,
            "temperature: range: 0..1");
        FindCacheMarks(Root);
        CheckMessages();
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
            messages.Add(new JsonObject
            {
                ["role"] = Text(message, "role"),
                ["content"] = TextOf(message.GetProperty("content"u8)),
            });
        }

        var chat = new JsonObject
        {
            ["model"] = Model,
            ["stream"] = Stream,
            ["max_tokens"] = Math.Min(Root.GetProperty("max_tokens"u8).GetInt64(), int.MaxValue),
            ["messages"] = messages,
        };
        if (Root.TryGetProperty("tools"u8, out var tools))
        {
            var functions = new JsonArray();
            foreach (var tool in tools.EnumerateArray())
            {
                functions.Add(new JsonObject
                {
                    ["type"] = "function",
                    ["function"] = new JsonObject
                    {
                        ["name"] = Text(tool, "name"),
                        ["parameters"] = tool.TryGetProperty("input_schema"u8, out var schema) ? JsonNode.Parse(schema.GetRawText()) : null,
                    },
                });
            }

            chat["tools"] = functions;
        }

        if (Root.TryGetProperty("tool_choice"u8, out var choice))
        {
            chat["tool_choice"] = Text(choice, "type") switch
            {
                "any" => "required",
                "tool" => new JsonObject
                {
                    ["type"] = "function",
                    ["function"] = new JsonObject { ["name"] = Text(choice, "name") },
                },
                var type => type,
            };
        }

        if (Root.TryGetProperty("output_config"u8, out var config) && config.TryGetProperty("format"u8, out var format))
        {
            chat["response_format"] = new JsonObject
            {
                ["type"] = "json_schema",
                ["json_schema"] = new JsonObject { ["schema"] = JsonNode.Parse(format.GetProperty("schema"u8).GetRawText()) },
            };
        }

        return JsonSerializer.SerializeToUtf8Bytes(chat);
    }

    public void Dispose() => _document.Dispose();

    // On clouds the address says some of it, and tiers of service are Anthropic's own.
    private bool IsKnown(string member) => member switch
    {
        "anthropic_version" or "anthropic_beta" => _cloud is not null,
        "model" or "service_tier" => _cloud is null,
        "stream" => _cloud is null or { BodySaysStream: true },
        _ => Array.IndexOf(Members, member) >= 0,
    };

    private void CheckMessages()
    {
        Require(Root.TryGetProperty("messages"u8, out var messages), "messages: Field required");
        string? speaker = null;
        var calls = new HashSet<string>(StringComparer.Ordinal);
        var at = 0;
        var isThoughtless = false;
        var isOpen = false;
        foreach (var message in messages.EnumerateArray())
        {
            var role = Text(message, "role");
            Require(role is "user" or "assistant", $"messages.{at}.role: Input should be 'user' or 'assistant'");
            Require(role != speaker, $"messages.{at}: roles must alternate between \"user\" and \"assistant\"");
            Require(at > 0 || role == "user", "messages: first message must use the \"user\" role");
            speaker = role;
            var content = message.GetProperty("content"u8);
            if (content.ValueKind == JsonValueKind.Array)
            {
                var (thought, call, result) = CheckBlocks(content, $"messages.{at}.content", calls);
                isThoughtless = call ? !thought : isThoughtless;
                isOpen = result;
            }

            Require(role != "assistant" || at + 1 < messages.GetArrayLength() || TextOf(content) is var text && text == text.TrimEnd(),
                "messages: final assistant content cannot end with trailing whitespace");
            at++;
        }

        // https://docs.claude.com/en/docs/build-with-claude/extended-thinking (tool use): only the calls that the request
        // goes on from need their thoughts.
        Require(Thinking != "enabled" || !isOpen || !isThoughtless,
            "When `thinking` is enabled, a final `assistant` message must start with a thinking block: "
            + "Expected `thinking` or `redacted_thinking`, but found `tool_use`");
    }

    private (bool Thought, bool Call, bool Result) CheckBlocks(JsonElement blocks, string path, HashSet<string> calls)
    {
        var thought = false;
        var call = false;
        var result = false;
        var at = 0;
        Require(blocks.GetArrayLength() > 0, $"{path}: must not be empty");
        foreach (var block in blocks.EnumerateArray())
        {
            var place = $"{path}.{at++}";
            switch (Text(block, "type"))
            {
                case "text":
                    Require(!string.IsNullOrWhiteSpace(Text(block, "text")), $"{place}: text content blocks must be non-empty");
                    break;
                case "thinking":
                    thought = true;
                    Require(
                        ThinkingSignature.IsValid(Text(block, "thinking") ?? "", Text(block, "signature") ?? ""),
                        $"{place}: Invalid `signature` in `thinking` block");
                    break;
                case "redacted_thinking":
                    thought = true;
                    Require(
                        ThinkingSignature.IsRedacted(Text(block, "data") ?? ""),
                        $"{place}: Invalid `data` in `redacted_thinking` block");
                    break;
                case "tool_use":
                    call = true;
                    calls.Add(Text(block, "id") ?? "");
                    Require(block.GetProperty("input"u8).ValueKind == JsonValueKind.Object, $"{place}.input: should be an object");
                    break;
                case "tool_result":
                    result = true;
                    Require(calls.Contains(Text(block, "tool_use_id") ?? ""),
                        $"{place}: unexpected `tool_use_id` found in `tool_result` blocks");
                    break;
                case "image" or "document":
                    Require(block.TryGetProperty("source"u8, out var source), $"{place}.source: Field required");
                    Require(_cloud is null || Text(source, "type") is "base64" or "text", $"{place}.source: only base64 sources are available here");
                    break;
                default:
                    throw new FormatException($"{place}: unknown block type");
            }
        }

        return (thought, call, result);
    }

    private void FindCacheMarks(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                FindCacheMarks(item);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                if (member.NameEquals("cache_control"u8))
                {
                    CacheTtl = Text(member.Value, "ttl") ?? CacheTtl ?? "5m";
                }
                else if (!member.NameEquals("input_schema"u8))
                {
                    FindCacheMarks(member.Value);
                }
            }
        }
    }
}
