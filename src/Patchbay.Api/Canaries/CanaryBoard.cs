using System.Collections.Concurrent;
using Patchbay.Catalog;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>The newest report of every endpoint that canaries have visited. Safe for any number of threads; its size is
/// bounded by the number of endpoints.</summary>
public sealed class CanaryBoard(TimeProvider clock) : IQualityScores
{
    /// <summary>An older report says nothing any more.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(32);

    private readonly ConcurrentDictionary<string, CanaryReport> _reports = new(StringComparer.Ordinal);

    /// <summary>All reports, by endpoint.</summary>
    public IReadOnlyList<CanaryReport> All => [.. _reports.Values.OrderBy(report => report.EndpointId, StringComparer.Ordinal)];

    /// <summary>Puts back what was stored.</summary>
    public void Restore(IEnumerable<CanaryReport> reports)
    {
        foreach (var report in reports)
        {
            _reports[report.EndpointId] = report;
        }
    }

    /// <summary>Puts reports in the place of earlier ones, whose mean they carry on.</summary>
    public void Post(IEnumerable<CanaryReport> reports)
    {
        foreach (var report in reports)
        {
            _reports[report.EndpointId] =
                _reports.TryGetValue(report.EndpointId, out var earlier) && report.MeasuredAt - earlier.MeasuredAt < Lifetime
                    ? report.After(earlier)
                    : report;
        }
    }

    /// <summary>The report of an endpoint; null where there is none that still counts.</summary>
    public CanaryReport? Report(Endpoint endpoint) =>
        _reports.TryGetValue(endpoint.Id, out var report) && clock.GetUtcNow() - report.MeasuredAt < Lifetime ? report : null;

    /// <inheritdoc/>
    public QualityScore? Find(Endpoint endpoint) =>
        Report(endpoint) is { } report
            ? new QualityScore(report.Score, report.ScoreTasks, report.Grade >= CanaryGrade.D)
            : null;
}
