using System.Buffers;
using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>One fusion, from the reservation of its money to what the answer tells of it. Belongs to the generation that
/// writes the answer.</summary>
internal sealed class FusionRun(FusionSettings settings, string generationId, string requested) : IAsyncDisposable
{
    /// <summary>What was asked.</summary>
    public FusionSettings Settings { get; } = settings;

    /// <summary>The generation that writes the answer.</summary>
    public string GenerationId { get; } = generationId;

    /// <summary>The model that the caller named.</summary>
    public string Requested { get; } = requested;

    /// <summary>What the caller's guardrails demand of endpoints.</summary>
    public IReadOnlyList<RoutePreferences> Guardrails { get; init; } = [];

    /// <summary>Money for all parts, from which each takes its own hold; null before it was reserved.</summary>
    public Hold? Reservation { get; set; }

    /// <summary>The bound of the analysis in tokens; null where the analyst's own is smaller.</summary>
    public long? AnalystBound { get; set; }

    /// <summary>The panel in the order of the request, then the analyst; parts that were not tried are missing.</summary>
    public List<FusionPart> Parts { get; } = [];

    /// <summary>What the analyst found; null when there is no analysis.</summary>
    public FusionAnalysis? Analysis { get; set; }

    /// <summary>Why there is none, in the reference's words; null when there is one.</summary>
    public string? FailureReason { get; set; }

    /// <summary>What the router did; null when a model was named.</summary>
    public RouterDecision? Decision => Settings.Router is not { } router ? null : new RouterDecision
    {
        Router = router,
        Strategy = "fusion",
        Models = Settings.Models,
        Reason = Settings.AsksPanel
            ? $"A panel of {Settings.Panel.Count} was asked, and {Settings.Models[0]} writes the answer."
            : $"No panel was to be asked, so {Settings.Models[0]} writes the answer alone.",
    };

    /// <summary>What the answer tells: the sum over all parts, so that it is what the account is charged.</summary>
    public Settled Told(in Settled answer)
    {
        if (Parts.Count == 0)
        {
            return answer;
        }

        var usage = answer.Usage;
        var (cost, prompt, completion) = (answer.Charge.Cost, answer.Charge.PromptCost, answer.Charge.CompletionCost);
        foreach (var part in Parts)
        {
            if (part.Settled is { } settled)
            {
                usage = Sum(usage, settled.Usage);
                cost += settled.Charge.Cost;
                prompt += settled.Charge.PromptCost;
                completion += settled.Charge.CompletionCost;
            }
        }

        var charge = answer.Charge with
        {
            Cost = cost,
            PromptCost = prompt,
            CompletionCost = completion,
            Parts = PartsOf(answer),
        };
        return answer with { Usage = usage, Charge = charge };
    }

    /// <summary>An error after parts have answered says that these are charged.</summary>
    public GatewayError Told(GatewayError error) => PartsCost() is var cost && cost > Money.Zero
        ? error with { Message = $"{error.Message} The parts of the fusion that had answered are charged: ${cost}." }
        : error;

