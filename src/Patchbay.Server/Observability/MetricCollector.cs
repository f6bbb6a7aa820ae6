using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Patchbay.Server;

/// <summary>Listens to one meter and keeps the sums, so that they can be read at any time. Measuring allocates nothing once
/// a series is known.</summary>
internal sealed class MetricCollector : IDisposable
{
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private long _scrape;

    /// <summary>Begins to listen to the meters of this name, those to come included.</summary>
    public MetricCollector(string meterName)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meterName)
            {
                listener.EnableMeasurementEvents(
                    instrument, _families.GetOrAdd(instrument.Name, static (_, made) => new MetricFamily(made), instrument));
            }
        };
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Whole(value, tags, state));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Whole(value, tags, state));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Whole(value, tags, state));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Whole(value, tags, state));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Number(value, tags, state));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Number(value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Number((double)value, tags, state));
        _listener.Start();
    }

    /// <summary>Asks observable instruments and writes everything.</summary>
    public void WriteTo(PrometheusText text)
    {
        lock (_gate)
        {
            var scrape = Interlocked.Increment(ref _scrape);
            _listener.RecordObservableInstruments();
            foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                text.Write(family, scrape);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Whole(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        ((MetricFamily)state!).Measure(value, tags, Volatile.Read(ref _scrape));

    private void Number(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        ((MetricFamily)state!).Measure(value, tags, Volatile.Read(ref _scrape));
}
