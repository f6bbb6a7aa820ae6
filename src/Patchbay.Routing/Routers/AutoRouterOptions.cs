namespace Patchbay.Routing;

/// <summary>What a request says to <c>openrouter/auto</c> (the plugin <c>auto-router</c>). Immutable.</summary>
public sealed record AutoRouterOptions
{
    /// <summary>Only models whose slug fits one of these patterns; <c>*</c> stands for any text. Null for all.</summary>
    public IReadOnlyList<string>? AllowedModels { get; init; }

    /// <summary>No model whose slug fits one of these patterns, even an allowed one.</summary>
    public IReadOnlyList<string>? ExcludedModels { get; init; }

    /// <summary>The band of costs to choose from; wins over <see cref="CostQualityTradeoff"/>.</summary>
    public RouterCostTier? CostTier { get; init; }

    /// <summary>The older form: from 0 (up to the 90th percentile of costs) to 10 (up to the 10th).</summary>
    public int? CostQualityTradeoff { get; init; }

    /// <summary>Whether the model of the last answer in the conversation goes first.</summary>
    public bool PinModel { get; init; }
}

/// <summary>Five bands of what the candidates cost for the request, each a fifth of them.</summary>
public enum RouterCostTier
{
    /// <summary>The cheapest fifth.</summary>
    Low,

    /// <summary>The second.</summary>
    Medium,

    /// <summary>The third.</summary>
    High,

    /// <summary>The fourth.</summary>
    Xhigh,

    /// <summary>The dearest.</summary>
    Max,
}
