namespace Patchbay.Routing;

/// <summary>Compares what was measured of an endpoint with <c>preferred_min_throughput</c> and
/// <c>preferred_max_latency</c>, over the last 5 minutes. A percentile says how many answers are to be at least so good: a throughput of 50 at p90 is
/// kept when 90 % of the answers are at least so fast.</summary>
internal static class PreferredSpeed
{
    private const double MillisecondsPerSecond = 1000;

    /// <summary>Whether the endpoint is known to miss any of the limits. Without data it misses none.</summary>
    public static bool IsMissed(RoutePreferences? preferences, EndpointHealth? health, long nowMs)
    {
        if (health is null || preferences is null)
        {
            return false;
        }

        return (preferences.PreferredMinThroughput is { } least
                && health.RecentThroughput(nowMs) is { } speed
                && (speed.P50 < least.P50 || speed.P25 < least.P75 || speed.P10 < least.P90 || speed.P1 < least.P99))
            || (preferences.PreferredMaxLatency is { } most
                && health.RecentLatency(nowMs) is { } latency
                && (IsAbove(latency.P50, most.P50) || IsAbove(latency.P75, most.P75)
                    || IsAbove(latency.P90, most.P90) || IsAbove(latency.P99, most.P99)));
    }

    private static bool IsAbove(double milliseconds, double? seconds) => milliseconds > seconds * MillisecondsPerSecond;
}
