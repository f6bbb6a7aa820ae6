using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Writes the explanation of one request as JSON. Amounts are US dollars, times milliseconds.</summary>
internal sealed class ExplanationWriter(Utf8JsonWriter json, RequestEnvelope envelope, RouteRequest request, CreditStep credit)
{
    private const string Order = "order";

    /// <summary>Writes the members of the object that is open.</summary>
    public void Write(
        string[] requested, RouterDecision? decision, RouteExplanation explanation, HealthRegistry health, long? counted)
    {
        var plan = explanation.Plan;
        var tokens = counted ?? request.EstimatedPromptTokens;
        var target = plan.Attempts.Length > 0 ? plan.Attempts[0].Model.Slug : null;
        json.WriteString("strategy"u8, decision?.Strategy
            ?? (envelope.Models.Count > 1 ? "fallback" : RoutingRecord.StrategyOf(requested[0], target)));
        WriteRouter(json, decision);
        WriteModels();
        WriteRequest(tokens);
        WriteSelection(explanation);
        if (plan.Error is { } error)
        {
            WriteError(json, error);
        }
        else
        {
            json.WriteNull("error"u8);
        }

        WriteAttempts(plan, explanation, tokens);
        WriteEndpoints(plan, explanation, health);
        WriteCost(plan, tokens);
    }

    public static void WriteRouter(Utf8JsonWriter json, RouterDecision? decision)
    {
        if (decision is null)
        {
            json.WriteNull("router"u8);
            return;
        }

        json.WriteStartObject("router"u8);
        RouterExplanation.WriteMembers(json, decision);
        json.WriteEndObject();
    }

