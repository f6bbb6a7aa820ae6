using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>What a dialect must know of the endpoint that it writes for.</summary>
public readonly record struct DialectTarget
{
    /// <summary>The provider's own id of the model, UTF-8, not escaped.</summary>
    public required ReadOnlyMemory<byte> Model { get; init; }

    /// <summary>The parameters that may be sent; others are left out and reported.</summary>
    public Parameters Supported { get; init; }

    /// <summary>The most output tokens to ask for in place of the caller's limit; null leaves the caller's.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>What to ask for when the dialect needs a limit and nobody set one.</summary>
    public long? DefaultOutputTokens { get; init; }

    /// <summary>The reasoning efforts that the model knows, highest first; null when unknown.</summary>
    public IReadOnlyList<string>? Efforts { get; init; }
}
