namespace Patchbay.Api;

/// <summary>What one host answered to one probe.</summary>
public sealed record CanaryAnswer
{
    /// <summary>Reasoning and text as they came; empty for none.</summary>
    public required string Text { get; init; }

    /// <summary>The offered tool was called, with arguments that its schema allows.</summary>
    public bool CalledTool { get; init; }

    /// <summary>The offered tool was called wrongly.</summary>
    public bool MiscalledTool { get; init; }

    /// <summary>The tokens of the prompt by the host's own count; null when it does not tell.</summary>
    public long? PromptTokens { get; init; }

    /// <summary>The natural logarithm of each token's probability; empty when the host does not tell.</summary>
    public IReadOnlyList<double> Logprobs { get; init; } = [];

    /// <summary>The tokens that these belong to.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];
}
