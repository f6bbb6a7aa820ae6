using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>What this process has seen of one endpoint. Safe for any number of threads; the planner reads it without a
/// lock.</summary>
public sealed class EndpointHealth
{
    private const long OutageWindowMs = 30_000;
    private const long UptimeWindowMs = 5 * 60_000;
    private const long SlowStartMs = 30_000;
    private const double FirstShare = 0.1;
    private const long SoftMs = 10_000;
    private const long CooldownMs = 5_000;
    private const long LongestWaitMs = 5 * 60_000;
    private const long QuarantineMs = 60_000;
    private const int RequestsForUptime = 100;
    private const int FailuresOfBurst = 5;

    // A standing is worked out again after a failure, and otherwise when it is this old (2^7 ms).
    private const int StandingAge = 7;

    private readonly Lock _gate = new();
    private readonly HealthClock _clock;
    private readonly OutcomeRing _seconds = new(slots: 30, slotMs: 1_000);
    private readonly OutcomeRing _minutes = new(slots: 30, slotMs: 60_000);
    private readonly OutcomeRing _hours = new(slots: 24, slotMs: 3_600_000);
    private readonly Distribution _latency = new(scale: 1);
    private readonly Distribution _throughput = new(scale: 0.1);
    private readonly AttemptRing _attempts = new();
    private readonly Silence _silence = new();
    private readonly CircuitBreaker _breaker = new();
    private readonly KeyPauses _pauses = new();

    // Past this moment nothing below matters, so that the planner reads two numbers of a healthy endpoint.
    private long _quietAfterMs;
    private long _shutUntilMs;
    private long _returnAtMs = -SlowStartMs;
    private long _softUntilMs;
    private long _lastHardFailureMs = -OutageWindowMs;
    private long _burstUntilMs;

    // The last known standing in the lowest two bits, and above them when it was worked out; -1 for out of date.
    private long _standing;

    internal EndpointHealth(HealthClock clock) => _clock = clock;

    /// <summary>Whether the endpoint had an outage in the last 30 seconds: hard failures are a fifth or more of the attempts
    /// of that time, or five or more of them were a fifth of the attempts of 5 seconds.</summary>
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

    /// <summary>Until when the endpoint is left alone with the operator's key, or null when it may be called now.</summary>
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

    /// <summary>The same over the last 5 minutes.</summary>
    public Percentiles? LatencyMs5Minutes => RecentLatency(_clock.NowMs);

    /// <summary>Output tokens a second, over the whole time of an answer, over 30 minutes, at most a second old; null
    /// without data.</summary>
    public Percentiles? TokensPerSecond => Throughput(_clock.NowMs);

    /// <summary>The same over the last 5 minutes.</summary>
    public Percentiles? TokensPerSecond5Minutes => RecentThroughput(_clock.NowMs);

    /// <summary>What counts over 30 minutes: successes and failures.</summary>
    internal int Requests30Minutes(long nowMs)
    {
        lock (_gate)
        {
            var (successes, failures) = _minutes.Sum(nowMs, 30);
            return (int)(successes + failures);
        }
    }

    internal Percentiles? Latency(long nowMs) => _latency.HalfHour(nowMs, _gate);

    internal Percentiles? Throughput(long nowMs) => _throughput.HalfHour(nowMs, _gate);

    /// <summary>Milliseconds to the first byte over 5 minutes: what the caller's preferred limits are held against.</summary>
    internal Percentiles? RecentLatency(long nowMs) => _latency.FiveMinutes(nowMs, _gate);

    /// <summary>Tokens a second over 5 minutes: what the caller's preferred limits are held against.</summary>
    internal Percentiles? RecentThroughput(long nowMs) => _throughput.FiveMinutes(nowMs, _gate);

    internal HealthState Read(long nowMs, CredentialId credential = default)
    {
        var shut = Volatile.Read(ref _shutUntilMs);
        if (shut == 0 && nowMs >= Volatile.Read(ref _quietAfterMs))
        {
            return default;
        }

        var (paused, told) = credential == CredentialId.Operators
            ? _pauses.ReadOperators(nowMs)
            : PausedOf(credential, nowMs);
        return new HealthState(
            StandingAt(nowMs), Withheld(nowMs, isOpen: shut != 0), nowMs < shut ? shut : 0, paused, told);
    }

    internal void BeginAttempt()
    {
        var now = _clock.NowMs;
        lock (_gate)
        {
            _attempts.Begin(now);
            if (_silence.Begin(now))
            {
                NotQuietBefore(now + OutageWindowMs);
            }

            // Between a plan and its attempt another may have begun to probe; that only lets one more through.
            _breaker.Begin(now);
            PublishBreaker();
        }
    }

    internal void BeginAnswer(int latencyMs)
    {
        var now = _clock.NowMs;
        lock (_gate)
        {
            Answer(now, now - Math.Max(0, latencyMs));
        }
    }

    internal void Succeed(int latencyMs, int durationMs, long outputTokens, CredentialId credential)
    {
        var now = _clock.NowMs;
        var began = now - Math.Max(0, durationMs);
        lock (_gate)
        {
            Count(now, success: true);
            _attempts.Succeed(began, now);
            Answer(now, began);

            _pauses.Accept(credential);
            _latency.Add(now, latencyMs);
            if (outputTokens > 0 && durationMs > 0)
            {
                _throughput.Add(now, Math.Min(outputTokens, int.MaxValue) * 10_000 / durationMs);
            }
        }
    }

