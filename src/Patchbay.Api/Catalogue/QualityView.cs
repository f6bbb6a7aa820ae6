using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>The quality of an endpoint, as the API shows it: our own member, which OpenRouter does not have.</summary>
internal sealed record QualityView
{
    public required string Tier { get; init; }
    public required IReadOnlyList<string> Reasons { get; init; }
    public required long ToolRequests { get; init; }
    public double? ToolSuccess { get; init; }
    public required long Answers { get; init; }
    public double? AnswerSuccess { get; init; }
    public CanaryView? Canary { get; init; }

    /// <summary>Null where nothing is known.</summary>
    public static QualityView? Of(EndpointStatistics statistics)
    {
        if (statistics is { Quality: null, Canary: null })
        {
            return null;
        }

        var verdict = statistics.Quality ?? new QualityVerdict(QualityTier.InsufficientData, QualityReasons.None, default);
        return new QualityView
        {
            Tier = verdict.Tier switch
            {
                QualityTier.Good => "good",
                QualityTier.Deprioritised => "deprioritized",
                _ => "insufficient_data",
            },
            Reasons = Names(verdict.Reasons),
            ToolRequests = verdict.Counts.ToolRequests,
            ToolSuccess = verdict.Counts.ToolSuccess,
            Answers = verdict.Counts.Answers,
            AnswerSuccess = verdict.Counts.AnswerSuccess,
            Canary = statistics.Canary is { } report
                ? new CanaryView(report.Grade.ToString(), report.Agreement, report.Tasks, report.Findings, report.MeasuredAt)
                : null,
        };
    }

    private static List<string> Names(QualityReasons reasons)
    {
        var names = new List<string>();
        foreach (var (reason, name) in (ReadOnlySpan<(QualityReasons, string)>)
            [
                (QualityReasons.ToolCalls, "tool_calls"), (QualityReasons.Answers, "answers"),
                (QualityReasons.Throughput, "throughput"), (QualityReasons.Benchmark, "benchmark"),
            ])
        {
            if (reasons.HasFlag(reason))
            {
                names.Add(name);
            }
        }

        return names;
    }
}

/// <summary>What the canaries found, as the API shows it.</summary>
internal sealed record CanaryView(
    string Grade, double Agreement, int Tasks, IReadOnlyList<string> Findings, DateTimeOffset MeasuredAt);
