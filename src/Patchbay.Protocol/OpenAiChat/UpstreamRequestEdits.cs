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

    /// <summary>How the provider is told whether and how much to think.</summary>
    public ReasoningSwitch Reasoning { get; init; }

    /// <summary>The effort to ask for in place of the caller's; null leaves it.</summary>
    public string? Effort { get; init; }

    /// <summary>The effort to ask for where the caller says nothing about reasoning; null leaves that to the provider.
    /// </summary>
    public string? DefaultEffort { get; init; }

    /// <summary>The service tier to ask for in place of the caller's; null leaves it.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Leaves <c>service_tier</c> out: the caller wants a tier that this endpoint is not of.</summary>
    public bool DropServiceTier { get; init; }

    /// <summary>The highest temperature that the provider takes; a higher one is lowered to it. Null for any.</summary>
    public double? MaxTemperature { get; init; }

    /// <summary>The provider rejects <c>store</c>.</summary>
    public bool DropStore { get; init; }

    /// <summary>The provider does not know the role <c>developer</c>; <c>system</c> is sent instead.</summary>
    public bool DeveloperAsSystem { get; init; }
}

/// <summary>How a provider of OpenAI's chat API is told to think. <c>include_reasoning</c> is for this gateway only, except
/// where the provider takes the <c>reasoning</c> object.</summary>
public enum ReasoningSwitch : byte
{
    /// <summary><c>reasoning_effort</c>: OpenAI's own
    /// (https://platform.openai.com/docs/api-reference/chat/create).</summary>
    Effort,

    /// <summary>The <c>reasoning</c> object that callers of this gateway send.</summary>
    ReasoningObject,

    /// <summary><c>thinking: {"type": "enabled"}</c> or <c>disabled</c>
    /// (https://docs.z.ai/guides/capabilities/thinking-mode).</summary>
    ThinkingType,

    /// <summary>The same, and <c>reasoning_effort</c> beside it
    /// (https://api-docs.deepseek.com/guides/thinking_mode).</summary>
    ThinkingTypeAndEffort,

    /// <summary><c>enable_thinking</c>
    /// (https://www.alibabacloud.com/help/en/model-studio/deep-thinking).</summary>
    EnableThinking,
}
