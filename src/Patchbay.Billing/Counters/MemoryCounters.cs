using System.Collections.Concurrent;

namespace Patchbay.Billing;

/// <summary>Counts of a server that is alone. They begin anew when it does.</summary>
public sealed class MemoryCounters : ISharedCounters
{
    private const int MostKnown = 20_000;

    private readonly ConcurrentDictionary<(string Name, DateTimeOffset Window), Count> _counts = new();

    /// <inheritdoc/>
    public ValueTask<CounterResult> TryTakeAsync(
        string name, DateTimeOffset window, long amount, long limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        if (_counts.Count > MostKnown)
        {
            ForgetBefore(window.AddDays(-1));
        }

        var count = _counts.GetOrAdd((name, window), static _ => new Count());
        return ValueTask.FromResult(count.TryTake(amount, limit));
    }

    private void ForgetBefore(DateTimeOffset time)
    {
        foreach (var key in _counts.Keys)
        {
            if (key.Window < time)
            {
                _counts.TryRemove(key, out _);
            }
        }
    }

    private sealed class Count
    {
        private readonly Lock _gate = new();
        private long _taken;

        public CounterResult TryTake(long amount, long limit)
        {
            lock (_gate)
            {
                if (amount > limit - _taken)
                {
                    return new CounterResult(false, Math.Max(0, limit - _taken));
                }

                _taken += amount;
                return new CounterResult(true, limit - _taken);
            }
        }
    }
}
