namespace Patchbay.Routing;

/// <summary>The distribution of a measure over the last 5 and 30 minutes. What is read is at most a second old; reading it
/// again within that second takes no lock.</summary>
/// <param name="scale">What a counted value is multiplied by when it is read.</param>
internal sealed class Distribution(double scale)
{
    private readonly LogHistogram _recent = new(slots: 10, slotMs: 30_000);
    private readonly LogHistogram _long = new(slots: 6, slotMs: 5 * 60_000);
    private Known? _knownRecent;
    private Known? _knownLong;

    /// <summary>Counts a value; the owner holds its lock.</summary>
    public void Add(long nowMs, long value)
    {
        _recent.Add(nowMs, value);
        _long.Add(nowMs, value);
    }

    /// <summary>Percentiles over 5 minutes; null without values.</summary>
    public Percentiles? FiveMinutes(long nowMs, Lock gate) => Read(ref _knownRecent, _recent, nowMs, gate);

    /// <summary>Percentiles over 30 minutes; null without values.</summary>
    public Percentiles? HalfHour(long nowMs, Lock gate) => Read(ref _knownLong, _long, nowMs, gate);

    private Percentiles? Read(ref Known? known, LogHistogram histogram, long nowMs, Lock gate)
    {
        var second = nowMs / 1_000;
        if (Volatile.Read(ref known) is { } current && current.Second == second)
        {
            return current.Value;
        }

        lock (gate)
        {
            var value = histogram.Read(nowMs, scale);
            Volatile.Write(ref known, new Known(second, value));
            return value;
        }
    }

    private sealed record Known(long Second, Percentiles? Value);
}
