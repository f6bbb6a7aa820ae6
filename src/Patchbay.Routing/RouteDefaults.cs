namespace Patchbay.Routing;

/// <summary>Joins the preferences of a request with the defaults of the levels above it: account (the operator's settings),
/// workspace, guardrail, and preset.</summary>
public static class RouteDefaults
{
    /// <summary>What holds for a request. Pure.
    /// <para>Conditions of a binding level hold beside those of the request and of every other level, so that none can relax
    /// another: <c>only</c> lists are intersected, <c>ignore</c> lists united, of price ceilings the lowest counts, and
    /// whatever one level demands is demanded. Wishes (<c>order</c>, <c>allow_fallbacks</c>, <c>sort</c> with its partition,
    /// the preferred throughput and latency) come from the innermost place that has one: the request, the preset, then the
    /// last binding level, and so on to the first.</para>
    /// <para>A preset is a part of the request that somebody else wrote: where the request says nothing, it counts, also for
    /// <c>only</c>, <c>ignore</c>, <c>quantizations</c>, <c>data_regions</c> and <c>max_price</c>; what it demands by a flag
    /// stays demanded.</para></summary>
    /// <param name="binding">The binding levels, outermost first.</param>
    /// <param name="preset">The preset's preferences; null without one.</param>
    /// <param name="request">The request's own; null without any.</param>
    /// <returns>The request's own object where there is nothing to join; null when nothing was given at all.</returns>
    public static RoutePreferences? Merge(
        IReadOnlyList<RoutePreferences> binding, RoutePreferences? preset, RoutePreferences? request)
    {
        var own = preset is null ? request : request is null ? preset : Overlay(preset, request);
        if (binding.Count == 0)
        {
            return own;
        }

        var merged = own ?? new RoutePreferences();
        var ceilings = new List<RoutePreferences>(binding.Count + merged.Ceilings.Count);
        ceilings.AddRange(merged.Ceilings);
        for (var i = binding.Count - 1; i >= 0; i--)
        {
            var level = binding[i];
            merged = Inherit(merged, level);
            if (level.HasConditions)
            {
                ceilings.Add(level);
            }
        }

        return merged with { Ceilings = ceilings };
    }

    private static RoutePreferences Inherit(RoutePreferences inner, RoutePreferences level)
    {
        var sorted = inner.Sort is not null || inner.DefaultSort is not null;
        return inner with
        {
            Order = inner.Order is { Count: > 0 } ? inner.Order : level.Order,
            AllowFallbacks = inner.AllowFallbacks ?? level.AllowFallbacks,
            DefaultSort = inner.DefaultSort ?? (inner.Sort is null ? level.Sort ?? level.DefaultSort : null),
            PartitionNone = inner.PartitionNone ?? (sorted ? null : level.PartitionNone),
            PreferredMinThroughput = inner.PreferredMinThroughput ?? level.PreferredMinThroughput,
            PreferredMaxLatency = inner.PreferredMaxLatency ?? level.PreferredMaxLatency,
        };
    }

    private static RoutePreferences Overlay(RoutePreferences preset, RoutePreferences request) => request with
    {
        Order = request.Order ?? preset.Order,
        Only = request.Only ?? preset.Only,
        Ignore = request.Ignore ?? preset.Ignore,
        AllowFallbacks = request.AllowFallbacks ?? preset.AllowFallbacks,
        RequireParameters = request.RequireParameters || preset.RequireParameters,
        DataCollectionDeny = request.DataCollectionDeny || preset.DataCollectionDeny,
        Zdr = request.Zdr || preset.Zdr,
        DataRegions = request.DataRegions ?? preset.DataRegions,
        EnforceDistillableText = request.EnforceDistillableText || preset.EnforceDistillableText,
        Quantizations = request.Quantizations ?? preset.Quantizations,
        Sort = request.Sort ?? preset.Sort,
        PartitionNone = request.PartitionNone ?? (request.Sort is null ? preset.PartitionNone : null),
        MaxPrice = request.MaxPrice ?? preset.MaxPrice,
        PreferredMinThroughput = request.PreferredMinThroughput ?? preset.PreferredMinThroughput,
        PreferredMaxLatency = request.PreferredMaxLatency ?? preset.PreferredMaxLatency,
    };
}