    /// <summary>Writes what the generation keeps of it.</summary>
    public void WriteRecord(Utf8JsonWriter json)
    {
        json.WriteStartObject("fusion"u8);
        json.WriteString("failure_reason"u8, FailureReason);
        json.WriteStartArray("parts"u8);
        foreach (var part in Parts)
        {
            part.WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes the entry of <c>openrouter_metadata.pipeline</c>; its data has the members of the Responses API's item
    /// <c>openrouter:fusion</c>.</summary>
    public void WritePipeline(Utf8JsonWriter json)
    {
        json.WriteStartArray("pipeline"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "server_tools"u8);
        json.WriteString("name"u8, "openrouter:fusion"u8);
        json.WriteString("summary"u8, Summary());
        json.WriteNumber("cost_usd"u8, PartsCost().ToDollars());
        json.WriteStartObject("data"u8);
        WriteItem(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Reservation?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void WriteItem(Utf8JsonWriter json)
    {
        json.WriteString("type"u8, "openrouter:fusion"u8);
        json.WriteString("id"u8, "st_" + GenerationId);
        json.WriteString("status"u8, Analysis is null ? "incomplete"u8 : "completed"u8);
        if (Analysis is { } analysis)
        {
            json.WritePropertyName("analysis"u8);
            json.WriteRawValue(analysis.Json, skipInputValidation: true);
        }

        if (FailureReason is { } reason)
        {
            json.WriteString("failure_reason"u8, reason);
            json.WriteString("error"u8, "There is no analysis of the panel's answers.");
        }

        json.WriteStartArray("responses"u8);
        foreach (var part in Parts)
        {
            if (part is { Role: FusionRole.Panel, Error: null })
            {
                json.WriteStartObject();
                json.WriteString("model"u8, part.Model);
                json.WriteString("content"u8, part.Text);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        WriteFailed(json);
    }

    private void WriteFailed(Utf8JsonWriter json)
    {
        if (!Parts.Exists(static part => part is { Role: FusionRole.Panel, Error: not null }))
        {
            return;
        }

        json.WriteStartArray("failed_models"u8);
        foreach (var part in Parts)
        {
            if (part is { Role: FusionRole.Panel, Error: { } error })
            {
                json.WriteStartObject();
                json.WriteString("model"u8, part.Model);
                json.WriteString("error"u8, error.Message);
                json.WriteNumber("status_code"u8, error.UpstreamStatus ?? error.Row.HttpStatus);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private string Summary()
    {
        var answered = Parts.FindAll(static part => part is { Role: FusionRole.Panel, Error: null }).Count;
        var panel = Parts.FindAll(static part => part.Role == FusionRole.Panel).Count;
        return $"{answered} of {panel} models answered without web tools, analysis {(Analysis is null ? FailureReason ?? "none" : "by " + Settings.Analyst)}";
    }

    private Money PartsCost()
    {
        var sum = Money.Zero;
        foreach (var part in Parts)
        {
            sum += part.Cost;
        }

        return sum;
    }

    private byte[] PartsOf(in Settled answer)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("fusion"u8);
            json.WriteStartArray("parts"u8);
            foreach (var part in Parts)
            {
                part.WriteTo(json);
            }

            json.WriteStartObject();
            json.WriteString("role"u8, "answer"u8);
            json.WriteString("model"u8, answer.Generation.Model);
            json.WriteString("generation_id"u8, GenerationId);
            json.WriteString("status"u8, "completed"u8);
            json.WriteNumber("cost"u8, answer.Charge.Cost.ToDollars());
            json.WriteNumber("prompt_tokens"u8, answer.Usage.PromptTokens);
            json.WriteNumber("completion_tokens"u8, answer.Usage.CompletionTokens);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static Usage Sum(in Usage left, in Usage right) => new()
    {
        UncachedInput = Sum(left.UncachedInput, right.UncachedInput),
        CacheRead = Sum(left.CacheRead, right.CacheRead),
        CacheWrite = Sum(left.CacheWrite, right.CacheWrite),
        CacheWrite1h = Sum(left.CacheWrite1h, right.CacheWrite1h),
        AudioInput = Sum(left.AudioInput, right.AudioInput),
        Output = Sum(left.Output, right.Output),
        Reasoning = Sum(left.Reasoning, right.Reasoning),
        AudioOutput = Sum(left.AudioOutput, right.AudioOutput),
        ImagesIn = Sum(left.ImagesIn, right.ImagesIn),
        ImagesOut = Sum(left.ImagesOut, right.ImagesOut),
        Searches = Sum(left.Searches, right.Searches),
        Estimated = left.Estimated || right.Estimated,
    };

    private static long? Sum(long? left, long? right) => left is null && right is null ? null : (left ?? 0) + (right ?? 0);
}
