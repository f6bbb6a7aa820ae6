namespace Patchbay.Protocol;

/// <summary>What a <see cref="ReasoningPart"/> holds; the values of <c>type</c> in <c>reasoning_details</c>.</summary>
public enum ReasoningKind
{
    /// <summary>The model's thoughts (<c>reasoning.text</c>), mostly signed.</summary>
    Text,

    /// <summary>A summary of them (<c>reasoning.summary</c>).</summary>
    Summary,

    /// <summary>Thoughts that only the provider can read (<c>reasoning.encrypted</c>).</summary>
    Encrypted,

    /// <summary>Another kind.</summary>
    Other,
}

/// <summary>A piece of reasoning of an earlier turn, which goes back to the provider as it came: one entry of
/// <c>reasoning_details</c> (https://openrouter.ai/docs/use-cases/reasoning-tokens). A caller may send the fragments of a
/// stream back one by one.</summary>
public sealed class ReasoningPart(ReasoningKind kind) : CanonicalPart
{
    /// <summary>What it holds.</summary>
    public ReasoningKind Kind { get; } = kind;

    /// <summary>Thoughts, summary or encrypted data.</summary>
    public JsonString Text { get; set; }

    /// <summary>The provider's proof that the thoughts are its own.</summary>
    public JsonString Signature { get; set; }

    /// <summary>Whose form it is, such as <c>anthropic-claude-v1</c>; missing when the caller does not say.</summary>
    public JsonString Format { get; set; }

    /// <summary>The provider's id of it.</summary>
    public JsonString Id { get; set; }

    /// <summary>Its place among the reasoning of its turn; fragments of one piece share it.</summary>
    public long? Index { get; set; }

    /// <summary>The entry as it came; empty when it was not read from <c>reasoning_details</c>.</summary>
    public ReadOnlyMemory<byte> Json { get; set; }
}
