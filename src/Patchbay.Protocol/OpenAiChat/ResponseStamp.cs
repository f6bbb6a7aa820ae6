using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>What the gateway writes into every answer of one generation, prepared once.</summary>
public readonly record struct ResponseStamp
{
    /// <summary>The generation's id (<c>gen-…</c>), UTF-8 that needs no escaping.</summary>
    public ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>Our slug of the model that answers, UTF-8 that needs no escaping.</summary>
    public ReadOnlyMemory<byte> Model { get; init; }

    /// <summary>The provider's display name, UTF-8 and already escaped as the inside of a JSON string.</summary>
    public ReadOnlyMemory<byte> Provider { get; init; }
}

/// <summary>What one generation costs the caller.</summary>
public readonly record struct Charge
{
    /// <summary>What the account pays to us.</summary>
    public Money Cost { get; init; }

    /// <summary>The provider was called with the caller's own key.</summary>
    public bool IsByok { get; init; }

    /// <summary>What the provider charges the caller's own key; null when it was ours.</summary>
    public Money? UpstreamCost { get; init; }

    /// <summary>The input's part of the provider's price.</summary>
    public Money PromptCost { get; init; }

    /// <summary>The output's part of the provider's price.</summary>
    public Money CompletionCost { get; init; }

    /// <summary>A JSON object that says what the sum is made of, when an answer is several generations; it becomes
    /// <c>usage.patchbay</c>. Usage then shows our sums only, for what one provider reported is not the whole.</summary>
    public ReadOnlyMemory<byte> Parts { get; init; }
}
