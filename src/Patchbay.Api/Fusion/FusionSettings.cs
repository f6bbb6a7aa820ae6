using System.Text.Json;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>What a request for a fusion asks: by the model's name, by the plugin, or by the tool. Immutable.</summary>
internal sealed record FusionSettings
{
    /// <summary>The bound of an inner call that says none, in tokens. Smaller where the model gives less.</summary>
    public const int UsualMaxTokens = 16_000;

    /// <summary>The request.</summary>
    public required JsonElement Request { get; init; }

    /// <summary>The slug of the router that was named; null when a model was, and fusion by plugin or tool.</summary>
    public string? Router { get; init; }

    /// <summary>Whether the panel is asked. Not when the plugin is switched off, when the caller forbids tools, or when a
    /// tool's result is to be answered: then only the model that writes the answer is.</summary>
    public bool AsksPanel { get; init; }

    /// <summary>The models of the panel, 1 to 8; one may occur twice.</summary>
    public IReadOnlyList<string> Panel { get; init; } = [];

    /// <summary>The model that compares their answers.</summary>
    public string Analyst { get; init; } = "";

    /// <summary>The model that writes the answer, and what stands in for it.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>The bound of each inner call in tokens; null for <see cref="UsualMaxTokens"/>.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>The inner calls' <c>reasoning</c>.</summary>
    public JsonElement? Reasoning { get; init; }

    /// <summary>The panel's <c>temperature</c>.</summary>
    public JsonElement? Temperature { get; init; }

    /// <summary>The inner calls' <c>cache_control</c>.</summary>
    public JsonElement? CacheControl { get; init; }

    /// <summary>Whether a request may be for a fusion at all; costs a comparison a model.</summary>
    public static bool IsAsked(RequestEnvelope envelope)
    {
        var asked = envelope.NamesFusion;
        foreach (var model in envelope.Models)
        {
            asked |= RouterName.TryParse(model, out var name) && name.Kind == RouterKind.Fusion;
        }

        return asked;
    }

    /// <summary>Null without an error when the request is for none after all.</summary>
    public static FusionSettings? Read(ReadOnlySpan<byte> body, RequestEnvelope envelope, out GatewayError? error)
    {
        var request = JsonElement.Parse(body);
        var plugin = FindPlugin(request);
        var tool = FindTool(request);
        error = plugin?.Error ?? tool?.Error;
        if (error is not null)
        {
            return null;
        }

        RouterName? router = null;
        foreach (var model in envelope.Models)
        {
            router ??= RouterName.TryParse(model, out var name) && name.Kind == RouterKind.Fusion ? name : null;
        }

        if (router is null && tool is null && plugin is not { IsEnabled: true })
        {
            return null;
        }

        var isOn = (tool is not null && !ForbidsTools(request)) || (plugin?.IsEnabled ?? router is not null);

        if (!request.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array)
        {
            error = new GatewayError(GatewayErrorKind.InvalidRequest, "A fusion takes 'messages', not 'prompt'.")
            {
                Parameter = "messages",
            };
            return null;
        }

        plugin = plugin is { IsEnabled: false } ? null : plugin;
        var variants = router?.Variants ?? "";
        var preset = FusionPresets.Panel(
            plugin?.Preset ?? (router?.Slug == "openrouter/fusion-flash" ? FusionPresets.Fast : FusionPresets.Default));
        var writers = Writers(envelope.Models, plugin?.Model ?? (router is null ? null : preset[0] + variants));
        var panel = tool?.Panel ?? plugin?.Panel;
        return new FusionSettings
        {
            Request = request,
            Router = router?.Slug,
            AsksPanel = isOn && Role(messages[messages.GetArrayLength() - 1]) != "tool",
            Panel = panel ?? [.. preset.Select(model => model + variants)],
            Analyst = tool?.Model ?? plugin?.Model ?? (plugin?.Preset is null ? writers[0] : preset[0] + variants),
            Models = writers,
            MaxTokens = tool?.MaxTokens ?? plugin?.MaxTokens,
            Reasoning = tool?.Reasoning ?? plugin?.Reasoning,
            Temperature = tool?.Temperature ?? plugin?.Temperature,
            CacheControl = tool?.CacheControl ?? plugin?.CacheControl,
        };
    }

    /// <summary>The role of a message; empty when it says none.</summary>
    public static string Role(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty("role", out var role)
        && role.ValueKind == JsonValueKind.String ? role.GetString()! : "";

    // A model that the plugin names takes the place of the first; a router's name is replaced wherever it stands.
    private static List<string> Writers(List<string> asked, string? named)
    {
        var writers = new List<string>(asked.Count);
        foreach (var model in asked)
        {
            var isRouter = RouterName.TryParse(model, out var name) && name.Kind == RouterKind.Fusion;
            var writer = named is not null && (isRouter || writers.Count == 0) ? named : model;
            if (!writers.Contains(writer))
            {
                writers.Add(writer);
            }
        }

        return writers;
    }

    private static FusionOptions? FindPlugin(JsonElement request)
    {
        if (request.TryGetProperty("plugins", out var plugins) && plugins.ValueKind == JsonValueKind.Array)
        {
            for (var i = 0; i < plugins.GetArrayLength(); i++)
            {
                if (plugins[i].TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && id.ValueEquals("fusion"))
                {
                    return FusionOptions.Read(plugins[i], $"plugins[{i}]");
                }
            }
        }

        return null;
    }

    private static FusionOptions? FindTool(JsonElement request)
    {
        if (request.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array)
        {
            for (var i = 0; i < tools.GetArrayLength(); i++)
            {
                if (IsFusionTool(tools[i]))
                {
                    tools[i].TryGetProperty("parameters", out var parameters);
                    return FusionOptions.Read(parameters, $"tools[{i}].parameters");
                }
            }
        }

        return null;
    }

    private static bool ForbidsTools(JsonElement request) =>
        request.TryGetProperty("tool_choice", out var choice) && choice.ValueKind == JsonValueKind.String
        && choice.ValueEquals("none");

    /// <summary>Whether a tool, or a choice of one, is the fusion.</summary>
    public static bool IsFusionTool(JsonElement tool) =>
        tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("type", out var type)
        && type.ValueKind == JsonValueKind.String && type.ValueEquals("openrouter:fusion");
}
