using System.Text.Json.Serialization;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>A model with its endpoints, as the API shows them.</summary>
internal sealed record ModelEndpointsView
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required long Created { get; init; }
    public required string Description { get; init; }
    public required ArchitectureView Architecture { get; init; }
    public required EndpointView[] Endpoints { get; init; }
}

/// <summary>An endpoint, as the API shows it.</summary>
internal sealed record EndpointView
{
    public required string Name { get; init; }
    public required string ModelId { get; init; }
    public required string ModelName { get; init; }
    public required int ContextLength { get; init; }
    public required PricingView Pricing { get; init; }
    public required string ProviderName { get; init; }
    public required string Tag { get; init; }
    public required string Quantization { get; init; }
    public int? MaxCompletionTokens { get; init; }
    public int? MaxPromptTokens { get; init; }
    public required IReadOnlyList<string> SupportedParameters { get; init; }
    public required int Status { get; init; }

    [JsonPropertyName("uptime_last_5m")]
    public double? Uptime5m { get; init; }

    [JsonPropertyName("uptime_last_30m")]
    public double? Uptime30m { get; init; }

    [JsonPropertyName("uptime_last_1d")]
    public double? Uptime1d { get; init; }
    public required bool SupportsImplicitCaching { get; init; }
    public required ToolChoiceView SupportsToolChoice { get; init; }

    [JsonPropertyName("latency_last_30m")]
    public EndpointPercentiles? Latency { get; init; }

    [JsonPropertyName("throughput_last_30m")]
    public EndpointPercentiles? Throughput { get; init; }

    [JsonPropertyName("patchbay_quality")]
    public QualityView? Quality { get; init; }

    public static EndpointView Of(Model model, Endpoint endpoint, EndpointStatistics statistics) => new()
    {
        Name = $"{endpoint.Provider.Name} | {model.Slug}",
        ModelId = model.Slug,
        ModelName = model.Name,
        ContextLength = endpoint.ContextLength ?? model.ContextLength ?? 0,
        Pricing = PricingView.Of(endpoint),
        ProviderName = endpoint.Provider.Name,
        Tag = endpoint.Tag,
        Quantization = endpoint.Quantization ?? "unknown",
        MaxCompletionTokens = endpoint.MaxOutputTokens,
        SupportedParameters = ParameterNames.Of(endpoint.Supported),
        Status = statistics.Status,
        Uptime5m = statistics.Uptime5m,
        Uptime30m = statistics.Uptime30m,
        Uptime1d = statistics.Uptime1d,
        SupportsImplicitCaching = endpoint.Prices.CacheRead is not null,
        SupportsToolChoice = ToolChoiceView.Of(endpoint.Supported),
        Latency = statistics.Latency,
        Throughput = statistics.Throughput,
        Quality = QualityView.Of(statistics),
    };
}

/// <summary>Which values of <c>tool_choice</c> an endpoint takes.</summary>
internal sealed record ToolChoiceView
{
    public required bool Auto { get; init; }
    public required bool None { get; init; }
    public required bool Required { get; init; }
    public required bool Function { get; init; }

    // A model decides by itself wherever it knows tools; the rest needs the parameter.
    public static ToolChoiceView Of(Parameters supported)
    {
        var chosen = supported.HasFlag(Parameters.ToolChoice);
        return new() { Auto = chosen || supported.HasFlag(Parameters.Tools), None = chosen, Required = chosen, Function = chosen };
    }
}
