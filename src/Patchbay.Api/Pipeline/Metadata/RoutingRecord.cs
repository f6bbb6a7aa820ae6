using System.Buffers;
using System.Text;
using System.Text.Json;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>What is kept of a request's routing with its generation, beside the attempts: only where there is something to
/// tell. A request that went to its first choice, of endpoints that are all well, keeps nothing and makes nothing.</summary>
internal static class RoutingRecord
{
    private const int MostScores = 3;

    /// <summary>A JSON object, or null when the row itself tells all.</summary>
    public static string? Of(InferenceContext context)
    {
        if (context.Router is null && context.Fusion is null && context.Part is null && context.Errors.Count == 0 && !context.Plan.HasResting)
        {
            return null;
        }

        IReadOnlyList<EndpointVerdict> verdicts = context.Plan is null ? [] : context.Plan.Verdicts;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("requested"u8, context.Requested);
            json.WriteString("strategy"u8, StrategyOf(context));
            json.WriteNumber("endpoints"u8, verdicts.Count);
            WriteExcluded(json, verdicts);
            if (context.Router is { } decision)
            {
                WriteRouter(json, decision);
            }

            context.Fusion?.WriteRecord(json);
            context.Part?.WriteRecord(json);

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The documented word for how the model was chosen.</summary>
    public static string StrategyOf(InferenceContext context)
    {
        if (context.Router is { } router)
        {
            return router.Strategy;
        }

        if (context.Envelope.Models.Count > 1)
        {
            return "fallback";
        }

        var model = context.Endpoint?.ModelSlug
            ?? (context.Plan is { Attempts.Length: > 0 } ? context.Plan.Attempts[0].Model.Slug : null);
        return StrategyOf(context.Requested, model);
    }

    /// <summary>The same for one model: <c>latest</c>, <c>alias</c> or <c>direct</c>. Variants do not count.</summary>
    public static string StrategyOf(string requested, string? model)
    {
        if (requested.StartsWith('~'))
        {
            return "latest";
        }

        return model is null || requested.StartsWith(model, StringComparison.Ordinal)
            && (requested.Length == model.Length || requested[model.Length] == ':')
                ? "direct"
                : "alias";
    }

    /// <summary>Whether the endpoint passes every condition of the request, even if others come first.</summary>
    public static bool IsAvailable(ExclusionReason reason) =>
        reason is ExclusionReason.None or ExclusionReason.CoolingDown or ExclusionReason.AttemptLimit;

    /// <summary>How many endpoints are out, by reason.</summary>
    public static void WriteExcluded(Utf8JsonWriter json, IReadOnlyList<EndpointVerdict> verdicts)
    {
        Span<int> counts = stackalloc int[64];
        counts.Clear();
        foreach (var verdict in verdicts)
        {
            counts[(int)verdict.Reason]++;
        }

        json.WriteStartObject("excluded"u8);
        for (var i = 1; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                json.WriteNumber(ExclusionReasonText.Word((ExclusionReason)i), counts[i]);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteRouter(Utf8JsonWriter json, RouterDecision decision)
    {
        json.WriteStartObject("router"u8);
        json.WriteString("task_type"u8, decision.TaskType);
        json.WriteString("reason"u8, decision.Reason);
        json.WriteNumber("considered"u8, decision.Considered);
        json.WriteStartArray("models"u8);
        for (var i = 0; i < decision.Scores.Count && i < MostScores; i++)
        {
            json.WriteStartArray();
            json.WriteStringValue(decision.Scores[i].Model);
            json.WriteNumberValue(Math.Round(decision.Scores[i].Score, 4));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
