using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary><c>POST /route/explain</c>: what would become of a chat request, without calling anyone and without holding
/// money. Takes the body of a chat request, and refuses what that would refuse.</summary>
internal sealed class ExplainRoute(
    CatalogHolder catalog, HealthRegistry health, ModelRouter router, HoldBook holds, InferenceOptions options,
    ByokDirectory? byok = null) : IOperation
{
    private static readonly ChatCompletionsSurface Surface = new();

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        using var body = new PooledBuffer();
        var envelope = new RequestEnvelope();
        if (await RequestBody.ReadAsync(context.Request, body, options.MaxBodyBytes) is { } unread)
        {
            return new ErrorResult(unread);
        }

        if (Surface.Read(body.Span, envelope) is { } invalid)
        {
            return new ErrorResult(invalid);
        }

        IReadOnlyList<ByokRoute> ownKeys = byok is null ? [] : await byok.ForAsync(caller);
        return new JsonResult(Explain(envelope, body.Span, ownKeys, caller.Guardrails));
    }

    private ReadOnlyMemory<byte> Explain(
        RequestEnvelope envelope, ReadOnlySpan<byte> body, IReadOnlyList<ByokRoute> ownKeys, IReadOnlyList<RoutePreferences> guardrails)
    {
        var request = RouteStep.Request(envelope, catalog.Current, options, ownKeys: ownKeys, guardrails: guardrails);
        string[] requested = [.. envelope.Models];
        var decision = RouterStep.Resolve(envelope, body, in request, router);
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartObject("data"u8);
        json.WriteString("object"u8, "route.explanation"u8);
        ExplanationWriter.WriteStrings(json, "requested"u8, requested);
        if (decision is { Error: { } unresolved })
        {
            ExplanationWriter.WriteRouter(json, decision);
            ExplanationWriter.WriteError(json, unresolved);
        }
        else if (decision is { Strategy: RouterStep.BodyBuilder })
        {
            ExplanationWriter.WriteRouter(json, decision);
            json.WriteNull("error"u8);
        }
        else
        {
            var writer = new ExplanationWriter(json, envelope, request, new CreditStep(holds, new EdgeStep(holds, options), options));
            writer.Write(requested, decision, RouteExplainer.Explain(in request, health), health, ChatPromptTokens.Count(body));
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private sealed class JsonResult(ReadOnlyMemory<byte> body) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = "application/json";
            httpContext.Response.ContentLength = body.Length;
            return httpContext.Response.BodyWriter.WriteAsync(body, httpContext.RequestAborted).AsTask();
        }
    }
}
