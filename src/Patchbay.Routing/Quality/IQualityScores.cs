using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>Scores that benchmarks give to single endpoints.</summary>
public interface IQualityScores
{
    /// <summary>The score of an endpoint; null where none was measured.</summary>
    QualityScore? Find(Endpoint endpoint);
}

/// <summary>A benchmark's score of one endpoint.</summary>
/// <param name="Value">From 0 to 1, more is better.</param>
/// <param name="Tasks">How many tasks it is an average of.</param>
/// <param name="IsFailed">The benchmark itself says that the endpoint is not what it claims to be.</param>
public readonly record struct QualityScore(double Value, int Tasks, bool IsFailed);
