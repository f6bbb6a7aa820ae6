using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>What this process has seen of one endpoint. Safe for any number of threads.</summary>
public sealed class EndpointHealth
{
    private const long OutageWindowMs = 30_000;
    private const long SoftMs = 10_000;
    private const long CooldownMs = 5_000;
    private const long LongestWaitMs = 5 * 60_000;
    private const long QuarantineMs = 60_000;
    private const long EjectionMs = 30_000;
    private const int FailuresToEject = 3;

    private readonly Lock _gate = new();
    private readonly HealthClock _clock;
    private readonly OutcomeRing _seconds = new(slots: 30, slotMs: 1_000);
    private readonly OutcomeRing _minutes = new(slots: 30, slotMs: 60_000);
    private readonly OutcomeRing _hours = new(slots: 24, slotMs: 3_600_000);
    private readonly LogHistogram _latency = new();
    private readonly LogHistogram _throughput = new();

    // Past this moment nothing below matters, so that the planner reads one number of a healthy endpoint and no lock.
    private long _quietAfterMs;
    private long _softUntilMs;
    private long _cooldownUntilMs;
    private long _toldToWaitUntilMs;
    private long _quarantineUntilMs;
    private long _lastHardFailureMs = -OutageWindowMs;

    // Ejection after failures to connect: closed until a time, then half open for one attempt at a time.
    private bool _ejected;
    private long _ejectedUntilMs;
    private long _probeUntilMs;
    private int _connectFailures;
    private long _firstConnectFailureMs;

    private Cached? _cachedLatency;
    private Cached? _cachedThroughput;

    internal EndpointHealth(HealthClock clock) => _clock = clock;

    /// <summary>Whether the endpoint had an outage in the last 30 seconds: at least one hard failure, and hard failures
    /// are a fifth or more of the answers and hard failures of that time.</summary>
    public bool HadOutage
    {
        get
        {
            var now = _clock.NowMs;
            lock (_gate)
            {
                return HadOutageAt(now);
            }
        }
    }

    /// <summary>Until when the endpoint is left alone, or null when it may be called now.</summary>
    public DateTimeOffset? CoolingUntil =>
        Read(_clock.NowMs) is { Cooling: true, CoolingUntilMs: var until } ? _clock.ToTimeOfDay(until) : null;

    /// <summary>Successes among all that counts, over 5 minutes, from 0 to 1; null without requests. Rate limits, refused
    /// requests and callers who left do not count.</summary>
    public double? Uptime5Minutes => Uptime(_minutes, 5);

    /// <summary>The same over 30 minutes.</summary>
    public double? Uptime30Minutes => Uptime(_minutes, 30);

    /// <summary>The same over a day.</summary>
    public double? Uptime1Day => Uptime(_hours, 24);

    /// <summary>Milliseconds to the first byte over 30 minutes, at most a second old; null without data.</summary>
    public Percentiles? LatencyMs => Latency(_clock.NowMs);

    /// <summary>Output tokens a second, over the whole time of an answer, over 30 minutes, at most a second old; null
    /// without data.</summary>
    public Percentiles? TokensPerSecond => Throughput(_clock.NowMs);

    internal Percentiles? Latency(long nowMs) => Measure(ref _cachedLatency, _latency, nowMs, scale: 1);

    /// <summary>What counts over 30 minutes: successes and failures.</summary>
    internal int Requests30Minutes(long nowMs)
    {
        lock (_gate)
        {
            var (successes, failures) = _minutes.Sum(nowMs, 30);
            return (int)(successes + failures);
        }
    }

    internal Percentiles? Throughput(long nowMs) => Measure(ref _cachedThroughput, _throughput, nowMs, scale: 0.1);

    internal HealthState Read(long nowMs)
    {
        if (nowMs >= Volatile.Read(ref _quietAfterMs))
        {
            return default;
        }

        lock (_gate)
        {
            var cooling = Math.Max(_cooldownUntilMs, _quarantineUntilMs);
            if (_ejected)
            {
                cooling = Math.Max(cooling, Math.Max(_ejectedUntilMs, _probeUntilMs));
            }

            return new HealthState(
                nowMs < _softUntilMs || HadOutageAt(nowMs),
                nowMs < cooling ? cooling : 0,
                nowMs < _toldToWaitUntilMs ? _toldToWaitUntilMs : 0);
        }
    }

