using Patchbay.Catalog;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>How endpoints did of late, as seen by this server.</summary>
public interface IEndpointStatistics
{
    /// <summary>The figures of one endpoint; <see cref="EndpointStatistics.None"/> where it had no traffic.</summary>
    EndpointStatistics Get(Endpoint endpoint);
}

/// <summary>Recent figures of an endpoint. Null is "no traffic to tell from".</summary>
public sealed record EndpointStatistics
{
    /// <summary>No traffic, and nothing known against the endpoint.</summary>
    public static EndpointStatistics None { get; } = new();

    /// <summary>Percentage (0 to 100) of requests that succeeded in the last 5 minutes.</summary>
    public double? Uptime5m { get; init; }

    /// <summary>Percentage (0 to 100) of requests that succeeded in the last 30 minutes.</summary>
    public double? Uptime30m { get; init; }

    /// <summary>Percentage (0 to 100) of requests that succeeded in the last day.</summary>
    public double? Uptime1d { get; init; }

    /// <summary>Milliseconds to the first token over the last 30 minutes.</summary>
    public EndpointPercentiles? Latency { get; init; }

    /// <summary>Output tokens a second over the last 30 minutes.</summary>
    public EndpointPercentiles? Throughput { get; init; }

    /// <summary>How its answers compare with those of the other endpoints; null without any.</summary>
    public QualityVerdict? Quality { get; init; }

    /// <summary>What the canaries found; null where they were not.</summary>
    public CanaryReport? Canary { get; init; }

    /// <summary>0 is healthy; below zero it is deranked or down (-1, -2, -3, -5, -10).</summary>
    public int Status { get; init; }
}

/// <summary>Percentiles of a figure, as the API shows them.</summary>
/// <param name="P50">The median.</param>
/// <param name="P75">Three of four are at or below this.</param>
/// <param name="P90">Nine of ten are at or below this.</param>
/// <param name="P99">Ninety-nine of a hundred are at or below this.</param>
public sealed record EndpointPercentiles(double P50, double P75, double P90, double P99);