    public static void WriteError(Utf8JsonWriter json, GatewayError error)
    {
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, error.Row.HttpStatus);
        json.WriteString("message"u8, error.Message);
        json.WriteString("error_type"u8, error.Row.ErrorType);
        json.WriteEndObject();
    }

    public static void WriteStrings(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string>? values)
    {
        json.WriteStartArray(name);
        for (var i = 0; i < (values?.Count ?? 0); i++)
        {
            json.WriteStringValue(values![i]);
        }

        json.WriteEndArray();
    }

    // What each name stands for, with its variants.
    private void WriteModels()
    {
        json.WriteStartArray("models"u8);
        foreach (var name in envelope.Models)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            var model = Resolve(name, out var variants);
            json.WriteString("model"u8, model?.Slug);
            json.WriteBoolean("is_alias"u8, model is not null && RoutingRecord.StrategyOf(name, model.Slug) != "direct");
            WriteStrings(json, "variants"u8, variants);
            json.WriteNumber("endpoints"u8, model?.Endpoints.Length ?? 0);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private Model? Resolve(string name, out List<string> variants)
    {
        variants = [];
        while (true)
        {
            if (request.Snapshot.TryGetModel(name, out var model))
            {
                return model;
            }

            var colon = name.LastIndexOf(':');
            if (colon <= 0)
            {
                return null;
            }

            variants.Insert(0, name[(colon + 1)..]);
            name = name[..colon];
        }
    }

    private void WriteRequest(long tokens)
    {
        json.WriteStartObject("request"u8);
        json.WriteNumber("prompt_tokens"u8, tokens);
        json.WriteNumber("prompt_tokens_for_routing"u8, request.EstimatedPromptTokens);
        WriteNumber("max_output_tokens"u8, request.MaxOutputTokens);
        json.WriteBoolean("stream"u8, envelope.Stream);
        json.WriteBoolean("tools"u8, request.WantsTools);
        json.WriteBoolean("json_schema"u8, request.WantsJsonSchema);
        WriteStrings(json, "input_modalities"u8, ModalityNames.Of(request.Input));
        WriteStrings(json, "output_modalities"u8, ModalityNames.Of(request.Output));
        WriteStrings(json, "parameters"u8, ParameterNames.Of(request.Used));
        json.WriteEndObject();
    }

    // How the order came about, and which wishes were the caller's and which the defaults.
    private void WriteSelection(RouteExplanation explanation)
    {
        var preferences = request.Preferences;
        json.WriteStartObject("selection"u8);
        json.WriteString("by"u8, preferences?.Order is { Count: > 0 } ? Order
            : preferences?.Sort is { } sort ? sort.ToString().ToLowerInvariant()
            : explanation.IsDrawn ? "weighted_draw" : "only_choice");
        json.WriteString("weights"u8, explanation.IsDrawn ? "1/price^2" : null);
        json.WriteString("partition"u8, preferences is { PartitionNone: true } ? "none" : "model");
        json.WriteBoolean("allow_fallbacks"u8, preferences?.AllowFallbacks ?? true);
        json.WriteNumber("max_attempts"u8, request.MaxAttempts);
        json.WriteEndObject();
    }

    private void WriteAttempts(RoutePlan plan, RouteExplanation explanation, long tokens)
    {
        json.WriteStartArray("attempts"u8);
        for (var i = 0; i < plan.Attempts.Length; i++)
        {
            var (endpoint, model) = plan.Attempts[i];
            json.WriteStartObject();
            json.WriteNumber("attempt"u8, i + 1);
            json.WriteString("model"u8, model.Slug);
            json.WriteString("provider"u8, endpoint.Provider.Name);
            json.WriteString("tag"u8, endpoint.Tag);
            json.WriteString("endpoint_id"u8, endpoint.Id);
            WriteChance(explanation, endpoint);
            WriteEstimate(plan.Attempts[i], tokens);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteEndpoints(RoutePlan plan, RouteExplanation explanation, HealthRegistry health)
    {
        var verdicts = plan.Verdicts;
        json.WriteStartArray("endpoints"u8);
        foreach (var verdict in verdicts)
        {
            var endpoint = verdict.Endpoint;
            json.WriteStartObject();
            json.WriteString("model"u8, verdict.Model.Slug);
            json.WriteString("provider"u8, endpoint.Provider.Name);
            json.WriteString("tag"u8, endpoint.Tag);
            json.WriteString("endpoint_id"u8, endpoint.Id);
            json.WriteBoolean("included"u8, verdict.Reason == ExclusionReason.None);
            json.WriteBoolean("eligible"u8, RoutingRecord.IsAvailable(verdict.Reason));
            json.WriteString("reason"u8, ExclusionReasonText.Word(verdict.Reason));
            json.WriteString("explanation"u8, ExclusionReasonText.Sentence(verdict.Reason));
            WriteNumber("attempt"u8, verdict.Attempt + 1);
            WriteChance(explanation, endpoint);
            WritePrices(endpoint);
            WriteHealth(health.Get(endpoint));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        RoutingRecord.WriteExcluded(json, verdicts);
    }

    private void WriteChance(RouteExplanation explanation, Endpoint endpoint) =>
        json.WriteNumber("chance"u8, Math.Round(explanation.Chances.GetValueOrDefault(endpoint.Ordinal), 6));

    private void WritePrices(Endpoint endpoint)
    {
        var prices = endpoint.Prices.ForPrompt(request.EstimatedPromptTokens);
        json.WriteStartObject("pricing"u8);
        json.WriteString("prompt"u8, endpoint.PriceKnown ? prices.Prompt.ToString() : null);
        json.WriteString("completion"u8, endpoint.PriceKnown ? prices.Completion.ToString() : null);
        json.WriteEndObject();
    }

    private void WriteHealth(EndpointHealth seen)
    {
        json.WriteStartObject("health"u8);
        json.WriteBoolean("outage_last_30s"u8, seen.HadOutage);
        if (seen.CoolingUntil is { } until)
        {
            json.WriteString("cooling_until"u8, until.UtcDateTime);
        }
        else
        {
            json.WriteNull("cooling_until"u8);
        }

        WriteNumber("uptime_last_5m"u8, seen.Uptime5Minutes);
        WriteNumber("uptime_last_30m"u8, seen.Uptime30Minutes);
        WriteNumber("uptime_last_1d"u8, seen.Uptime1Day);
        WriteNumber("latency_p50_ms"u8, seen.LatencyMs?.P50);
        WriteNumber("throughput_p50"u8, seen.TokensPerSecond?.P50);
        json.WriteEndObject();
    }

    private void WriteCost(RoutePlan plan, long tokens)
    {
        json.WriteStartObject("cost"u8);
        if (plan.Attempts.IsEmpty)
        {
            json.WriteNull("estimated_min_usd"u8);
            json.WriteNull("estimated_max_usd"u8);
            json.WriteNull("hold_usd"u8);
        }
        else
        {
            var least = Money.MaxValue;
            var most = Money.Zero;
            foreach (var candidate in plan.Attempts)
            {
                least = Money.Min(least, CostOf(candidate, tokens, 0));
                most = Money.Max(most, CostOf(candidate, tokens, LongestOutput(candidate)));
            }

            WriteMoney("estimated_min_usd"u8, least);
            WriteMoney("estimated_max_usd"u8, most);
            WriteMoney("hold_usd"u8, credit.HoldFor(plan, envelope));
        }

        json.WriteEndObject();
    }

    private void WriteEstimate(Candidate candidate, long tokens)
    {
        json.WriteStartObject("estimated_cost"u8);
        WriteMoney("prompt_usd"u8, CostOf(candidate, tokens, 0));
        json.WriteNumber("max_output_tokens"u8, LongestOutput(candidate));
        WriteMoney("max_usd"u8, CostOf(candidate, tokens, LongestOutput(candidate)));
        json.WriteEndObject();
    }

    private Money CostOf(Candidate candidate, long tokens, long output) => Pricer.Price(
        new Usage { UncachedInput = tokens, Output = output, ImagesIn = envelope.ImageCount == 0 ? null : envelope.ImageCount },
        candidate.Endpoint.Prices).Total;

    private long LongestOutput(Candidate candidate) =>
        (envelope.MaxOutputTokens ?? credit.OutputBound(candidate)) * Math.Max(1, envelope.Choices);

    private void WriteMoney(ReadOnlySpan<byte> name, Money money)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(money.ToString());
    }

    private void WriteNumber(ReadOnlySpan<byte> name, double? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, Math.Round(value, 4));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
