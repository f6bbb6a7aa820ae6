using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>Compares the endpoints of each model, as OpenRouter's "Auto Exacto" does
/// (https://openrouter.ai/docs/guides/routing/auto-exacto): an endpoint stands behind the others when its share of right
/// tool calls is more than two standard deviations below their median, its throughput more than one and a half, or its
/// score below a benchmark's cut-off.</summary>
/// <remarks>The standard deviation is estimated from the median absolute deviation, so that one bad endpoint does not hide
/// itself. It is never taken for less than what chance explains or than what is worth a reordering: otherwise, where all
/// others are perfect, a single fault would do.</remarks>
internal static class QualityEvaluator
{
    /// <summary>Providers with enough data that a model needs before its endpoints are compared.</summary>
    public const int LeastProviders = 4;

    /// <summary>Answers to requests with tools in two hours that an endpoint needs.</summary>
    public const int LeastToolRequests = 200;

    /// <summary>Requests in 30 minutes that an endpoint needs.</summary>
    public const int LeastRequests = 100;

    /// <summary>Tasks that a benchmark's score needs.</summary>
    public const int LeastTasks = 45;

    private const double SuccessDeviations = 2;
    private const double ThroughputDeviations = 1.5;
    private const double BenchmarkDeviations = 2;

    // The median absolute deviation of a normal distribution, as a part of its standard deviation.
    private const double Normal = 1.4826;

    private const double LeastDeviation = 0.01;
    private const double LeastThroughputDeviation = 0.1;
    private const double LeastScoreDeviation = 0.05;

    /// <summary>The tiers of all endpoints of a catalogue.</summary>
    public static QualityTable Evaluate(
        CatalogSnapshot snapshot, HealthRegistry health, QualityRegistry registry, IQualityScores scores)
    {
        var verdicts = Array.Empty<QualityVerdict?>();
        foreach (var model in snapshot.Models)
        {
            var measured = Measure(model, health, registry, scores);
            if (measured.Length == 0)
            {
                continue;
            }

            Compare(measured);
            foreach (ref readonly var one in measured.AsSpan())
            {
                if (one.IsKnown)
                {
                    Keep(ref verdicts, one);
                }
            }
        }

        return new QualityTable(verdicts);
    }

    private static Measured[] Measure(Model model, HealthRegistry health, QualityRegistry registry, IQualityScores scores)
    {
        var now = health.Clock.NowMs;
        var measured = new Measured[model.Endpoints.Length];
        var known = 0;
        for (var i = 0; i < measured.Length; i++)
        {
            var endpoint = model.Endpoints[i];
            var seen = health.Find(endpoint.Ordinal);
            var requests = seen?.Requests30Minutes(now) ?? 0;
            measured[i] = new Measured
            {
                Endpoint = endpoint,
                Counts = registry.Read(endpoint),
                Throughput = requests >= LeastRequests ? seen?.Throughput(now)?.P50 : null,
                HasRequests = requests >= LeastRequests,
                Score = scores.Find(endpoint),
            };
            known += measured[i].IsKnown ? 1 : 0;
        }

        return known == 0 ? [] : measured;
    }

    private static void Compare(Measured[] measured)
    {
        var isComparable = Providers(measured, static one => one.IsMeasured) >= LeastProviders;
        if (isComparable)
        {
            CompareShare(measured, static one => one.Counts.ToolSuccess, static one => one.Counts.ToolRequests, QualityReasons.ToolCalls);
            CompareShare(measured, static one => one.Counts.AnswerSuccess, static one => one.Counts.Answers, QualityReasons.Answers);
            CompareThroughput(measured);
        }

        CompareScores(measured);
        foreach (ref var one in measured.AsSpan())
        {
            one.Tier = one.Reasons != QualityReasons.None ? QualityTier.Deprioritised
                : isComparable && one.IsMeasured ? QualityTier.Good
                : QualityTier.InsufficientData;
        }
    }

