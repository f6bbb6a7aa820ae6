namespace Patchbay.Routing;

/// <summary>Wishes and conditions: those of a caller (the <c>provider</c> object of the API), or of one of the levels above
/// it. Names in <see cref="Order"/>, <see cref="Only"/> and <see cref="Ignore"/> are provider slugs, endpoint tags or display
/// names in any case; a slug without suffix stands for all of the provider's endpoints, except those of service tiers.
/// Immutable.</summary>
public sealed record RoutePreferences
{
    /// <summary>Where these preferences are written, for messages: <c>provider</c> in a request.</summary>
    public string Path { get; init; } = "provider";

    /// <summary>Whether a guardrail says so, whose members have other names.</summary>
    public bool IsGuardrail { get; init; }

    /// <summary>Endpoints to try first, in this order. Switches load balancing off.</summary>
    public IReadOnlyList<string>? Order { get; init; }

    /// <summary>Nothing outside this list is used.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>Nothing in this list is used. Here a provider's slug stands for its service tiers, too.</summary>
    public IReadOnlyList<string>? Ignore { get; init; }

    /// <summary>No other models are used. Names are slugs or canonical slugs; <c>:free</c> at the end stands for the model's
    /// endpoints without a price.</summary>
    public IReadOnlyList<string>? OnlyModels { get; init; }

    /// <summary>No such models are used; names as above.</summary>
    public IReadOnlyList<string>? IgnoreModels { get; init; }

    /// <summary>False: one attempt in all, or, with <see cref="Order"/>, only the endpoints that it names. Null is true,
    /// where no level above says otherwise.</summary>
    public bool? AllowFallbacks { get; init; }

    /// <summary>Only endpoints that honour every parameter of the request.</summary>
    public bool RequireParameters { get; init; }

    /// <summary>Only providers that are known not to train on prompts (<c>data_collection: "deny"</c>).</summary>
    public bool DataCollectionDeny { get; init; }

    /// <summary>Of endpoints with a price, only those of providers that are known not to train on prompts.</summary>
    public bool DenyPaidTraining { get; init; }

    /// <summary>The same of endpoints without a price.</summary>
    public bool DenyFreeTraining { get; init; }

    /// <summary>Only providers with zero data retention.</summary>
    public bool Zdr { get; init; }

    /// <summary>The same for models of these authors.</summary>
    public ModelAuthors ZdrOf { get; init; }

    /// <summary>Only endpoints that are known to process requests in one of these regions: the endpoint's region is or
    /// begins with one of them (<c>eu</c> means <c>eu-west-1</c>), or all data centres of its provider are in countries of
    /// them.</summary>
    public IReadOnlyList<string>? DataRegions { get; init; }

    /// <summary>Only models that are known to allow distillation.</summary>
    public bool EnforceDistillableText { get; init; }

    /// <summary>Only endpoints with one of these number formats; <c>unknown</c> names endpoints that do not say,
    /// <c>fp4</c> includes mxfp4 and nvfp4, <c>fp8</c> includes mxfp8.</summary>
    public IReadOnlyList<string>? Quantizations { get; init; }

    /// <summary>Try endpoints by this measure instead of load balancing. Wins over the variants <c>:nitro</c> and
    /// <c>:floor</c>.</summary>
    public RouteSort? Sort { get; init; }

    /// <summary>Order the endpoints of all models together instead of model after model
    /// (<c>sort.partition: "none"</c>).</summary>
    public bool? PartitionNone { get; init; }

    /// <summary>Only endpoints at or below these prices.</summary>
    public PriceCeiling? MaxPrice { get; init; }

    /// <summary>Output tokens a second: endpoints that are known to be below any of these come after the others.</summary>
    public PercentileLimits? PreferredMinThroughput { get; init; }

    /// <summary>Seconds to the first token: endpoints that are known to be above any of these come after the others.
    /// </summary>
    public PercentileLimits? PreferredMaxLatency { get; init; }

    /// <summary>The sort of a level above, for requests whose model name asks for none; null for load balancing.</summary>
    public RouteSort? DefaultSort { get; init; }

    /// <summary>Further levels whose conditions (see <see cref="HasConditions"/>) hold as well. Their other members do not
    /// count.</summary>
    public IReadOnlyList<RoutePreferences> Ceilings { get; init; } = [];

    /// <summary>Whether endpoints can be out because of these preferences.</summary>
    public bool HasConditions =>
        Only is { Count: > 0 } || Ignore is { Count: > 0 } || RequireParameters || DataCollectionDeny || Zdr
        || OnlyModels is { Count: > 0 } || IgnoreModels is { Count: > 0 } || DenyPaidTraining || DenyFreeTraining
        || ZdrOf != ModelAuthors.None || DataRegions is { Count: > 0 } || EnforceDistillableText || Quantizations is { Count: > 0 } || MaxPrice is not null;
}

/// <summary>Limits for percentiles of a measure; null where there is none.</summary>
/// <param name="P50">For the median.</param>
/// <param name="P75">For the 75th percentile.</param>
/// <param name="P90">For the 90th percentile.</param>
/// <param name="P99">For the 99th percentile.</param>
public readonly record struct PercentileLimits(double? P50, double? P75 = null, double? P90 = null, double? P99 = null);

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
