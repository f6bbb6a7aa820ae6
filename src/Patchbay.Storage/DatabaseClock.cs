namespace Patchbay.Storage;

/// <summary>The time of the database, told by a clock of this machine that is corrected by how far it is off: so that servers
/// with wrong clocks agree on what day it is. Durations and timers are the machine's own.</summary>
/// <param name="inner">The machine's clock.</param>
public sealed class DatabaseClock(TimeProvider inner) : TimeProvider
{
    private long _offset;

    /// <summary>How far the machine's clock is behind the database's, as of the last sign of life.</summary>
    public TimeSpan Offset => new(Volatile.Read(ref _offset));

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => inner.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Offset;

    /// <inheritdoc/>
    public override long GetTimestamp() => inner.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);

    /// <summary>Learns the time that the database said between two readings of the machine's clock. What lies within the
    /// uncertainty changes nothing, so that time does not jitter.</summary>
    internal void Learn(DateTimeOffset before, DateTimeOffset database, DateTimeOffset after)
    {
        var uncertainty = (after - before).Duration();
        var offset = database - (before + ((after - before) / 2)) + Offset;
        if (uncertainty < TimeSpan.FromSeconds(1) && (offset - Offset).Duration() > uncertainty)
        {
            Volatile.Write(ref _offset, offset.Ticks);
        }
    }
}
