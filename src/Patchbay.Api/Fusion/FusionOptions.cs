using System.Text.Json;
using Patchbay.Core;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>What the plugin <c>fusion</c> or the tool <c>openrouter:fusion</c> says, read and checked.</summary>
internal sealed class FusionOptions
{
    private const int MostModels = 8;
    private const int MostTools = 8;
    private const int MostToolCalls = 16;
    private const int LongestSlug = 1024;

    private static readonly string[] Efforts = ["max", "xhigh", "high", "medium", "low", "minimal", "none"];

    private readonly string _path;

    private FusionOptions(string path) => _path = path;

    /// <summary>The plugin's <c>enabled</c>.</summary>
    public bool IsEnabled { get; private set; } = true;

    /// <summary><c>preset</c></summary>
    public string? Preset { get; private set; }

    /// <summary><c>analysis_models</c></summary>
    public string[]? Panel { get; private set; }

    /// <summary><c>model</c></summary>
    public string? Model { get; private set; }

    /// <summary><c>max_completion_tokens</c></summary>
    public long? MaxTokens { get; private set; }

    /// <summary><c>reasoning</c></summary>
    public JsonElement? Reasoning { get; private set; }

    /// <summary><c>temperature</c></summary>
    public JsonElement? Temperature { get; private set; }

    /// <summary><c>cache_control</c></summary>
    public JsonElement? CacheControl { get; private set; }

    /// <summary>What is wrong; then nothing else counts.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>Reads what stands at <paramref name="path"/> in the request; nothing at all is in order. Members that are not
    /// documented are passed over, and null stands for absent.</summary>
    public static FusionOptions Read(JsonElement options, string path)
    {
        var read = new FusionOptions(path);
        if (options.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined))
        {
            read.Error = Invalid(path, "an object");
        }

        if (options.ValueKind != JsonValueKind.Object)
        {
            return read;
        }

        foreach (var member in options.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !read.Member(member.Name, member.Value))
            {
                break;
            }
        }

        return read;
    }

    private bool Member(string name, JsonElement value)
    {
        switch (name)
        {
            case "enabled":
                IsEnabled = value.ValueKind == JsonValueKind.True;
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False || Fail(name, "a boolean");
            case "preset":
                Preset = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
                return (Preset is not null && Array.IndexOf(FusionPresets.Names, Preset) >= 0)
                    || Fail(name, "one of " + string.Join(", ", FusionPresets.Names));
            case "analysis_models":
                return Models(name, value);
            case "model":
                Model = Slug(value);
                return Model is not null || Fail(name, "the slug of a model that is no fusion itself");
            case "max_tool_calls":
                // Bounds the research of panels with tools; there is none to bound.
                return (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var calls) && calls is >= 1 and <= MostToolCalls)
                    || Fail(name, $"an integer between 1 and {MostToolCalls}");
            case "max_completion_tokens":
                MaxTokens = value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var tokens) ? tokens : 0;
                return MaxTokens is >= 1 and <= int.MaxValue || Fail(name, "an integer of at least 1");
            case "temperature":
                Temperature = value;
                return (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var heat) && heat is >= 0 and <= 2)
                    || Fail(name, "a number between 0 and 2");
            case "reasoning":
                Reasoning = value;
                return CheckReasoning(name, value);
            case "cache_control":
                CacheControl = value;
                return value.ValueKind == JsonValueKind.Object || Fail(name, "an object");
            case "tools":
                return Tools(name, value);
            default:
                return true;
        }
    }

    private bool Models(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is < 1 or > MostModels)
        {
            return Fail(name, $"an array of 1 to {MostModels} models");
        }

        Panel = new string[value.GetArrayLength()];
        for (var i = 0; i < Panel.Length; i++)
        {
            if (Slug(value[i]) is not { } slug)
            {
                return Fail($"{name}[{i}]", "the slug of a model that is no fusion itself");
            }

            Panel[i] = slug;
        }

        return true;
    }

    private static string? Slug(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= LongestSlug } slug
        && !(RouterName.TryParse(slug, out var router) && router.Kind is RouterKind.Fusion or RouterKind.BodyBuilder)
            ? slug
            : null;

    private bool CheckReasoning(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Fail(name, "an object");
        }

        var hasEffort = value.TryGetProperty("effort", out var effort) && effort.ValueKind != JsonValueKind.Null;
        if (hasEffort && (effort.ValueKind != JsonValueKind.String || Array.IndexOf(Efforts, effort.GetString()) < 0))
        {
            return Fail($"{name}.effort", "one of " + string.Join(", ", Efforts));
        }

        var hasBudget = value.TryGetProperty("max_tokens", out var budget) && budget.ValueKind != JsonValueKind.Null;
        if (hasBudget && !(budget.ValueKind == JsonValueKind.Number && budget.TryGetInt64(out var tokens) && tokens >= 0))
        {
            return Fail($"{name}.max_tokens", "an integer of at least 0");
        }

        return !(hasEffort && hasBudget) || Fail(name, "only one of 'effort' and 'max_tokens'");
    }

    // Who asks for a search must not get an answer that looks as if there had been one.
    private bool Tools(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MostTools)
        {
            return Fail(name, $"an array of at most {MostTools} tools");
        }

        if (value.GetArrayLength() == 0)
        {
            return true;
        }

        var type = value[0].ValueKind == JsonValueKind.Object && value[0].TryGetProperty("type", out var said)
            && said.ValueKind == JsonValueKind.String ? said.GetString() : null;
        if (type is null)
        {
            return Fail($"{name}[0].type", "a string");
        }

        Error = new GatewayError(
            GatewayErrorKind.InvalidRequest,
            $"The panel of a fusion has no tools on this server, so '{(type.Length > 64 ? type[..64] : type)}' is not offered. Send an empty list, or leave 'tools' out.")
        {
            Parameter = $"{_path}.{name}",
        };
        return false;
    }

    private bool Fail(string name, string expected)
    {
        Error = Invalid($"{_path}.{name}", expected);
        return false;
    }

    private static GatewayError Invalid(string path, string expected) =>
        new(GatewayErrorKind.InvalidRequest, $"Invalid value for '{path}': expected {expected}.") { Parameter = path };
}
