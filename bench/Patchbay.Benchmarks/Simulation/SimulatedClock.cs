namespace Patchbay.Benchmarks;

/// <summary>A clock that the simulation moves from event to event.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public double NowMs { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (long)(NowMs * TimeSpan.TicksPerMillisecond);

    public override DateTimeOffset GetUtcNow() => Start.AddMilliseconds(NowMs);
}
