namespace Patchbay.Routing;

/// <summary>The caller's wishes and conditions (the <c>provider</c> object of the API). Names in
/// <see cref="Order"/>, <see cref="Only"/> and <see cref="Ignore"/> are provider slugs, endpoint tags or display names in
/// any case; a slug without suffix stands for all of the provider's endpoints. Immutable.</summary>
public sealed class RoutePreferences
{
    /// <summary>Endpoints to try first, in this order. Switches load balancing off.</summary>
    public IReadOnlyList<string>? Order { get; init; }

    /// <summary>Nothing outside this list is used.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>Nothing in this list is used.</summary>
    public IReadOnlyList<string>? Ignore { get; init; }

    /// <summary>False: one attempt in all, or, with <see cref="Order"/>, only the endpoints that it names.</summary>
    public bool AllowFallbacks { get; init; } = true;

    /// <summary>Only endpoints that honour every parameter of the request.</summary>
    public bool RequireParameters { get; init; }

    /// <summary>Only providers that are known not to train on prompts (<c>data_collection: "deny"</c>).</summary>
    public bool DataCollectionDeny { get; init; }

    /// <summary>Only providers with zero data retention.</summary>
    public bool Zdr { get; init; }

    /// <summary>Only endpoints with one of these number formats; <c>unknown</c> names endpoints that do not say,
    /// <c>fp4</c> includes mxfp4 and nvfp4, <c>fp8</c> includes mxfp8.</summary>
    public IReadOnlyList<string>? Quantizations { get; init; }

    /// <summary>Try endpoints by this measure instead of load balancing. Wins over the variants <c>:nitro</c> and
    /// <c>:floor</c>.</summary>
    public RouteSort? Sort { get; init; }

    /// <summary>Order the endpoints of all models together instead of model after model
    /// (<c>sort.partition: "none"</c>).</summary>
    public bool PartitionNone { get; init; }

    /// <summary>Only endpoints at or below these prices.</summary>
    public PriceCeiling? MaxPrice { get; init; }
}

/// <summary>A measure that endpoints can be ordered by.</summary>
public enum RouteSort
{
    /// <summary>Prompt plus completion price, cheapest first.</summary>
    Price,

    /// <summary>Median output tokens a second over 30 minutes, most first; endpoints without data last.</summary>
    Throughput,

    /// <summary>Median time to the first byte over 30 minutes, shortest first; endpoints without data last.</summary>
    Latency,

    /// <summary>Quality of tool calls; without quality data the default order.</summary>
    Exacto,
}

/// <summary>Price limits in US dollars; null where there is none. Never negative. An endpoint without a price of its own
/// for requests, images or audio passes that limit.</summary>
/// <param name="Prompt">Per million input tokens.</param>
/// <param name="Completion">Per million output tokens.</param>
/// <param name="Request">Per request.</param>
/// <param name="Image">Per input image.</param>
/// <param name="Audio">Per unit of audio input.</param>
public sealed record PriceCeiling(
    decimal? Prompt = null,
    decimal? Completion = null,
    decimal? Request = null,
    decimal? Image = null,
    decimal? Audio = null);
