using System.Diagnostics;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>The spans of inference: one per request, one per attempt below it. Names of attributes follow OpenTelemetry's
/// conventions for generative AI, which are still in development; they are all in this file. No span holds a prompt, an
/// answer or a key.</summary>
internal static class InferenceSpans
{
    /// <summary>A span for the request; null when nobody listens, which costs nothing.</summary>
    public static Activity? Request(InferenceContext context)
    {
        var span = PatchbayTelemetry.Activities.StartActivity("generation", ActivityKind.Server);
        span?.SetTag("patchbay.generation.id", context.GenerationId);
        span?.SetTag("gen_ai.operation.name", context.Surface.ApiType);
        return span;
    }

    /// <summary>A span for one attempt.</summary>
    public static Activity? Attempt(Candidate candidate)
    {
        var span = PatchbayTelemetry.Activities.StartActivity("attempt", ActivityKind.Client);
        span?.SetTag("gen_ai.provider.name", candidate.Endpoint.Provider.Slug);
        span?.SetTag("gen_ai.request.model", candidate.Model.Slug);
        span?.SetTag("patchbay.endpoint", candidate.Endpoint.Id);
        return span;
    }

    /// <summary>Says how it ended.</summary>
    public static void End(this Activity span, int status, GatewayError? error)
    {
        span.SetTag("http.response.status_code", status);
        if (error is not null)
        {
            span.SetTag("error.type", error.Row.Code);
            span.SetStatus(ActivityStatusCode.Error, error.Row.Code);
        }
    }

    /// <summary>Adds what is known of a settled generation.</summary>
    public static void Describe(this Activity span, Generation generation)
    {
        span.SetTag("gen_ai.response.model", generation.Model);
        span.SetTag("gen_ai.usage.input_tokens", generation.Usage.PromptTokens);
        span.SetTag("gen_ai.usage.output_tokens", generation.Usage.CompletionTokens);
        span.SetTag("patchbay.charge.nano_usd", generation.Charge.Nanos);
        span.SetTag("patchbay.outcome", generation.Outcome.ToString());
        if (generation.ErrorCode is { } code)
        {
            span.SetTag("error.type", code);
            span.SetStatus(ActivityStatusCode.Error, code);
        }
    }
}