    internal void Fail(GatewayErrorKind kind, TimeSpan? retryAfter, int durationMs, CredentialId credential)
    {
        var now = _clock.NowMs;
        var asked = retryAfter is { } wait ? (long)Math.Clamp(wait.TotalMilliseconds, 0, LongestWaitMs) : (long?)null;
        lock (_gate)
        {
            NotQuietBefore(now + UptimeWindowMs);
            if (IsAnswer(kind))
            {
                _silence.Break(now - Math.Max(0, durationMs));
            }

            switch (GatewayErrorPolicy.For(kind).Health)
            {
                case HealthEffect.Soft:
                    Count(now, success: false);
                    _softUntilMs = Math.Max(_softUntilMs, now + (asked ?? SoftMs));
                    _breaker.Overloaded(now);
                    break;
                case HealthEffect.Hard:
                    FailHard(kind, now, now - Math.Max(0, durationMs));
                    break;
                case HealthEffect.Cooldown:
                    Answered(now);
                    _pauses.Wait(credential, now, now + (asked ?? CooldownMs), now + (asked ?? 0));
                    break;
                case HealthEffect.Credential:
                    if (credential == CredentialId.Operators)
                    {
                        // A caller's bad key says nothing about the endpoint.
                        Count(now, success: false);
                    }

                    Answered(now);
                    _pauses.Refuse(credential, now, now + QuarantineMs);
                    break;
                case HealthEffect.None:
                default:
                    // Neither good nor bad, unless it shows that the endpoint answers; else the next attempt may probe.
                    _breaker.EndProbe();
                    if (kind == GatewayErrorKind.ProviderRejected)
                    {
                        Answered(now);
                    }

                    break;
            }

            Volatile.Write(ref _standing, -1);
            PublishBreaker();
        }
    }

    // It said something, so that it is not silent.
    private static bool IsAnswer(GatewayErrorKind kind) => kind is GatewayErrorKind.ProviderRateLimited
        or GatewayErrorKind.ProviderAuth or GatewayErrorKind.ProviderRejected or GatewayErrorKind.ProviderError
        or GatewayErrorKind.ProviderOverloaded or GatewayErrorKind.ProviderMalformed or GatewayErrorKind.ProviderLimit;

    private void FailHard(GatewayErrorKind kind, long now, long began)
    {
        Count(now, success: false);
        _seconds.Add(now, success: false);
        _attempts.Fail(began, now);
        _lastHardFailureMs = now;
        var burst = _attempts.Sum(began, 5);
        if (burst.Failed >= FailuresOfBurst && burst.Failed * 5 >= burst.Begun)
        {
            _burstUntilMs = now + OutageWindowMs;
        }

        _breaker.Fail(kind, now, burst, Window(now));
        if (HadOutageAt(now))
        {
            Volatile.Write(ref _returnAtMs, now + OutageWindowMs);
        }
    }

    // It talks: to an attempt that began at this moment.
    private void Answer(long now, long began)
    {
        _silence.Break(began);
        if (_breaker.Succeed(began))
        {
            Return(now);
        }
    }

    private void Answered(long now)
    {
        if (_breaker.Answered(now))
        {
            Return(now);
        }
    }

    // From here on its share of the load grows.
    private void Return(long now)
    {
        Volatile.Write(ref _returnAtMs, now);
        NotQuietBefore(now + SlowStartMs);
        PublishBreaker();
    }

    private void PublishBreaker() => Volatile.Write(ref _shutUntilMs, _breaker.ShutUntilMs);

    private void Count(long now, bool success)
    {
        if (success)
        {
            _seconds.Add(now, success);
        }

        _minutes.Add(now, success);
        _hours.Add(now, success);
    }

    private bool HadOutageAt(long now)
    {
        if (now - _lastHardFailureMs >= OutageWindowMs)
        {
            return false;
        }

        var (begun, failed) = Window(now);
        return now < _burstUntilMs || (failed > 0 && failed * 5 >= begun);
    }

    // Of the last 30 seconds: what failed, of what ended, or of what began where that is more.
    private (long Begun, long Failed) Window(long now)
    {
        var (successes, failures) = _seconds.Sum(now, 30);
        return (Math.Max(successes + failures, _attempts.Sum(now, 30).Begun), failures);
    }

    private HealthStanding StandingAt(long nowMs)
    {
        var known = Volatile.Read(ref _standing);
        return known >> 2 == nowMs >> StandingAge ? (HealthStanding)(known & 3) : Judge(nowMs);
    }

    private HealthStanding Judge(long nowMs)
    {
        lock (_gate)
        {
            var (successes, failures) = _minutes.Sum(nowMs, 5);
            var total = successes + failures;
            var counts = total >= RequestsForUptime;
            var standing = (nowMs < _softUntilMs || HadOutageAt(nowMs) || IsSilentAt(nowMs)) switch
            {
                _ when counts && successes * 100 < total * 80 => HealthStanding.Down,
                true => HealthStanding.Failing,
                _ when counts && successes * 100 < total * 95 => HealthStanding.Degraded,
                _ => HealthStanding.Good,
            };
            Volatile.Write(ref _standing, nowMs >> StandingAge << 2 | (long)standing);
            return standing;
        }
    }

    private bool IsSilentAt(long nowMs) => _silence.IsAt(nowMs, _latency.FiveMinutes(nowMs, _gate)?.P99);

    private double Withheld(long nowMs, bool isOpen)
    {
        var elapsed = isOpen ? 0 : Math.Max(0, nowMs - Volatile.Read(ref _returnAtMs));
        return elapsed >= SlowStartMs ? 0 : (1 - FirstShare) * (1 - (double)elapsed / SlowStartMs);
    }

    private (long UntilMs, long ToldUntilMs) PausedOf(CredentialId credential, long nowMs)
    {
        lock (_gate)
        {
            return _pauses.Read(credential, nowMs);
        }
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
}
