namespace Patchbay.Routing;

/// <summary>Percentiles of a measure, each within an eighth of the true value.</summary>
/// <param name="P50">Half of the values are at or below this.</param>
/// <param name="P75">75 % of the values are at or below this.</param>
/// <param name="P90">90 % of the values are at or below this.</param>
/// <param name="P99">99 % of the values are at or below this.</param>
public sealed record Percentiles(double P50, double P75, double P90, double P99)
{
    /// <summary>A quarter of the values is at or below this; of a throughput: 75 % of the answers are faster.</summary>
    public double P25 { get; internal init; }

    /// <summary>A tenth of the values is at or below this.</summary>
    public double P10 { get; internal init; }

    /// <summary>A hundredth of the values is at or below this.</summary>
    public double P1 { get; internal init; }
}
