namespace Patchbay.Routing;

/// <summary>Milliseconds since the registry began, by the monotonic clock, so that a corrected wall clock neither ends
/// nor prolongs a cool-down.</summary>
internal sealed class HealthClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Now.</summary>
    public long NowMs => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>The time of day at this moment of the clock.</summary>
    public DateTimeOffset ToTimeOfDay(long ms) => time.GetUtcNow().AddMilliseconds(ms - NowMs);
}
