namespace Patchbay.Protocol;

/// <summary>The request's <c>provider</c> object: wishes and conditions for routing, as the caller wrote them. Null
/// means that the member was absent or null.</summary>
public sealed record ProviderPreferences
{
    /// <summary>Providers or endpoints to try in this order.</summary>
    public string[]? Order { get; init; }

    /// <summary>Providers or endpoints outside this list are not used.</summary>
    public string[]? Only { get; init; }

    /// <summary>Providers or endpoints that are not used.</summary>
    public string[]? Ignore { get; init; }

    /// <summary>False: no endpoint beyond the first choice, or beyond <see cref="Order"/>, is tried. Default true.</summary>
    public bool? AllowFallbacks { get; init; }

    /// <summary>Only endpoints that support every parameter of the request.</summary>
    public bool RequireParameters { get; init; }

    /// <summary>Only endpoints that do not keep prompts (<c>data_collection: "deny"</c>).</summary>
    public bool DataCollectionDeny { get; init; }

    /// <summary>Only endpoints with zero data retention.</summary>
    public bool Zdr { get; init; }

    /// <summary>Only models whose terms allow distillation.</summary>
    public bool EnforceDistillableText { get; init; }

    /// <summary>Only endpoints that are known to process requests in one of these regions, such as <c>eu</c>. This gateway's
    /// own extension.</summary>
    public string[]? DataRegions { get; init; }

    /// <summary>Only endpoints that serve one of these weight formats; all are names of the documented list.</summary>
    public string[]? Quantizations { get; init; }

    /// <summary>Try endpoints in the order of this measure.</summary>
    public ProviderSort? Sort { get; init; }

    /// <summary>Whether <see cref="Sort"/> sorts within each model or over all models of the request. Also set by the
    /// older top-level member <c>route</c>.</summary>
    public SortPartition? Partition { get; init; }

    /// <summary>Only endpoints at or below these prices.</summary>
    public MaxPrice? MaxPrice { get; init; }

    /// <summary>Endpoints slower than this, in tokens a second, are tried last.</summary>
    public PercentileCutoffs? PreferredMinThroughput { get; init; }

    /// <summary>Endpoints with a longer time to the first token than this, in seconds, are tried last.</summary>
    public PercentileCutoffs? PreferredMaxLatency { get; init; }
}

/// <summary>The measures by which a caller can sort endpoints (<c>provider.sort</c>).</summary>
public enum ProviderSort
{
    /// <summary>Cheapest first.</summary>
    Price,

    /// <summary>Most tokens a second first.</summary>
    Throughput,

    /// <summary>Shortest time to the first token first.</summary>
    Latency,

    /// <summary>Best quality of tool calls first.</summary>
    Exacto,
}

/// <summary>What a sort covers (<c>provider.sort.partition</c>).</summary>
public enum SortPartition
{
    /// <summary>The endpoints of each model on their own; models stay in the caller's order.</summary>
    Model,

    /// <summary>The endpoints of all models together.</summary>
    None,
}

/// <summary>Price limits in US dollars; null where the caller set none. Never negative.</summary>
/// <param name="Prompt">Per million input tokens.</param>
/// <param name="Completion">Per million output tokens.</param>
/// <param name="Request">Per request.</param>
/// <param name="Image">Per image.</param>
/// <param name="Audio">Per audio unit of the endpoint's price list.</param>
public sealed record MaxPrice(decimal? Prompt, decimal? Completion, decimal? Request, decimal? Image, decimal? Audio);

/// <summary>Cut-offs per percentile; a plain number in the request is the one for <see cref="P50"/>. Finite and never
/// negative; null where the caller set none.</summary>
/// <param name="P50">For the median.</param>
/// <param name="P75">For the 75th percentile.</param>
/// <param name="P90">For the 90th percentile.</param>
/// <param name="P99">For the 99th percentile.</param>
public readonly record struct PercentileCutoffs(double? P50, double? P75, double? P90, double? P99);
