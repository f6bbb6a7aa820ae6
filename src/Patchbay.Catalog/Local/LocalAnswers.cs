using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Tells model servers apart by what they answer, and reads what they say of their models. Pure; an answer that is
/// not of the form means that it is another server.</summary>
public static class LocalAnswers
{
    private const Parameters Basic = Parameters.Temperature | Parameters.TopP | Parameters.MaxTokens | Parameters.Stop
        | Parameters.Seed | Parameters.FrequencyPenalty | Parameters.PresencePenalty | Parameters.ResponseFormat
        | Parameters.StructuredOutputs;

    /// <summary>llama.cpp's server: its list names <c>llamacpp</c> as the owner, and <c>/props</c> has the context and the
    /// abilities of the prompt template (https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md).</summary>
    /// <param name="baseUrl">Where its OpenAI-compatible API begins.</param>
    /// <param name="list">The answer of <c>/v1/models</c>.</param>
    /// <param name="props">The answer of <c>/props</c>, if there is one.</param>
    /// <param name="server">The server.</param>
    public static bool IsLlamaCpp(string baseUrl, byte[] list, byte[]? props, [MaybeNullWhen(false)] out LocalServer server)
    {
        var models = new List<LocalModel>();
        using var properties = Parse(props);
        var root = properties?.RootElement ?? default;
        var settings = ListValues.Member(root, "default_generation_settings") ?? default;
        var takesImages = ListValues.Flag(ListValues.Member(root, "modalities") ?? default, "vision") == true;
        var callsTools = ListValues.Flag(ListValues.Member(root, "chat_template_caps") ?? default, "supports_tools");
        foreach (var entry in Entries(list, "data"))
        {
            if (ListValues.Text(entry, "owned_by") == "llamacpp" && ListValues.Text(entry, "id") is { } id)
            {
                models.Add(new LocalModel(id)
                {
                    ContextLength = ListValues.Tokens(settings, "n_ctx")
                        ?? ListValues.Tokens(ListValues.Member(entry, "meta") ?? default, "n_ctx", "n_ctx_train"),
                    TakesImages = takesImages,
                    Supported = callsTools is null ? null : Basic | (callsTools == true ? Parameters.Tools | Parameters.ToolChoice : 0),
                });
            }
        }

        return Found("llama-cpp", "llama.cpp", baseUrl, models, out server);
    }

    /// <summary>vLLM: its list names <c>vllm</c> as the owner and has <c>max_model_len</c>
    /// (https://docs.vllm.ai/en/latest/serving/openai_compatible_server/).</summary>
    /// <param name="baseUrl">Where its OpenAI-compatible API begins.</param>
    /// <param name="list">The answer of <c>/v1/models</c>.</param>
    /// <param name="server">The server.</param>
    public static bool IsVllm(string baseUrl, byte[] list, [MaybeNullWhen(false)] out LocalServer server)
    {
        var models = new List<LocalModel>();
        foreach (var entry in Entries(list, "data"))
        {
            if (ListValues.Text(entry, "owned_by") == "vllm" && ListValues.Text(entry, "id") is { } id)
            {
                models.Add(new LocalModel(id) { ContextLength = ListValues.Tokens(entry, "max_model_len") });
            }
        }

        return Found("vllm", "vLLM", baseUrl, models, out server);
    }

    /// <summary>LM Studio: only it has <c>/api/v0/models</c>, with type, state and context of each model
    /// (https://lmstudio.ai/docs/developer/rest/endpoints).</summary>
    /// <param name="baseUrl">Where its OpenAI-compatible API begins.</param>
    /// <param name="list">The answer of <c>/api/v0/models</c>.</param>
    /// <param name="server">The server.</param>
    public static bool IsLmStudio(string baseUrl, byte[]? list, [MaybeNullWhen(false)] out LocalServer server)
    {
        var models = new List<LocalModel>();
        foreach (var entry in Entries(list, "data"))
        {
            if (ListValues.Text(entry, "id") is not { } id || ListValues.Text(entry, "state") is null
                || ListValues.Text(entry, "type") is not { } type)
            {
                server = null;
                return false;
            }

            models.Add(new LocalModel(id)
            {
                ContextLength = ListValues.Tokens(entry, "loaded_context_length", "max_context_length"),
                TakesImages = type == "vlm",
                NotOffered = type is "llm" or "vlm" ? null : $"it is for {type}, not for chat",
                Supported = ListValues.Member(entry, "capabilities") is not { ValueKind: JsonValueKind.Array } ? null
                    : Basic | (Has(entry, "tool_use") ? Parameters.Tools | Parameters.ToolChoice : 0),
            });
        }

        return Found("lm-studio", "LM Studio", baseUrl, models, out server);
    }

