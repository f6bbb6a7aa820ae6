namespace Patchbay.Protocol;

/// <summary>How much the model shall think before it answers, and what of it the caller wants to see.</summary>
public sealed class CanonicalReasoning
{
    /// <summary><c>none</c>, <c>minimal</c>, <c>low</c>, <c>medium</c>, <c>high</c>, <c>xhigh</c> or <c>max</c>; null when
    /// the caller does not say.</summary>
    public string? Effort { get; set; }

    /// <summary>The most tokens to think with.</summary>
    public long? MaxTokens { get; set; }

    /// <summary>The caller does not want to see the reasoning.</summary>
    public bool? Exclude { get; set; }

    /// <summary>Whether to think at all.</summary>
    public bool? Enabled { get; set; }

    /// <summary>How detailed a summary to make: <c>auto</c>, <c>concise</c> or <c>detailed</c>.</summary>
    public string? Summary { get; set; }

    /// <summary>Members that no dialect is known to share.</summary>
    public List<RawMember> Extensions { get; } = [];

    /// <summary>The request asks for thinking: by effort, by tokens or plainly.</summary>
    public bool Wanted => Enabled != false && Effort != "none" && (Enabled == true || Effort is not null || MaxTokens is > 0);

    /// <summary>The request asks for no thinking.</summary>
    public bool Unwanted => Enabled == false || Effort == "none";
}
