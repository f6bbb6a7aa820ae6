using System.Collections.Concurrent;

namespace Patchbay.Billing;

/// <summary>The minutes of a server that is alone.</summary>
/// <param name="clock">The clock, of which only the monotonic part is used.</param>
public sealed class MemoryRateWindows(TimeProvider clock) : IRateWindows
{
    private const int MostKnown = 20_000;

    private readonly ConcurrentDictionary<string, SlidingMinute> _minutes = new(StringComparer.Ordinal);

    private long Second => clock.GetTimestamp() / clock.TimestampFrequency;

    /// <inheritdoc/>
    public ValueTask<RateResult> TryTakeAsync(string name, long amount, long limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        var minute = Find(name);
        var second = Second;
        lock (minute)
        {
            var left = limit - minute.SumAt(second);
            if (amount > left || left <= 0)
            {
                var wait = minute.SecondsUntil(Math.Max(amount, 1), limit, second);
                return ValueTask.FromResult(new RateResult(
                    false, Math.Max(0, left), wait is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue));
            }

            minute.Add(amount, second);
            return ValueTask.FromResult(new RateResult(true, left - amount, TimeSpan.Zero));
        }
    }

    /// <inheritdoc/>
    public void Adjust(string name, long amount)
    {
        var minute = Find(name);
        var second = Second;
        lock (minute)
        {
            minute.Add(amount, second);
        }
    }

    private SlidingMinute Find(string name)
    {
        if (_minutes.TryGetValue(name, out var minute))
        {
            return minute;
        }

        if (_minutes.Count >= MostKnown)
        {
            ForgetIdle();
        }

        return _minutes.GetOrAdd(name, static _ => new SlidingMinute());
    }

    private void ForgetIdle()
    {
        var second = Second;
        foreach (var (name, minute) in _minutes)
        {
            lock (minute)
            {
                if (minute.SumAt(second) == 0)
                {
                    _minutes.TryRemove(name, out _);
                }
            }
        }
    }
}
