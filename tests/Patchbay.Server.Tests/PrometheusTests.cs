using System.Diagnostics.Metrics;

namespace Patchbay.Server.Tests;

public sealed class PrometheusTests : IDisposable
{
    private readonly Meter _meter = new("Patchbay.Tests." + Guid.CreateVersion7().ToString("N"));
    private readonly MetricCollector _collector;

    public PrometheusTests()
    {
        _collector = new MetricCollector(_meter.Name);
    }

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_has_help_type_and_total()
    {
        var counter = _meter.CreateCounter<long>("patchbay.tokens", "{token}", "Tokens by kind.");
        counter.Add(3, KeyValuePair.Create<string, object?>("kind", "prompt"));
        counter.Add(4, KeyValuePair.Create<string, object?>("kind", "prompt"));
        counter.Add(5, KeyValuePair.Create<string, object?>("kind", "completion"));

        Assert.Equal(
            """
            # HELP patchbay_tokens_total Tokens by kind.
            # TYPE patchbay_tokens_total counter
            patchbay_tokens_total{kind="completion"} 5
            patchbay_tokens_total{kind="prompt"} 7

            """,
            Text());
    }

    [Fact]
    public void A_histogram_counts_up_to_each_bound_of_its_advice()
    {
        var histogram = _meter.CreateHistogram("patchbay.duration", "s", "Time.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        histogram.Record(0.1);
        histogram.Record(0.5);
        histogram.Record(0.25);
        histogram.Record(7);

        Assert.Equal(
            """
            # HELP patchbay_duration_seconds Time.
            # TYPE patchbay_duration_seconds histogram
            patchbay_duration_seconds_bucket{le="0.1"} 1
            patchbay_duration_seconds_bucket{le="1"} 3
            patchbay_duration_seconds_bucket{le="+Inf"} 4
            patchbay_duration_seconds_sum 7.85
            patchbay_duration_seconds_count 4

            """,
            Text());
    }

    [Fact]
    public void Label_values_and_help_are_escaped()
    {
        var counter = _meter.CreateCounter<int>("hits", null, "back\\slash\nand \"quotes\"");
        counter.Add(1, KeyValuePair.Create<string, object?>("user.name", "a\"b\\c\nd"));

        Assert.Equal(
            "# HELP hits_total back\\\\slash\\nand \"quotes\"\n# TYPE hits_total counter\nhits_total{user_name=\"a\\\"b\\\\c\\nd\"} 1\n",
            Text());
    }

    [Fact]
    public void Up_down_counters_and_gauges_are_gauges()
    {
        var open = _meter.CreateUpDownCounter<long>("patchbay.holds.open", "{hold}", "Open holds.");
        var level = _meter.CreateGauge<double>("patchbay.queue", "By", "Queue.");
        open.Add(5);
        open.Add(-2);
        level.Record(10);
        level.Record(2.5);

        var text = Text();

        Assert.Contains("# TYPE patchbay_holds_open gauge\npatchbay_holds_open 3\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE patchbay_queue_bytes gauge\npatchbay_queue_bytes 2.5\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Observable_instruments_are_asked_at_each_reading_and_what_they_no_longer_report_disappears()
    {
        var models = new List<Measurement<long>> { new(1, KeyValuePair.Create<string, object?>("model", "a")) };
        _meter.CreateObservableGauge("patchbay.health", () => models.ToArray());

        Assert.Contains("patchbay_health{model=\"a\"} 1", Text(), StringComparison.Ordinal);

        models[0] = new Measurement<long>(2, KeyValuePair.Create<string, object?>("model", "b"));
        var second = Text();

        Assert.Contains("patchbay_health{model=\"b\"} 2", second, StringComparison.Ordinal);
        Assert.DoesNotContain("model=\"a\"", second, StringComparison.Ordinal);
    }

    [Fact]
    public void Series_beyond_the_bound_share_one()
    {
        var counter = _meter.CreateCounter<long>("hits");
        for (var i = 0; i < MetricFamily.MostSeries + 10; i++)
        {
            counter.Add(1, KeyValuePair.Create<string, object?>("key", i));
        }

        var text = Text();

        Assert.Contains("hits_total{otel_metric_overflow=\"true\"} 10\n", text, StringComparison.Ordinal);
        Assert.Equal(MetricFamily.MostSeries + 3, text.Count(character => character == '\n'));
    }

    [Fact]
    public async Task Concurrent_measurements_lose_nothing()
    {
        var counter = _meter.CreateCounter<double>("money");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                counter.Add(0.5);
            }
        })));

        Assert.Contains("money_total 20000\n", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Measuring_a_known_series_allocates_nothing()
    {
        var counter = _meter.CreateCounter<long>("hits");
        var tag = KeyValuePair.Create<string, object?>("model", "a");
        counter.Add(1, tag);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            counter.Add(1, tag);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("patchbay.request.duration", "ms", "patchbay_request_duration_milliseconds")]
    [InlineData("patchbay.request.seconds", "s", "patchbay_request_seconds")]
    [InlineData("2fast--name", "{thing}", "_2fast_name")]
    public void Names_follow_the_customary_rules(string name, string unit, string expected) =>
        Assert.Equal(expected, MetricName.Of(name, unit, MetricKind.Gauge));

    [Fact]
    public void The_process_tells_about_itself()
    {
        var text = new PrometheusText();
        ProcessMetrics.WriteTo(text, "1.2.3");

        Assert.Contains("patchbay_build_info{version=\"1.2.3\"} 1\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("# TYPE process_cpu_seconds_total counter\n", text.ToString(), StringComparison.Ordinal);
    }

    private string Text()
    {
        var text = new PrometheusText();
        _collector.WriteTo(text);
        return text.ToString();
    }
}
