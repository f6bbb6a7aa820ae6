namespace Patchbay.Protocol;

/// <summary>What a request says to <c>openrouter/auto</c>: its plugin <c>auto-router</c> or <c>auto-beta-router</c>
/// (https://openrouter.ai/docs/guides/routing/routers/auto-router). Null means that the member was absent.</summary>
public sealed record AutoRouterPlugin
{
    /// <summary>Patterns of slugs; at most 1,024 of at most 1,024 characters, 65,536 in all.</summary>
    public string[]? AllowedModels { get; init; }

    /// <summary>The same, for what is not wanted.</summary>
    public string[]? ExcludedModels { get; init; }

    /// <summary>0 for <c>low</c> to 4 for <c>max</c>.</summary>
    public int? CostTier { get; init; }

    /// <summary>0 to 10.</summary>
    public int? CostQualityTradeoff { get; init; }

    /// <summary>The model of the last answer is to be used again.</summary>
    public bool PinModel { get; init; }
}