    internal void BeginAttempt()
    {
        // A race only lets one probe more through.
        if (!Volatile.Read(ref _ejected))
        {
            return;
        }

        var now = _clock.NowMs;
        lock (_gate)
        {
            if (_ejected && now >= _ejectedUntilMs)
            {
                _probeUntilMs = now + EjectionMs;
                NotQuietBefore(_probeUntilMs);
            }
        }
    }

    internal void Succeed(int latencyMs, int durationMs, long outputTokens)
    {
        var now = _clock.NowMs;
        lock (_gate)
        {
            Count(now, success: true);
            _ejected = false;
            _connectFailures = 0;
            _quarantineUntilMs = 0;
            _latency.Add(now, latencyMs);
            if (outputTokens > 0 && durationMs > 0)
            {
                _throughput.Add(now, Math.Min(outputTokens, int.MaxValue) * 10_000 / durationMs);
            }
        }
    }

    internal void Fail(GatewayErrorKind kind, TimeSpan? retryAfter)
    {
        var now = _clock.NowMs;
        var asked = retryAfter is { } wait ? (long)Math.Clamp(wait.TotalMilliseconds, 0, LongestWaitMs) : (long?)null;
        lock (_gate)
        {
            switch (GatewayErrorPolicy.For(kind).Health)
            {
                case HealthEffect.Soft:
                    Count(now, success: false);
                    Reached();
                    NotQuietBefore(_softUntilMs = Math.Max(_softUntilMs, now + (asked ?? SoftMs)));
                    break;
                case HealthEffect.Hard:
                    FailHard(kind, now);
                    break;
                case HealthEffect.Cooldown:
                    Reached();
                    NotQuietBefore(_cooldownUntilMs = Math.Max(_cooldownUntilMs, now + (asked ?? CooldownMs)));
                    _toldToWaitUntilMs = Math.Max(_toldToWaitUntilMs, now + (asked ?? 0));
                    break;
                case HealthEffect.Credential:
                    Count(now, success: false);
                    Reached();
                    NotQuietBefore(_quarantineUntilMs = now + QuarantineMs);
                    break;
                case HealthEffect.None:
                default:
                    // Neither good nor bad, unless it shows that a connection can be made; the next attempt may probe.
                    _probeUntilMs = 0;
                    if (kind == GatewayErrorKind.ProviderRejected)
                    {
                        Reached();
                    }

                    break;
            }
        }
    }

    private void FailHard(GatewayErrorKind kind, long now)
    {
        Count(now, success: false);
        _seconds.Add(now, success: false);
        _lastHardFailureMs = now;
        NotQuietBefore(now + OutageWindowMs);

        var eject = _ejected || kind == GatewayErrorKind.ProviderTlsError;
        if (kind == GatewayErrorKind.ProviderUnreachable)
        {
            if (_connectFailures == 0 || now - _firstConnectFailureMs > OutageWindowMs)
            {
                _connectFailures = 0;
                _firstConnectFailureMs = now;
            }

            eject |= ++_connectFailures >= FailuresToEject;
        }

        if (eject)
        {
            _ejected = true;
            _ejectedUntilMs = now + EjectionMs;
            _probeUntilMs = 0;
            NotQuietBefore(_ejectedUntilMs);
        }
    }

    private void Count(long now, bool success)
    {
        if (success)
        {
            _seconds.Add(now, success);
        }

        _minutes.Add(now, success);
        _hours.Add(now, success);
    }

    private void Reached()
    {
        _ejected = false;
        _connectFailures = 0;
    }

    private bool HadOutageAt(long now)
    {
        if (now - _lastHardFailureMs >= OutageWindowMs)
        {
            return false;
        }

        var (successes, failures) = _seconds.Sum(now, 30);
        return failures > 0 && failures * 4 >= successes;
    }

    private void NotQuietBefore(long ms) => Volatile.Write(ref _quietAfterMs, Math.Max(_quietAfterMs, ms));

    private double? Uptime(OutcomeRing ring, int slots)
    {
        var now = _clock.NowMs;
        lock (_gate)
        {
            var (successes, failures) = ring.Sum(now, slots);
            return successes + failures == 0 ? null : (double)successes / (successes + failures);
        }
    }

    private Percentiles? Measure(ref Cached? cached, LogHistogram histogram, long nowMs, double scale)
    {
        var second = nowMs / 1_000;
        if (Volatile.Read(ref cached) is { } known && known.Second == second)
        {
            return known.Value;
        }

        lock (_gate)
        {
            var value = histogram.Read(nowMs, scale);
            Volatile.Write(ref cached, new Cached(second, value));
            return value;
        }
    }

    private sealed record Cached(long Second, Percentiles? Value);
}
