using System.Text.Json;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>A router's decision as JSON, the same wherever it is shown.</summary>
internal static class RouterExplanation
{
    /// <summary>Writes the members of an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, RouterDecision decision)
    {
        json.WriteString("router"u8, decision.Router);
        json.WriteString("task_type"u8, decision.TaskType);
        json.WriteStartArray("signals"u8);
        foreach (var signal in decision.Signals)
        {
            json.WriteStringValue(signal);
        }

        json.WriteEndArray();
        json.WriteString("reason"u8, decision.Reason);
        json.WriteNumber("considered"u8, decision.Considered);
        json.WriteStartArray("chosen"u8);
        foreach (var model in decision.Models)
        {
            json.WriteStringValue(model);
        }

        json.WriteEndArray();
        json.WriteStartArray("models"u8);
        foreach (var score in decision.Scores)
        {
            json.WriteStartObject();
            json.WriteString("model"u8, score.Model);
            json.WriteNumber("score"u8, Math.Round(score.Score, 6));
            WriteShare(json, "quality"u8, score.Quality);
            json.WriteNumber("cost_usd"u8, score.CostUsd);
            WriteShare(json, "success"u8, score.Success);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteShare(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? share)
    {
        if (share is { } value)
        {
            json.WriteNumber(name, Math.Round(value, 4));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
