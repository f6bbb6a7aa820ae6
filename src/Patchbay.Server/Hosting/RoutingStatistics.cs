using Patchbay.Api;
using Patchbay.Routing;
using Endpoint = Patchbay.Catalog.Endpoint;

namespace Patchbay.Server;

/// <summary>Shows the health that routing keeps of endpoints to the catalogue's pages.</summary>
internal sealed class RoutingStatistics(HealthRegistry health, CanaryBoard board, TimeProvider clock) : IEndpointStatistics
{
    private const int Deranked = -2;
    private const int Down = -5;

    /// <inheritdoc/>
    public EndpointStatistics Get(Endpoint endpoint)
    {
        var seen = health.Get(endpoint);
        return new EndpointStatistics
        {
            Uptime5m = seen.Uptime5Minutes * 100,
            Uptime30m = seen.Uptime30Minutes * 100,
            Uptime1d = seen.Uptime1Day * 100,
            Latency = Of(seen.LatencyMs),
            Throughput = Of(seen.TokensPerSecond),
            Quality = health.Quality.Find(endpoint),
            Canary = board.Report(endpoint),
            Status = seen.CoolingUntil > clock.GetUtcNow() ? Down : seen.HadOutage ? Deranked : 0,
        };
    }

    private static EndpointPercentiles? Of(Percentiles? figures) =>
        figures is null ? null : new EndpointPercentiles(figures.P50, figures.P75, figures.P90, figures.P99);
}
