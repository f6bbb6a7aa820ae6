using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>What changes in a request on its way to one endpoint.</summary>
public readonly record struct UpstreamRequestEdits
{
    /// <summary>The provider's own id of the model, UTF-8, not escaped.</summary>
    public ReadOnlyMemory<byte> Model { get; init; }

    /// <summary>For streams: ask for usage with <c>stream_options.include_usage</c>. Without effect otherwise.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>The most output tokens to ask for; replaces the caller's limit or adds one. Null leaves it alone.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>The provider knows only <c>max_tokens</c>.</summary>
    public bool UseMaxTokensField { get; init; }

    /// <summary>The provider knows only <c>max_completion_tokens</c>.</summary>
    public bool UseMaxCompletionTokensField { get; init; }

    /// <summary>Parameters that the provider rejects; they are left out.</summary>
    public Parameters Drop { get; init; }

    /// <summary>The provider understands the <c>reasoning</c> object. Otherwise its effort is sent as
    /// <c>reasoning_effort</c>, and <c>include_reasoning</c> is left out.</summary>
    public bool KeepReasoningObject { get; init; }

    /// <summary>The provider does not know the role <c>developer</c>; <c>system</c> is sent instead.</summary>
    public bool DeveloperAsSystem { get; init; }
}
