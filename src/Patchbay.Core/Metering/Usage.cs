namespace Patchbay.Core;

/// <summary>What one generation used, in normal form: the parts are disjoint, so that the cost is a plain sum over them.
/// Null means that the provider did not report the part; 0 means that it reported zero. Counts are never negative.</summary>
public readonly record struct Usage
{
    /// <summary>Input tokens that were neither read from nor written to a prompt cache, audio excluded.</summary>
    public long? UncachedInput { get; init; }

    /// <summary>Input tokens read from a prompt cache.</summary>
    public long? CacheRead { get; init; }

    /// <summary>Input tokens written to a 5-minute prompt cache.</summary>
    public long? CacheWrite { get; init; }

    /// <summary>Input tokens written to a 1-hour prompt cache.</summary>
    public long? CacheWrite1h { get; init; }

    /// <summary>Audio input tokens.</summary>
    public long? AudioInput { get; init; }

    /// <summary>Visible output tokens: reasoning and audio excluded.</summary>
    public long? Output { get; init; }

    /// <summary>Reasoning tokens.</summary>
    public long? Reasoning { get; init; }

    /// <summary>Audio output tokens.</summary>
    public long? AudioOutput { get; init; }

    /// <summary>Input images.</summary>
    public long? ImagesIn { get; init; }

    /// <summary>Output images.</summary>
    public long? ImagesOut { get; init; }

    /// <summary>Web searches that the provider ran.</summary>
    public long? Searches { get; init; }

    /// <summary>True when the provider reported no usable usage and the counts are our own.</summary>
    public bool Estimated { get; init; }

    /// <summary>All input tokens.</summary>
    public long PromptTokens =>
        (UncachedInput ?? 0) + (CacheRead ?? 0) + (CacheWrite ?? 0) + (CacheWrite1h ?? 0) + (AudioInput ?? 0);

    /// <summary>All output tokens, reasoning included.</summary>
    public long CompletionTokens => (Output ?? 0) + (Reasoning ?? 0) + (AudioOutput ?? 0);

    /// <summary>All tokens.</summary>
    public long TotalTokens => PromptTokens + CompletionTokens;

    /// <summary>Both together; a part that neither reported stays unknown.</summary>
    public Usage Plus(in Usage other) => new()
    {
        UncachedInput = Sum(UncachedInput, other.UncachedInput),
        CacheRead = Sum(CacheRead, other.CacheRead),
        CacheWrite = Sum(CacheWrite, other.CacheWrite),
        CacheWrite1h = Sum(CacheWrite1h, other.CacheWrite1h),
        AudioInput = Sum(AudioInput, other.AudioInput),
        Output = Sum(Output, other.Output),
        Reasoning = Sum(Reasoning, other.Reasoning),
        AudioOutput = Sum(AudioOutput, other.AudioOutput),
        ImagesIn = Sum(ImagesIn, other.ImagesIn),
        ImagesOut = Sum(ImagesOut, other.ImagesOut),
        Searches = Sum(Searches, other.Searches),
        Estimated = Estimated || other.Estimated,
    };

    private static long? Sum(long? left, long? right) => left is null ? right : right is null ? left : checked(left + right);
}
