using Patchbay.Catalog;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>How long an endpoint is waited for: by its own measured times to the first token, with some more, since a longer
/// prompt takes longer; never less than a noisy network needs.</summary>
internal sealed class PatienceStep(HealthRegistry health, InferenceOptions options, TimeSpan most)
{
    // Three times what 99 of 100 requests stay below.
    private const double Factor = 3;

    private static readonly TimeSpan LeastForFallback = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastForHedge = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MostForHedge = TimeSpan.FromSeconds(10);

    // Of an endpoint that has not been measured yet.
    private static readonly TimeSpan UnknownForHedge = TimeSpan.FromSeconds(1);

    /// <summary>After how long without content another endpoint is asked in its place; null for as long as the limits say.
    /// </summary>
    public TimeSpan? BeforeFallback(Endpoint endpoint) => options.FirstToken.Kind switch
    {
        PatienceKind.Fixed => options.FirstToken.Fixed,
        PatienceKind.Measured when health.Get(endpoint).LatencyMs is { } measured =>
            Between(LeastForFallback, TimeSpan.FromMilliseconds(measured.P99 * Factor), most),
        _ => null,
    };

    /// <summary>After how long without content another endpoint is asked besides it. Between the 90th and the 99th
    /// percentile: about the 95th.</summary>
    public TimeSpan BeforeHedge(Endpoint endpoint) => options.HedgeAfter.Kind switch
    {
        PatienceKind.Fixed => options.HedgeAfter.Fixed,
        _ when health.Get(endpoint).LatencyMs is { } measured =>
            Between(LeastForHedge, TimeSpan.FromMilliseconds(Math.Sqrt(measured.P90 * measured.P99)), MostForHedge),
        _ => UnknownForHedge,
    };

    private static TimeSpan Between(TimeSpan least, TimeSpan time, TimeSpan most) =>
        time < least ? least : time > most ? most : time;
}
