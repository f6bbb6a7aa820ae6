using System.Globalization;
using System.Text;

namespace Patchbay.Server;

/// <summary>Writes metrics in the text form 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).</summary>
internal sealed class PrometheusText
{
    /// <summary>The media type of the form.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new(16 * 1024);

    /// <summary>Begins a metric: its help and type.</summary>
    public void Begin(string name, string help, MetricKind kind)
    {
        _text.Append("# HELP ").Append(name).Append(' ');
        Escape(help, quoted: false);
        _text.Append("\n# TYPE ").Append(name).Append(' ').Append(kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Gauge => "gauge",
            _ => "histogram",
        }).Append('\n');
    }

    /// <summary>Writes one number.</summary>
    public void Sample(string name, IReadOnlyList<KeyValuePair<string, string>> labels, double value) =>
        Line(name, "", labels, null, Number(value));

    /// <summary>Writes a metric that has one number and no labels.</summary>
    public void Single(string name, string help, MetricKind kind, double value)
    {
        Begin(name, help, kind);
        Sample(name, [], value);
    }

    /// <summary>Writes all series of an instrument; nothing when it has none.</summary>
    public void Write(MetricFamily family, long scrape)
    {
        var begun = false;
        foreach (var (labels, series) in family.Read(scrape))
        {
            if (!begun)
            {
                Begin(family.Name, family.Help, family.Kind);
                begun = true;
            }

            if (family.Kind == MetricKind.Histogram)
            {
                Histogram(family, labels, series);
            }
            else
            {
                Sample(family.Name, labels, series.Value);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Histogram(MetricFamily family, IReadOnlyList<KeyValuePair<string, string>> labels, MetricSeries series)
    {
        var count = 0L;
        var buckets = series.Buckets;
        for (var i = 0; i < buckets.Length; i++)
        {
            count += Volatile.Read(in buckets[i]);
            var bound = i < family.Bounds!.Length ? Number(family.Bounds[i]) : "+Inf";
            Line(family.Name, "_bucket", labels, bound, count.ToString(CultureInfo.InvariantCulture));
        }

        Line(family.Name, "_sum", labels, null, Number(series.Value));
        Line(family.Name, "_count", labels, null, count.ToString(CultureInfo.InvariantCulture));
    }

    private void Line(
        string name, string suffix, IReadOnlyList<KeyValuePair<string, string>> labels, string? bound, string value)
    {
        _text.Append(name).Append(suffix);
        var separator = '{';
        foreach (var (label, text) in labels)
        {
            _text.Append(separator).Append(label).Append("=\"");
            Escape(text, quoted: true);
            _text.Append('"');
            separator = ',';
        }

        if (bound is not null)
        {
            _text.Append(separator).Append("le=\"").Append(bound).Append('"');
            separator = ',';
        }

        if (separator == ',')
        {
            _text.Append('}');
        }

        _text.Append(' ').Append(value).Append('\n');
    }

    private void Escape(string text, bool quoted)
    {
        foreach (var character in text)
        {
            _ = character switch
            {
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '"' when quoted => _text.Append("\\\""),
                _ => _text.Append(character),
            };
        }
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
