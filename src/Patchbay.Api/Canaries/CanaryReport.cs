namespace Patchbay.Api;

/// <summary>A public grade.</summary>
public enum CanaryGrade
{
    /// <summary>Answers as the others do.</summary>
    A,

    /// <summary>Small differences.</summary>
    B,

    /// <summary>Differences that matter.</summary>
    C,

    /// <summary>Large differences, or marks of a template in the answers.</summary>
    D,

    /// <summary>Not the model that it is said to be, or one that cannot be used.</summary>
    F,
}

/// <summary>What the canaries found of an endpoint.</summary>
/// <param name="EndpointId">Which.</param>
/// <param name="Grade">The grade.</param>
/// <param name="Agreement">How far its answers agree with the reference, as a part of what the two hosts reach that agree
/// most; from 0 to 1.</param>
/// <param name="Tasks">How many answers were compared.</param>
/// <param name="Findings">What lowered the grade, as sentences.</param>
/// <param name="MeasuredAt">When.</param>
public sealed record CanaryReport(
    string EndpointId, CanaryGrade Grade, double Agreement, int Tasks, IReadOnlyList<string> Findings, DateTimeOffset MeasuredAt)
{
    /// <summary>The rolling mean of the agreement over about 32 days.</summary>
    public double Score { get; init; } = Agreement;

    /// <summary>How many answers that is the mean of.</summary>
    public int ScoreTasks { get; init; } = Tasks;

    /// <summary>This report with the mean carried on from the one before.</summary>
    public CanaryReport After(CanaryReport earlier)
    {
        const int Most = 300;
        var kept = Math.Min(earlier.ScoreTasks, Most);
        var tasks = kept + Tasks;
        return tasks == 0 ? this : this with
        {
            Score = ((earlier.Score * kept) + (Agreement * Tasks)) / tasks,
            ScoreTasks = tasks,
        };
    }
}