    /// <summary>Ollama: <c>/api/version</c> has its version, <c>/api/tags</c> its models with a digest each
    /// (https://github.com/ollama/ollama/blob/main/docs/api.md). Capabilities and context are in <c>/api/show</c>.</summary>
    /// <param name="baseUrl">Where its OpenAI-compatible API begins.</param>
    /// <param name="version">The answer of <c>/api/version</c>.</param>
    /// <param name="tags">The answer of <c>/api/tags</c>.</param>
    /// <param name="server">The server.</param>
    public static bool IsOllama(string baseUrl, byte[]? version, byte[]? tags, [MaybeNullWhen(false)] out LocalServer server)
    {
        server = null;
        using var answer = Parse(version);
        if (ListValues.Text(answer?.RootElement ?? default, "version") is null)
        {
            return false;
        }

        var models = new List<LocalModel>();
        foreach (var entry in Entries(tags, "models"))
        {
            if (ListValues.Text(entry, "name") is { } name && ListValues.Text(entry, "digest") is not null)
            {
                models.Add(new LocalModel(name)
                {
                    // Such a model runs in a cloud, where it is charged for.
                    NotOffered = ListValues.Text(entry, "remote_host") is { } host ? $"it runs at {host}, not on this machine" : null,
                });
            }
        }

        return Found("ollama", "Ollama", baseUrl, models, out server);
    }

    /// <summary>The model with what Ollama's <c>/api/show</c> says of it.</summary>
    public static LocalModel Describe(LocalModel model, byte[]? show)
    {
        using var answer = Parse(show);
        if (answer is null)
        {
            return model;
        }

        var root = answer.RootElement;
        var info = ListValues.Member(root, "model_info") ?? default;
        var architecture = ListValues.Text(info, "general.architecture");
        var knows = ListValues.Member(root, "capabilities") is { ValueKind: JsonValueKind.Array };
        return model with
        {
            ContextLength = ContextSet(root)
                ?? (architecture is null ? null : ListValues.Tokens(info, architecture + ".context_length")),
            TakesImages = Has(root, "vision"),
            NotOffered = model.NotOffered ?? (knows && !Has(root, "completion") ? "it is for embeddings, not for chat" : null),
            Supported = !knows ? null : Basic
                | (Has(root, "tools") ? Parameters.Tools : 0)
                | (Has(root, "thinking") ? Parameters.Reasoning | Parameters.ReasoningEffort | Parameters.IncludeReasoning : 0),
        };
    }

    // "num_ctx   8192" among the lines of the model's own settings: what is served, where it is less than what was trained.
    private static int? ContextSet(JsonElement root)
    {
        var text = ListValues.Member(root, "parameters") is { ValueKind: JsonValueKind.String } lines ? lines.GetString() : null;
        foreach (var line in (text ?? "").Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words is ["num_ctx", var number] && int.TryParse(number, out var tokens) && tokens > 0)
            {
                return tokens;
            }
        }

        return null;
    }

    private static bool Has(JsonElement element, string capability) =>
        ListValues.Member(element, "capabilities") is { ValueKind: JsonValueKind.Array } list
        && list.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.GetString() == capability);

    private static bool Found(
        string slug, string name, string baseUrl, List<LocalModel> models, [MaybeNullWhen(false)] out LocalServer server)
    {
        server = models.Count == 0 ? null
            : new LocalServer(slug, name, baseUrl, [.. models.OrderBy(model => model.Id, StringComparer.Ordinal)]);
        return server is not null;
    }

    private static List<JsonElement> Entries(byte[]? body, string name)
    {
        using var document = Parse(body);
        return document is not null && ListValues.Member(document.RootElement, name) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object).Select(entry => entry.Clone())]
            : [];
    }

    private static JsonDocument? Parse(byte[]? body)
    {
        try
        {
            return body is null ? null : JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
