using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>The <c>openrouter_metadata</c> of an answer: how the request was routed
/// (https://openrouter.ai/docs/guides/routing/router-metadata). What the documented shape has no place for stands under
/// <c>patchbay</c>. A request that does not ask for it pays two look-ups of a header.</summary>
internal static class RoutingMetadata
{
    private const string Header = "X-OpenRouter-Metadata";
    private const string OlderHeader = "X-OpenRouter-Experimental-Metadata";

    /// <summary>Whether the caller wants it.</summary>
    public static bool IsWanted(HttpRequest request) =>
        request.Headers.TryGetValue(Header, out var value) || request.Headers.TryGetValue(OlderHeader, out value)
            ? value.Count > 0 && string.Equals(value[^1], "enabled", StringComparison.OrdinalIgnoreCase)
            : false;

    /// <summary>The metadata as JSON on one line; empty when the caller did not ask, or the request was never planned.
    /// </summary>
    public static ReadOnlyMemory<byte> Of(InferenceContext context, GatewayError? error)
    {
        // What went wrong inside us is masked, and before the plan there is nothing to tell.
        if ((context.Plan is null && context.Router is null && context.Fusion is null) || error?.Row.HttpStatus == StatusCodes.Status500InternalServerError
            || !IsWanted(context.Http.Request))
        {
            return default;
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, context, error);
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, InferenceContext context, GatewayError? error)
    {
        IReadOnlyList<EndpointVerdict> verdicts = context.Plan is null ? [] : context.Plan.Verdicts;
        var answered = error is null && context.Endpoint is not null && context.Attempts.Count > 0;
        var available = 0;
        foreach (var verdict in verdicts)
        {
            available += RoutingRecord.IsAvailable(verdict.Reason) ? 1 : 0;
        }

        json.WriteStartObject();
        json.WriteString("requested"u8, context.Requested);
        json.WriteString("strategy"u8, RoutingRecord.StrategyOf(context));
        json.WriteNull("region"u8);
        json.WriteString("summary"u8, answered
            ? $"available={available}, selected={context.Endpoint!.Provider.Name}"
            : $"available={available}, selected=none");
        json.WriteNumber("attempt"u8, context.Attempts.Count);
        json.WriteBoolean("is_byok"u8, answered && context.Current.Candidate.OwnKey is not null);
        json.WriteStartObject("endpoints"u8);
        json.WriteNumber("total"u8, verdicts.Count);
        json.WriteStartArray("available"u8);
        foreach (var verdict in verdicts)
        {
            if (RoutingRecord.IsAvailable(verdict.Reason))
            {
                json.WriteStartObject();
                json.WriteString("provider"u8, verdict.Endpoint.Provider.Name);
                json.WriteString("model"u8, verdict.Model.Slug);
                json.WriteBoolean("selected"u8, answered && verdict.Endpoint.Ordinal == context.Endpoint!.Ordinal);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        WriteAttempts(json, context);
        if (context.Fusion is { Parts.Count: > 0 } fusion)
        {
            fusion.WritePipeline(json);
        }
        else if (context.Router is { } decision)
        {
            WriteRouter(json, decision);
        }

        WriteOwn(json, context, verdicts);
        json.WriteEndObject();
    }

    private static void WriteAttempts(Utf8JsonWriter json, InferenceContext context)
    {
        if (context.Errors.Count == 0)
        {
            return;
        }

        json.WriteStartArray("attempts"u8);
        var failed = 0;
        foreach (var attempt in context.Attempts)
        {
            var status = attempt.Status;
            if (attempt.ErrorCode is not null)
            {
                // An attempt that got no answer, or a broken one, has the status that stands for its error.
                var row = failed < context.Errors.Count ? context.Errors[failed].Row : null;
                status = status is 0 or < 300 ? row?.HttpStatus ?? StatusCodes.Status502BadGateway : status;
                failed++;
            }

            json.WriteStartObject();
            json.WriteString("provider"u8, attempt.ProviderName);
            json.WriteString("model"u8, attempt.Model);
            json.WriteNumber("status"u8, status);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRouter(Utf8JsonWriter json, RouterDecision decision)
    {
        json.WriteStartArray("pipeline"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "plugin"u8);
        json.WriteString("name"u8, decision.Router["openrouter/".Length..] + "-router");
        json.WriteString("summary"u8, decision.Reason);
        json.WriteStartObject("data"u8);
        RouterExplanation.WriteMembers(json, decision);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteOwn(Utf8JsonWriter json, InferenceContext context, IReadOnlyList<EndpointVerdict> verdicts)
    {
        json.WriteStartObject("patchbay"u8);
        RoutingRecord.WriteExcluded(json, verdicts);
        WriteNames(json, "dropped_parameters"u8, context.Dropped);
        WriteNames(json, "emulated_parameters"u8, context.Emulated);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, ReadOnlySpan<byte> name, Parameters parameters)
    {
        json.WriteStartArray(name);
        foreach (var parameter in ParameterNames.Of(parameters))
        {
            json.WriteStringValue(parameter);
        }

        json.WriteEndArray();
    }
}
