using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What generations add up to, exactly. Counts are tokens or requests, times milliseconds.</summary>
public readonly record struct UsageTotals
{
    /// <summary>How many generations.</summary>
    public long Requests { get; init; }

    /// <summary>How many of them failed, or were cut off by this server's death.</summary>
    public long Failed { get; init; }

    /// <summary>How many of them the caller cancelled.</summary>
    public long Cancelled { get; init; }

    /// <summary>What was taken from credits.</summary>
    public Money Credits { get; init; }

    /// <summary>The part of it that was taken for requests on own provider keys: fees.</summary>
    public Money ByokCredits { get; init; }

    /// <summary>What the providers charge by list price.</summary>
    public Money Cost { get; init; }

    /// <summary>The part of it on own provider keys, which the provider bills to their owner.</summary>
    public Money ByokCost { get; init; }

    /// <summary>What attempts cost that nobody is charged for.</summary>
    public Money Loss { get; init; }

    /// <summary>All input tokens.</summary>
    public long PromptTokens { get; init; }

    /// <summary>All output tokens.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>The output tokens that were reasoning.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>The input tokens that were read from a prompt cache.</summary>
    public long CachedTokens { get; init; }

    /// <summary>The input tokens that were written to a prompt cache.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>Input images.</summary>
    public long ImagesIn { get; init; }

    /// <summary>Output images.</summary>
    public long ImagesOut { get; init; }

    /// <summary>Web searches.</summary>
    public long Searches { get; init; }

    /// <summary>How many generations have a time to the first byte.</summary>
    public long Timed { get; init; }

    /// <summary>The sum of those times.</summary>
    public long Latency { get; init; }

    /// <summary>The output tokens of those generations.</summary>
    public long TimedTokens { get; init; }

    /// <summary>The time between their first byte and their end.</summary>
    public long Generating { get; init; }

    /// <summary>The time to the first byte that half of them keep; null without percentiles or times.</summary>
    public long? LatencyP50 { get; init; }

    /// <summary>The same for nine of ten.</summary>
    public long? LatencyP90 { get; init; }

    /// <summary>The same for 99 of 100.</summary>
    public long? LatencyP99 { get; init; }

    /// <summary>What was spent: credits, and what own provider keys cost their owners.</summary>
    public Money Spend => Credits + ByokCost;

    /// <summary>All tokens.</summary>
    public long Tokens => PromptTokens + CompletionTokens;
}
