using System.Collections.Frozen;
using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>A metric of analytics.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Format"><c>number</c>, <c>currency</c> (USD), <c>percent</c> (0 to 1), <c>latency</c> (milliseconds) or
/// <c>throughput</c> (tokens a second).</param>
/// <param name="Measure">By what rows are ordered.</param>
/// <param name="Write">Writes its value.</param>
internal sealed record AnalyticsMetric(
    string Name, string Label, string Format, UsageMeasure Measure, Action<Utf8JsonWriter, UsageTotals> Write)
{
    /// <summary>The metric by which rows can be ordered without asking for it.</summary>
    public const string Requests = "request_count";

    /// <summary>All, in the order in which they are listed.</summary>
    public static IReadOnlyList<AnalyticsMetric> All { get; } =
    [
        Count(Requests, "Requests", UsageMeasure.Requests, t => t.Requests),
        Amount("total_usage", "Spend", UsageMeasure.Spend, t => t.Spend),
        Amount("credits_usage", "Credits", UsageMeasure.Credits, t => t.Credits),
        Amount("openrouter_usage", "Credits for models", UsageMeasure.OwnCredits, t => t.Credits - t.ByokCredits),
        Amount("byok_usage", "Spend on own provider keys", UsageMeasure.ByokCost, t => t.ByokCost),
        Amount("byok_fees", "Credits for own provider keys", UsageMeasure.ByokCredits, t => t.ByokCredits),
        Amount("usage_upstream", "List price of models", UsageMeasure.UpstreamCost, t => t.Cost - t.ByokCost),
        Count("tokens_total", "Tokens", UsageMeasure.Tokens, t => t.Tokens),
        Count("tokens_prompt", "Prompt tokens", UsageMeasure.PromptTokens, t => t.PromptTokens),
        Count("tokens_completion", "Completion tokens", UsageMeasure.CompletionTokens, t => t.CompletionTokens),
        Count("reasoning_tokens", "Reasoning tokens", UsageMeasure.ReasoningTokens, t => t.ReasoningTokens),
        Count("cached_tokens", "Cached tokens", UsageMeasure.CachedTokens, t => t.CachedTokens),
        Count("cache_write_tokens", "Cache write tokens", UsageMeasure.CacheWriteTokens, t => t.CacheWriteTokens),
        Rate("cache_hit_rate", "Cache hit rate", "percent", UsageMeasure.CacheHitRate, t => (t.CachedTokens, t.PromptTokens, 1)),
        Count("media_prompt", "Images in", UsageMeasure.ImagesIn, t => t.ImagesIn),
        Count("media_completion", "Images out", UsageMeasure.ImagesOut, t => t.ImagesOut),
        Count("search_count", "Web searches", UsageMeasure.Searches, t => t.Searches),
        Count("failed_count", "Failed requests", UsageMeasure.Failed, t => t.Failed),
        Count("cancelled_count", "Cancelled requests", UsageMeasure.Cancelled, t => t.Cancelled),
        Rate("error_rate", "Error rate", "percent", UsageMeasure.ErrorRate, t => (t.Failed, t.Requests, 1)),
        Rate("avg_latency", "Mean latency", "latency", UsageMeasure.MeanLatency, t => (t.Latency, t.Timed, 1)),
        Time("p50_latency", "Median latency", UsageMeasure.LatencyP50, t => t.LatencyP50),
        Time("p90_latency", "Latency of 90 %", UsageMeasure.LatencyP90, t => t.LatencyP90),
        Time("p99_latency", "Latency of 99 %", UsageMeasure.LatencyP99, t => t.LatencyP99),
        Rate("avg_throughput", "Mean throughput", "throughput", UsageMeasure.Throughput, t => (t.TimedTokens, t.Generating, 1000)),
    ];

    /// <summary>Metrics by name.</summary>
    public static FrozenDictionary<string, AnalyticsMetric> Of { get; } =
        All.ToFrozenDictionary(metric => metric.Name, StringComparer.Ordinal);

    /// <summary>Whether it is a mean or a ratio, which does not add up.</summary>
    public bool IsRate => Format is not ("number" or "currency");

    /// <summary>Whether every time must be read.</summary>
    public bool IsPercentile => Measure is UsageMeasure.LatencyP50 or UsageMeasure.LatencyP90 or UsageMeasure.LatencyP99;

    private static AnalyticsMetric Count(string name, string label, UsageMeasure measure, Func<UsageTotals, long> value) =>
        new(name, label, "number", measure, (writer, totals) => writer.WriteNumber(name, value(totals)));

    private static AnalyticsMetric Amount(string name, string label, UsageMeasure measure, Func<UsageTotals, Money> value) =>
        new(name, label, "currency", measure, (writer, totals) =>
        {
            Span<byte> digits = stackalloc byte[32];
            value(totals).TryFormat(digits, out var length);
            writer.WritePropertyName(name);
            writer.WriteRawValue(digits[..length], skipInputValidation: true);
        });

    private static AnalyticsMetric Time(string name, string label, UsageMeasure measure, Func<UsageTotals, long?> value) =>
        new(name, label, "latency", measure, (writer, totals) =>
        {
            if (value(totals) is { } time)
            {
                writer.WriteNumber(name, time);
            }
            else
            {
                writer.WriteNull(name);
            }
        });

    // Without anything to divide by there is no rate.
    private static AnalyticsMetric Rate(
        string name, string label, string format, UsageMeasure measure, Func<UsageTotals, (long Part, long Whole, int Scale)> value) =>
        new(name, label, format, measure, (writer, totals) =>
        {
            var (part, whole, scale) = value(totals);
            if (whole == 0)
            {
                writer.WriteNull(name);
            }
            else
            {
                writer.WriteNumber(name, decimal.Round((decimal)part * scale / whole, 6));
            }
        });
}
