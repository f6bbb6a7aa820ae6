namespace Patchbay.Routing;

/// <summary>What a request says of service tiers (<c>service_tier</c>).</summary>
public enum TierWish : byte
{
    /// <summary>Nothing that routing acts on: it is absent, <c>auto</c>, <c>scale</c> or a word of the provider's own.
    /// </summary>
    None,

    /// <summary><c>default</c>: no tier is let in by <c>:nitro</c> or <c>:floor</c>.</summary>
    Default,

    /// <summary><c>flex</c>: only endpoints of the tier, unless the model has none that can be called.</summary>
    Flex,

    /// <summary><c>priority</c> or <c>fast</c>: endpoints of the tier first.</summary>
    Priority,
}
