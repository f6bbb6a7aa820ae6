using System.Text;

namespace Patchbay.Server;

/// <summary>Turns instrument names and units into names that Prometheus accepts, by the rules of OpenTelemetry.</summary>
internal static class MetricName
{
    /// <summary>The name with its unit, and <c>_total</c> for a counter.</summary>
    public static string Of(string instrument, string? unit, MetricKind kind)
    {
        var name = Clean(instrument, allowColon: true);
        var suffix = unit switch
        {
            null or "" or "1" => kind == MetricKind.Gauge && unit == "1" ? "ratio" : null,
            "ms" => "milliseconds",
            "s" => "seconds",
            "us" => "microseconds",
            "ns" => "nanoseconds",
            "By" => "bytes",
            "%" => "percent",
            _ when unit.StartsWith('{') => null,
            _ => Clean(unit.ToLowerInvariant(), allowColon: false),
        };
        if (kind == MetricKind.Counter && name.EndsWith("_total", StringComparison.Ordinal))
        {
            name = name[..^"_total".Length];
        }

        if (suffix is not null && !name.EndsWith("_" + suffix, StringComparison.Ordinal))
        {
            name += "_" + suffix;
        }

        return kind == MetricKind.Counter ? name + "_total" : name;
    }

    /// <summary>A label's name.</summary>
    public static string Label(string name) => Clean(name, allowColon: false);

    private static string Clean(string name, bool allowColon)
    {
        var result = new StringBuilder(name.Length);
        foreach (var character in name)
        {
            var fits = char.IsAsciiLetterOrDigit(character) || character == '_' || (allowColon && character == ':');
            if (result.Length == 0 && char.IsAsciiDigit(character))
            {
                result.Append('_');
            }

            if (fits || result.Length == 0 || result[^1] != '_')
            {
                result.Append(fits ? character : '_');
            }
        }

        return result.ToString();
    }
}

/// <summary>The kinds of metrics that the text form knows.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts values by size.</summary>
    Histogram,
}
