using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>An entry of <c>providers</c> in the operator's file. Null is "not given".</summary>
internal sealed class OperatorProvider
{
    public required string Slug { get; init; }
    public string? Name { get; init; }
    public string? Protocol { get; init; }
    public Uri? BaseUrl { get; init; }
    public required OperatorAuth Auth { get; init; }
    public IReadOnlyList<KeyValuePair<string, string>>? Headers { get; init; }
    public bool? Trains { get; init; }
    public bool? Retains { get; init; }
    public int? RetentionDays { get; init; }
    public bool? Zdr { get; init; }
    public string? Headquarters { get; init; }
    public IReadOnlyList<string>? Quirks { get; init; }
    public bool? CancelStopsBilling { get; init; }
    public bool? Enabled { get; init; }
    public bool? Simulated { get; init; }

    public override string ToString() => Slug;
}

/// <summary>An entry of <c>models</c> in the operator's file. Null is "not given".</summary>
internal sealed class OperatorModel
{
    public required string Slug { get; init; }
    public string? Name { get; init; }
    public string? Description { get; init; }
    public int? ContextLength { get; init; }
    public int? MaxOutputTokens { get; init; }
    public Modalities? Input { get; init; }
    public Modalities? Output { get; init; }
    public Parameters? Supported { get; init; }
    public long? Created { get; init; }
    public IReadOnlyList<string>? Aliases { get; init; }
    public bool? Distillable { get; init; }
    public bool Replace { get; init; }
    public required IReadOnlyList<OperatorEndpoint> Endpoints { get; init; }
}

/// <summary>An entry of a model's <c>endpoints</c> in the operator's file. Null is "not given".</summary>
internal sealed class OperatorEndpoint
{
    public required string Provider { get; init; }
    public required string Model { get; init; }
    public string? Protocol { get; init; }
    public required PriceList Prices { get; init; }
    public int? ContextLength { get; init; }
    public int? MaxOutputTokens { get; init; }
    public string? Quantization { get; init; }
    public Parameters? Supported { get; init; }
    public string? Region { get; init; }
    public ServiceTier ServiceTier { get; init; }
    public string? Tag { get; init; }

    /// <summary>The tag that the endpoint has when none is given; a tier's ends with its name.</summary>
    public string TagOrDefault => Tag ?? (ServiceTier == ServiceTier.Default
        ? ModelBuilder.TagOf(Provider, Quantization, Region)
        : $"{ModelBuilder.TagOf(Provider, Quantization, Region)}/{ServiceTierNames.Of(ServiceTier)}");
}
