using System.Diagnostics.Metrics;
using Patchbay.Core;
using Endpoint = Patchbay.Catalog.Endpoint;

namespace Patchbay.Api;

/// <summary>The meters of answers' quality. Labels are bounded: provider, model and kind of fault.</summary>
internal static class QualityMetrics
{
    private static readonly Counter<long> Answers = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.quality.answers", "{answer}", "Answers with tools or with a schema that were judged, by model and provider.");

    private static readonly Counter<long> Faults = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.quality.faults", "{fault}", "Faults found in them, by model, provider and kind.");

    private static readonly Counter<long> Unjudged = PatchbayTelemetry.Meter.CreateCounter<long>(
        "patchbay.quality.dropped", "{answer}", "Answers that were not judged because too many waited.");

    private static readonly (AnswerFaults Fault, string Name)[] Names =
    [
        (AnswerFaults.InvalidJson, "invalid_json"), (AnswerFaults.UnknownName, "unknown_name"),
        (AnswerFaults.SchemaMismatch, "schema_mismatch"), (AnswerFaults.Empty, "empty"),
        (AnswerFaults.BrokenStructure, "broken_structure"), (AnswerFaults.BadFinish, "bad_finish"),
    ];

    public static void Dropped() => Unjudged.Add(1);

    public static void Judged(Endpoint endpoint, in AnswerFindings findings)
    {
        var model = new KeyValuePair<string, object?>("model", endpoint.ModelSlug);
        var provider = new KeyValuePair<string, object?>("provider", endpoint.Provider.Name);
        Answers.Add(1, model, provider);
        foreach (var (fault, name) in Names)
        {
            if (findings.Faults.HasFlag(fault))
            {
                Faults.Add(1, model, provider, new KeyValuePair<string, object?>("kind", name));
            }
        }
    }
}
