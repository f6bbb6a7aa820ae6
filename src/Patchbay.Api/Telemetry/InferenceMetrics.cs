using System.Diagnostics.Metrics;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>The meters of inference. Labels are bounded: model, provider, outcome and error code, never a key or a user.
/// </summary>
internal static class InferenceMetrics
{
    private static readonly double[] Seconds =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

    private static readonly Counter<long> Generations = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.generations", "{generation}", "Generations that ended, by model, provider and outcome.");

    private static readonly Counter<long> Refusals = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.refusals", "{request}", "Requests that were refused before a provider was called, by error code.");

    private static readonly Counter<long> Attempts = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.attempts", "{attempt}", "Calls to providers.");

    private static readonly Counter<long> RetriesRefused = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.retries.refused", "{request}", "Requests whose error was told because the retry budget was used up.");

    private static readonly Counter<long> Hedges = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.hedges", "{attempt}", "Second endpoints that were asked while the first might still answer, by whether they won.");

    private static readonly Counter<long> Continuations = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.continuations", "{attempt}", "Answers that another endpoint was asked to go on with after theirs had died.");

    private static readonly Counter<long> Cuts = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.streams.cut", "{stream}",
        "Streams that were ended at the edge of their hold, by endpoint: it ignored the limit it was told (overrun), or the account could not pay for more (credits).");

    private static readonly Counter<long> Tokens = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.tokens", "{token}", "Tokens, by model and kind.");

    private static readonly Counter<long> Charges = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.charges", "{nano_usd}", "Money charged, in nano-USD, by model.");

    private static readonly Counter<long> StickyAnswers = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.affinity.requests", "{request}",
        "Answered requests of remembered conversations: kept at their endpoint, or moved because it failed.");

    private static readonly Counter<long> StickyTokens = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.affinity.cached_tokens", "{token}", "Prompt tokens read from a cache by requests that were kept.");

    private static readonly Counter<long> StickySavings = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.affinity.savings", "{nano_usd}", "What those tokens would have cost more without the cache, in nano-USD.");

    private static readonly Histogram<double> Duration = PatchbayTelemetry.Meter.CreateHistogram(
        "patchbay.generation.duration", "s", "From arrival to the end of the answer.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    private static readonly Histogram<double> FirstByte = PatchbayTelemetry.Meter.CreateHistogram(
        "patchbay.generation.first_byte", "s", "From arrival to the first byte of the answer.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    public static void Refused(GatewayError error)
    {
        if (Refusals.Enabled)
        {
            Refusals.Add(1, new KeyValuePair<string, object?>("code", error.Row.Code));
        }
    }

    /// <summary>A stream was ended by us.</summary>
    public static void Cut(string endpoint, string reason) => Cuts.Add(
        1, new KeyValuePair<string, object?>("endpoint", endpoint), new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A request of a remembered conversation was answered.</summary>
    public static void Stuck(string model, bool isKept, long cachedTokens, Money saved)
    {
        if (!StickyAnswers.Enabled)
        {
            return;
        }

        var label = new KeyValuePair<string, object?>("model", model);
        StickyAnswers.Add(1, label, new KeyValuePair<string, object?>("outcome", isKept ? "kept" : "moved"));
        if (isKept)
        {
            StickyTokens.Add(cachedTokens, label);
            StickySavings.Add(saved.Nanos, label);
        }
    }

    public static void RetryRefused() => RetriesRefused.Add(1);

    public static void Hedged(bool won) => Hedges.Add(1, new KeyValuePair<string, object?>("won", won ? "true" : "false"));

    public static void Continued() => Continuations.Add(1);

    public static void Ended(Generation generation, int attempts)
    {
        if (!Generations.Enabled)
        {
            return;
        }

        var model = new KeyValuePair<string, object?>("model", generation.Model);
        Generations.Add(
            1,
            model,
            new KeyValuePair<string, object?>("provider", generation.ProviderName ?? "none"),
            new KeyValuePair<string, object?>("outcome", OutcomeName(generation.Outcome)));
        Attempts.Add(attempts);
        Tokens.Add(generation.Usage.PromptTokens, model, new KeyValuePair<string, object?>("kind", "prompt"));
        Tokens.Add(generation.Usage.CompletionTokens, model, new KeyValuePair<string, object?>("kind", "completion"));
        Charges.Add(generation.Charge.Nanos, model);
        Duration.Record(generation.DurationMs / 1000.0, model);
        if (generation.LatencyMs is { } latency)
        {
            FirstByte.Record(latency / 1000.0, model);
        }
    }

    private static string OutcomeName(GenerationOutcome outcome) => outcome switch
    {
        GenerationOutcome.Completed => "completed",
        GenerationOutcome.Cancelled => "cancelled",
        GenerationOutcome.Failed => "failed",
        _ => "crashed",
    };
}
