namespace Patchbay.Billing;

/// <summary>What rows of usage can be ordered by: everything that <see cref="UsageTotals"/> tells.</summary>
public enum UsageMeasure
{
    /// <summary><see cref="UsageTotals.Requests"/>.</summary>
    Requests,

    /// <summary><see cref="UsageTotals.Failed"/>.</summary>
    Failed,

    /// <summary><see cref="UsageTotals.Cancelled"/>.</summary>
    Cancelled,

    /// <summary><see cref="UsageTotals.Credits"/>.</summary>
    Credits,

    /// <summary><see cref="UsageTotals.Credits"/> without <see cref="UsageTotals.ByokCredits"/>.</summary>
    OwnCredits,

    /// <summary><see cref="UsageTotals.ByokCredits"/>.</summary>
    ByokCredits,

    /// <summary><see cref="UsageTotals.ByokCost"/>.</summary>
    ByokCost,

    /// <summary><see cref="UsageTotals.Cost"/> without <see cref="UsageTotals.ByokCost"/>.</summary>
    UpstreamCost,

    /// <summary><see cref="UsageTotals.Spend"/>.</summary>
    Spend,

    /// <summary><see cref="UsageTotals.PromptTokens"/>.</summary>
    PromptTokens,

    /// <summary><see cref="UsageTotals.CompletionTokens"/>.</summary>
    CompletionTokens,

    /// <summary>Both.</summary>
    Tokens,

    /// <summary><see cref="UsageTotals.ReasoningTokens"/>.</summary>
    ReasoningTokens,

    /// <summary><see cref="UsageTotals.CachedTokens"/>.</summary>
    CachedTokens,

    /// <summary><see cref="UsageTotals.CacheWriteTokens"/>.</summary>
    CacheWriteTokens,

    /// <summary><see cref="UsageTotals.ImagesIn"/>.</summary>
    ImagesIn,

    /// <summary><see cref="UsageTotals.ImagesOut"/>.</summary>
    ImagesOut,

    /// <summary><see cref="UsageTotals.Searches"/>.</summary>
    Searches,

    /// <summary>Failed requests by all requests.</summary>
    ErrorRate,

    /// <summary>Cached by all prompt tokens.</summary>
    CacheHitRate,

    /// <summary>The mean time to the first byte.</summary>
    MeanLatency,

    /// <summary><see cref="UsageTotals.LatencyP50"/>.</summary>
    LatencyP50,

    /// <summary><see cref="UsageTotals.LatencyP90"/>.</summary>
    LatencyP90,

    /// <summary><see cref="UsageTotals.LatencyP99"/>.</summary>
    LatencyP99,

    /// <summary>Completion tokens by the seconds between the first byte and the end.</summary>
    Throughput,
}
