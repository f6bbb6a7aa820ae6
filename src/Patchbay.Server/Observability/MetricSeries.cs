namespace Patchbay.Server;

/// <summary>The numbers of one instrument under one set of labels. Safe for concurrent writers; a reader sees each number
/// whole, and numbers that are at most one measurement apart.</summary>
internal sealed class MetricSeries(double[]? bounds)
{
    private readonly long[] _buckets = bounds is null ? [] : new long[bounds.Length + 1];
    private long _whole;
    private double _fraction;

    /// <summary>The scrape in which an observable instrument last reported it.</summary>
    public long SeenIn { get; set; }

    /// <summary>The counter's or gauge's value, or the sum of a histogram.</summary>
    public double Value => Volatile.Read(ref _whole) + Volatile.Read(ref _fraction);

    /// <summary>Values up to each bound, and in the last place those above all of them; not cumulated.</summary>
    public ReadOnlySpan<long> Buckets => _buckets;

    /// <summary>Adds to a counter.</summary>
    public void Add(long value) => Interlocked.Add(ref _whole, value);

    /// <summary>Adds to a counter.</summary>
    public void Add(double value)
    {
        var seen = Volatile.Read(ref _fraction);
        while (true)
        {
            var found = Interlocked.CompareExchange(ref _fraction, seen + value, seen);
            if (found.Equals(seen))
            {
                return;
            }

            seen = found;
        }
    }

    /// <summary>Sets a gauge.</summary>
    public void Set(double value)
    {
        Interlocked.Exchange(ref _fraction, value);
        Interlocked.Exchange(ref _whole, 0);
    }

    /// <summary>Counts a value of a histogram.</summary>
    public void Record(double value)
    {
        var index = 0;
        while (index < bounds!.Length && !(value <= bounds[index]))
        {
            index++;
        }

        Interlocked.Increment(ref _buckets[index]);
        Add(value);
    }
}
