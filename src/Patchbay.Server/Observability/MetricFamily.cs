using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Patchbay.Server;

/// <summary>One instrument and its series. The number of series is bounded: what comes after the bound counts under one
/// overflow label, so that hostile label values cannot fill the memory.</summary>
internal sealed class MetricFamily
{
    /// <summary>How many series an instrument may have.</summary>
    public const int MostSeries = 2_000;

    private static readonly double[] DefaultBounds =
        [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly ConcurrentDictionary<TagSet, MetricSeries> _series = new(TagSet.Comparer);
    private readonly ConcurrentDictionary<TagSet, MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>
        _lookup;

    private readonly MetricSeries _overflow;
    private int _count;

    /// <summary>Describes an instrument.</summary>
    public MetricFamily(Instrument instrument)
    {
        var type = instrument.GetType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        Kind = generic == typeof(Histogram<>) ? MetricKind.Histogram
            : generic == typeof(Counter<>) || generic == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
        Sets = generic == typeof(Gauge<>) || instrument.IsObservable;
        IsObservable = instrument.IsObservable;
        Name = MetricName.Of(instrument.Name, instrument.Unit, Kind);
        Help = instrument.Description ?? "";
        Bounds = Kind == MetricKind.Histogram ? BoundsOf(instrument) : null;
        _lookup = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        _overflow = new MetricSeries(Bounds);
    }

    /// <summary>The name in the text form.</summary>
    public string Name { get; }

    /// <summary>A sentence about it.</summary>
    public string Help { get; }

    /// <summary>What it is.</summary>
    public MetricKind Kind { get; }

    /// <summary>The upper bounds of a histogram's buckets, ascending.</summary>
    public double[]? Bounds { get; }

    /// <summary>Whether it reports when it is read instead of when something happens.</summary>
    public bool IsObservable { get; }

    private bool Sets { get; }

    /// <summary>Takes a whole number.</summary>
    public void Measure(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, long scrape)
    {
        if (Sets || Kind == MetricKind.Histogram)
        {
            Measure((double)value, tags, scrape);
            return;
        }

        Find(tags).Add(value);
    }

    /// <summary>Takes a number.</summary>
    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, long scrape)
    {
        var series = Find(tags);
        if (Kind == MetricKind.Histogram)
        {
            series.Record(value);
        }
        else if (Sets)
        {
            series.Set(value);
            series.SeenIn = scrape;
        }
        else
        {
            series.Add(value);
        }
    }

    /// <summary>What there is to print, in a stable order. Observable series that were not reported in this scrape are
    /// left out.</summary>
    public IEnumerable<(IReadOnlyList<KeyValuePair<string, string>> Labels, MetricSeries Series)> Read(long scrape)
    {
        var all = _series.Where(pair => !IsObservable || pair.Value.SeenIn == scrape)
            .Select(pair => (pair.Key.Labels, Series: pair.Value));
        if (_count > MostSeries)
        {
            all = all.Append((TagSet.Overflow.Labels, _overflow));
        }

        return all.OrderBy(pair => string.Join(',', pair.Labels), StringComparer.Ordinal);
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_lookup.TryGetValue(tags, out var series))
        {
            return series;
        }

        if (Volatile.Read(ref _count) >= MostSeries)
        {
            Volatile.Write(ref _count, MostSeries + 1);
            return _overflow;
        }

        series = new MetricSeries(Bounds);
        if (_lookup.TryAdd(tags, series))
        {
            Interlocked.Increment(ref _count);
            return series;
        }

        return _lookup.TryGetValue(tags, out var other) ? other : series;
    }

    private static double[] BoundsOf(Instrument instrument)
    {
        IReadOnlyList<double>? advice = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            _ => null,
        };
        return advice is { Count: > 0 } ? [.. advice] : DefaultBounds;
    }
}
