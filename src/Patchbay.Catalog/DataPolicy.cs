namespace Patchbay.Catalog;

/// <summary>What a provider does with prompts. Null is unknown; routing treats unknown as the worst case.</summary>
public sealed record DataPolicy
{
    /// <summary>Nothing known, no zero data retention.</summary>
    public static DataPolicy Unknown { get; } = new();

    /// <summary>Whether prompts are used to train models.</summary>
    public bool? TrainsOnPrompts { get; init; }

    /// <summary>Whether prompts are kept after the answer.</summary>
    public bool? RetainsPrompts { get; init; }

    /// <summary>For how many days prompts are kept.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>True only where zero data retention is the provider's default for every customer.</summary>
    public bool Zdr { get; init; }

    /// <summary>How zero data retention is had: <c>default</c>, <c>self-serve</c> (a switch in the customer's account),
    /// <c>approval</c> or <c>none</c>; null when unknown.</summary>
    public string? ZdrOffer { get; init; }
}