    private static void CompareShare(
        Measured[] measured, Func<Measured, double?> share, Func<Measured, int> count, QualityReasons reason)
    {
        var shares = Values(measured, one => one.IsMeasured ? share(one) : null);
        if (shares.Length < LeastProviders)
        {
            return;
        }

        var median = Median(shares);
        var spread = Normal * Deviation(shares, median);
        foreach (ref var one in measured.AsSpan())
        {
            if (one.IsMeasured && share(one) is { } own)
            {
                var chance = Math.Sqrt(median * (1 - median) / count(one));
                var deviation = Math.Max(LeastDeviation, Math.Max(spread, chance));
                one.Reasons |= own < median - (SuccessDeviations * deviation) ? reason : QualityReasons.None;
            }
        }
    }

    private static void CompareThroughput(Measured[] measured)
    {
        var speeds = Values(measured, static one => one.IsMeasured ? one.Throughput : null);
        if (speeds.Length < LeastProviders)
        {
            return;
        }

        var median = Median(speeds);
        var deviation = Math.Max(Normal * Deviation(speeds, median), LeastThroughputDeviation * median);
        foreach (ref var one in measured.AsSpan())
        {
            one.Reasons |= one.IsMeasured && one.Throughput < median - (ThroughputDeviations * deviation)
                ? QualityReasons.Throughput
                : QualityReasons.None;
        }
    }

    private static void CompareScores(Measured[] measured)
    {
        foreach (ref var one in measured.AsSpan())
        {
            one.Reasons |= one.Score is { IsFailed: true } ? QualityReasons.Benchmark : QualityReasons.None;
        }

        if (Providers(measured, static one => one.Score is { Tasks: >= LeastTasks }) < LeastProviders)
        {
            return;
        }

        var scores = Values(measured, static one => one.Score is { Tasks: >= LeastTasks, Value: var value } ? value : null);
        var median = Median(scores);
        var deviation = Math.Max(Normal * Deviation(scores, median), LeastScoreDeviation);
        foreach (ref var one in measured.AsSpan())
        {
            one.Reasons |= one.Score is { Tasks: >= LeastTasks, Value: var value }
                && value < median - (BenchmarkDeviations * deviation)
                ? QualityReasons.Benchmark
                : QualityReasons.None;
        }
    }

    private static int Providers(Measured[] measured, Func<Measured, bool> counts)
    {
        var providers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in measured)
        {
            if (counts(one))
            {
                providers.Add(one.Endpoint.Provider.Slug);
            }
        }

        return providers.Count;
    }

    private static double[] Values(Measured[] measured, Func<Measured, double?> value)
    {
        var values = new List<double>(measured.Length);
        foreach (var one in measured)
        {
            if (value(one) is { } known)
            {
                values.Add(known);
            }
        }

        return [.. values];
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    private static double Deviation(double[] values, double median)
    {
        var deviations = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            deviations[i] = Math.Abs(values[i] - median);
        }

        return Median(deviations);
    }

    private static void Keep(ref QualityVerdict?[] verdicts, in Measured one)
    {
        var ordinal = one.Endpoint.Ordinal;
        if (ordinal >= verdicts.Length)
        {
            Array.Resize(ref verdicts, Math.Max(64, Math.Max(ordinal + 1, verdicts.Length * 2)));
        }

        verdicts[ordinal] = new QualityVerdict(one.Tier, one.Reasons, one.Counts);
    }

    private struct Measured
    {
        public required Endpoint Endpoint;
        public QualityCounts Counts;
        public double? Throughput;
        public bool HasRequests;
        public QualityScore? Score;
        public QualityReasons Reasons;
        public QualityTier Tier;

        /// <summary>There is enough of it to be compared.</summary>
        public readonly bool IsMeasured => HasRequests && Counts.ToolRequests >= LeastToolRequests;

        /// <summary>There is something of it to be told.</summary>
        public readonly bool IsKnown => Counts.Answers > 0 || Score is not null;
    }
}
