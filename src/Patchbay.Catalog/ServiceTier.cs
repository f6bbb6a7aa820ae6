namespace Patchbay.Catalog;

/// <summary>How a provider queues and charges a request. Endpoints of another tier than the default are endpoints of their
/// own, which only requests that ask for them reach.</summary>
public enum ServiceTier : byte
{
    /// <summary>The provider's ordinary service.</summary>
    Default,

    /// <summary>Slower or refused when the provider is busy, and cheaper.</summary>
    Flex,

    /// <summary>Faster, and dearer.</summary>
    Priority,
}

/// <summary>The words of <see cref="ServiceTier"/>.</summary>
public static class ServiceTierNames
{
    /// <summary>The word in the public API: <c>default</c>, <c>flex</c> or <c>priority</c>.</summary>
    public static string Of(ServiceTier tier) => tier switch
    {
        ServiceTier.Flex => "flex",
        ServiceTier.Priority => "priority",
        _ => "default",
    };

    /// <summary>The tier that a provider says it served; null for a word that is none of the known tiers, and for none.
    /// </summary>
    public static ServiceTier? Served(string? word) => word switch
    {
        "default" or "standard" or "STANDARD" or "ON_DEMAND" => ServiceTier.Default,
        "flex" or "FLEX" or "ON_DEMAND_FLEX" => ServiceTier.Flex,
        "priority" or "fast" or "PRIORITY" or "ON_DEMAND_PRIORITY" => ServiceTier.Priority,
        _ => null,
    };
}
