using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>A request in the form between the dialects: made from the caller's body by the surface's reader, and written
/// into the provider's body by <see cref="Dialect.WriteRequest"/>. It is built only where surface and provider speak
/// different dialects, so it may allocate. Text and raw JSON point into the body that it was read from: it is valid as
/// long as that memory is.</summary>
public sealed class CanonicalRequest
{
    /// <summary>The conversation.</summary>
    public List<CanonicalMessage> Messages { get; private set; } = [];

    /// <summary>The caller sent one text (<c>prompt</c>) in place of a conversation; it is the only message.</summary>
    public bool IsPrompt { get; set; }

    /// <summary>The model that the caller named.</summary>
    public JsonString Model { get; set; }

    /// <summary>The caller wants a stream.</summary>
    public bool Stream { get; set; }

    /// <summary>Functions that the model may call.</summary>
    public List<CanonicalTool> Tools { get; } = [];

    /// <summary>How free it is to call them; null when the caller does not say.</summary>
    public CanonicalToolChoice? ToolChoice { get; set; }

    /// <summary>Whether it may call several at once.</summary>
    public bool? ParallelToolCalls { get; set; }

    /// <summary>The form that the answer must have.</summary>
    public CanonicalResponseFormat? ResponseFormat { get; set; }

    /// <summary>How much to think.</summary>
    public CanonicalReasoning? Reasoning { get; set; }

    /// <summary><c>max_tokens</c></summary>
    public long? MaxTokens { get; set; }

    /// <summary><c>max_completion_tokens</c></summary>
    public long? MaxCompletionTokens { get; set; }

    /// <summary>The longest answer that the caller wants: the larger of the two limits.</summary>
    public long? MaxOutputTokens =>
        MaxTokens > MaxCompletionTokens ? MaxTokens : MaxCompletionTokens ?? MaxTokens;

    /// <summary><c>temperature</c>, 0 to 2.</summary>
    public double? Temperature { get; set; }

    /// <summary><c>top_p</c>, 0 to 1.</summary>
    public double? TopP { get; set; }

    /// <summary><c>top_k</c></summary>
    public long? TopK { get; set; }

    /// <summary><c>min_p</c>, 0 to 1.</summary>
    public double? MinP { get; set; }

    /// <summary><c>top_a</c>, 0 to 1.</summary>
    public double? TopA { get; set; }

    /// <summary><c>frequency_penalty</c>, -2 to 2.</summary>
    public double? FrequencyPenalty { get; set; }

    /// <summary><c>presence_penalty</c>, -2 to 2.</summary>
    public double? PresencePenalty { get; set; }

    /// <summary><c>repetition_penalty</c>, 0 to 2.</summary>
    public double? RepetitionPenalty { get; set; }

    /// <summary>Texts at which the answer ends.</summary>
    public List<JsonString> Stop { get; } = [];

    /// <summary><c>seed</c></summary>
    public long? Seed { get; set; }

    /// <summary>How many answers are wanted (<c>n</c>).</summary>
    public long? Choices { get; set; }

    /// <summary><c>logprobs</c></summary>
    public bool? Logprobs { get; set; }

    /// <summary><c>top_logprobs</c></summary>
    public long? TopLogprobs { get; set; }

    /// <summary><c>logit_bias</c>, as it came; empty when absent.</summary>
    public ReadOnlyMemory<byte> LogitBias { get; set; }

    /// <summary><c>prediction</c>, as it came; empty when absent.</summary>
    public ReadOnlyMemory<byte> Prediction { get; set; }

    /// <summary><c>metadata</c>, as it came; empty when absent.</summary>
    public ReadOnlyMemory<byte> Metadata { get; set; }

    /// <summary><c>web_search_options</c>, as it came; empty when absent.</summary>
    public ReadOnlyMemory<byte> WebSearchOptions { get; set; }

    /// <summary><c>verbosity</c>: <c>low</c>, <c>medium</c>, <c>high</c>, <c>xhigh</c> or <c>max</c>.</summary>
    public string? Verbosity { get; set; }

    /// <summary><c>service_tier</c></summary>
    public string? ServiceTier { get; set; }

    /// <summary>The caller's id of its end user.</summary>
    public JsonString User { get; set; }

    /// <summary>The caller wants the whole prompt cached (<c>cache_control</c> at the top level).</summary>
    public CacheControl? Cache { get; set; }

    /// <summary>The parameters that are set, as far as they have public names.</summary>
    public Parameters Used { get; set; }

    /// <summary>Members that no dialect is known to share, those for the gateway among them.</summary>
    public List<RawMember> Extensions { get; } = [];

    /// <summary>The same request for an endpoint of a service tier, or for a model that shall think where the caller says
    /// nothing of it; everything else is shared.</summary>
    /// <param name="serviceTier">The tier to ask for in place of the caller's; null asks for none.</param>
    /// <param name="thinks">Whether to think by default.</param>
    public CanonicalRequest For(string? serviceTier, bool thinks)
    {
        var copy = (CanonicalRequest)MemberwiseClone();
        copy.ServiceTier = serviceTier;
        if (thinks && Reasoning is not { Wanted: true } and not { Unwanted: true })
        {
            copy.Reasoning = new CanonicalReasoning
            {
                Enabled = true,
                Exclude = Reasoning?.Exclude,
                Summary = Reasoning?.Summary,
            };
        }

        return copy;
    }

    /// <summary>The same request with another conversation; everything else is shared.</summary>
    public CanonicalRequest With(List<CanonicalMessage> messages)
    {
        var copy = (CanonicalRequest)MemberwiseClone();
        copy.Messages = messages;
        return copy;
    }
}
