using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary>The body of a query for analytics. Faults are noted in the body; with one, what was read means nothing.</summary>
internal sealed record AnalyticsRequest
{
    private const int UsualLimit = 1000;
    private const int SeriesLimit = 10_000;
    private const int MostRows = 50_000;
    private const int MostFilters = 20;
    private const int UsualDays = 30;

    /// <summary>The longest time over which each generation is read.</summary>
    private static readonly TimeSpan LongestReading = TimeSpan.FromDays(31);

    // Outside there is no usage; inside every moment can be rounded and compared.
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What rows tell.</summary>
    public required IReadOnlyList<AnalyticsMetric> Metrics { get; init; }

    /// <summary>What they are kept apart by.</summary>
    public required IReadOnlyList<AnalyticsDimension> Dimensions { get; init; }

    /// <summary>The name of the pieces of time, or null.</summary>
    public required string? Granularity { get; init; }

    /// <summary>Filters; keys are hashes yet, and members users.</summary>
    public required IReadOnlyList<UsageFilter> Filters { get; init; }

    /// <summary>Everything but whose usage it is, and the filters.</summary>
    public required UsageQuery Query { get; init; }

    /// <summary>Reads the body.</summary>
    public static AnalyticsRequest Read(JsonBody body, DateTimeOffset now)
    {
        var metrics = ReadMetrics(body);
        var dimensions = ReadDimensions(body);
        var granularity = body.Name("granularity");
        var grain = UsageGrain.Whole;
        if (granularity is not null && !AnalyticsNames.GranularityOf.TryGetValue(granularity, out grain))
        {
            body.Refuse("granularity", "must be minute, hour, day, week or month.");
        }

        var filters = ReadFilters(body);
        var isSeries = grain != UsageGrain.Whole && dimensions.Count > 0;
        var limit = body.Whole("limit", 1, MostRows) ?? (isSeries ? SeriesLimit : UsualLimit);
        var groupLimit = body.Whole("group_limit", 1, MostRows);
        var (from, to) = ReadTime(body, now);
        foreach (var name in (string[])["classifier_dimensions", "classifier_filters"])
        {
            if (body.Section(name).Value is not null)
            {
                body.Refuse(name, "needs a classifier, and the workspace has none.");
            }
        }

        var query = new UsageQuery
        {
            OrganizationId = Guid.Empty,
            From = from,
            To = to,
            Grain = grain,
            Dimensions = [.. dimensions.Select(dimension => dimension.Dimension)],
            Filters = filters,
            Percentiles = metrics.Any(metric => metric.IsPercentile),
            Order = ReadOrder(body, metrics, dimensions, grain),
            Limit = limit,
            GroupLimit = dimensions.Count > 0 ? groupLimit ?? int.MaxValue : int.MaxValue,
        };
        if (query.NeedsGenerations && to - from > LongestReading)
        {
            body.Refuse("time_range",
                "is too long: at most 31 days with this metric, dimension, filter or granularity, which reads every generation.");
        }

        return new AnalyticsRequest
        {
            Metrics = metrics,
            Dimensions = dimensions,
            Granularity = granularity,
            Filters = filters,
            Query = query,
        };
    }

    private static List<AnalyticsMetric> ReadMetrics(JsonBody body)
    {
        var metrics = new List<AnalyticsMetric>();
        foreach (var name in body.Names("metrics", least: 1, most: AnalyticsMetric.All.Count))
        {
            if (AnalyticsMetric.Of.TryGetValue(name, out var metric))
            {
                metrics.Add(metric);
            }
            else
            {
                body.Refuse("metrics", $"has a name that is no metric: '{JsonBody.Shown(name)}'. See GET /analytics/meta.");
            }
        }

        if (metrics.Distinct().Count() != metrics.Count)
        {
            body.Refuse("metrics", "has a name twice.");
        }

        return metrics;
    }

    private static List<AnalyticsDimension> ReadDimensions(JsonBody body)
    {
        var dimensions = new List<AnalyticsDimension>();
        foreach (var name in body.Names("dimensions", least: 0, most: 2))
        {
            if (AnalyticsNames.DimensionOf.TryGetValue(name, out var dimension))
            {
                dimensions.Add(dimension);
            }
            else
            {
                body.Refuse("dimensions", $"has a name that is no dimension: '{JsonBody.Shown(name)}'. See GET /analytics/meta.");
            }
        }

        if (dimensions.Distinct().Count() != dimensions.Count)
        {
            body.Refuse("dimensions", "has a name twice.");
        }

        return dimensions;
    }

    private static List<UsageFilter> ReadFilters(JsonBody body)
    {
        var filters = new List<UsageFilter>();
        foreach (var section in body.Sections("filters", MostFilters).Value ?? [])
        {
            if (AnalyticsFilter.Read(section) is { } filter)
            {
                filters.Add(filter);
            }
        }

        return filters;
    }

    private static (DateTimeOffset From, DateTimeOffset To) ReadTime(JsonBody body, DateTimeOffset now)
    {
        if (body.Section("time_range").Value is not { } range)
        {
            return (now.AddDays(-UsualDays), now);
        }

        var from = range.Moment("start") ?? now;
        var to = range.Moment("end") ?? now;
        if (from >= to)
        {
            range.Refuse("end", "must be after start.");
        }

        return (Within(from), Within(to));
    }

    private static DateTimeOffset Within(DateTimeOffset moment) =>
        moment < Earliest ? Earliest : moment > Latest ? Latest : moment;

    private static UsageOrder? ReadOrder(
        JsonBody body, List<AnalyticsMetric> metrics, List<AnalyticsDimension> dimensions, UsageGrain grain)
    {
        if (body.Section("order_by").Value is not { } section)
        {
            // A series goes with time; a ranking begins with the most.
            return grain == UsageGrain.Whole && metrics.Count > 0 ? new UsageOrder(metrics[0].Measure, null, Descending: true) : null;
        }

        var direction = section.Name("direction");
        if (direction is not ("asc" or "desc"))
        {
            section.Refuse("direction", "must be asc or desc.");
        }

        var descending = direction == "desc";
        var field = section.Name("field");
        if (field == "date")
        {
            return new UsageOrder(null, null, descending);
        }

        if (field is not null && AnalyticsMetric.Of.TryGetValue(field, out var metric)
            && (field == AnalyticsMetric.Requests || metrics.Contains(metric)))
        {
            return new UsageOrder(metric.Measure, null, descending);
        }

        if (dimensions.Find(dimension => dimension.Name == field) is { } found)
        {
            return new UsageOrder(null, found.Dimension, descending);
        }

        section.Refuse("field", "must be one of the metrics or dimensions that are asked for, request_count, or date.");
        return null;
    }
}
