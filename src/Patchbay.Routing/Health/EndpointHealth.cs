using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>What this process has seen of one endpoint. Safe for any number of threads.</summary>
public sealed class EndpointHealth
{
    private readonly HealthClock _clock;

    internal EndpointHealth(HealthClock clock) => _clock = clock;

    /// <summary>Whether the endpoint had an outage in the last 30 seconds: at least one hard failure, and hard failures
    /// make up a fifth or more of what it finished in that time.</summary>
    public bool HadOutage => false;

    /// <summary>Until when the endpoint is left alone, or null when it may be called now.</summary>
    public DateTimeOffset? CoolingUntil => null;

    /// <summary>Successes among all that counts, over 5 minutes, from 0 to 1; null without requests.</summary>
    public double? Uptime5Minutes => null;

    /// <summary>Successes among all that counts, over 30 minutes, from 0 to 1; null without requests.</summary>
    public double? Uptime30Minutes => null;

    /// <summary>Successes among all that counts, over a day, from 0 to 1; null without requests.</summary>
    public double? Uptime1Day => null;

    /// <summary>Milliseconds to the first byte over 30 minutes; null without data.</summary>
    public Percentiles? LatencyMs => null;

    /// <summary>Output tokens a second over 30 minutes; null without data.</summary>
    public Percentiles? TokensPerSecond => null;

    internal void BeginAttempt()
    {
    }

    internal void Succeed(int latencyMs, int durationMs, long outputTokens)
    {
    }

    internal void Fail(GatewayErrorKind kind, TimeSpan? retryAfter)
    {
    }
}
