using System.Buffers;
using System.Globalization;
using System.Text;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Providers;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Answers a request by several models: a panel answers it at the same time, an analyst compares the answers, and the
/// request itself, with both as material, goes on to the model that writes the answer. Every part is a generation of its own,
/// by the same pipeline; see docs/adr/0009-fusion-inside-the-pipeline.md.</summary>
internal sealed class FusionStep(
    InferencePipeline pipeline, CatalogHolder catalog, HealthRegistry health, ModelRouter router, HoldBook holds,
    CreditStep credit, DeadlineWatch watch, InferenceOptions options)
{
    // A byte-level tokenizer makes about a token of four bytes; an answer of so many tokens becomes so many bytes of the
    // next prompt.
    private const int BytesPerToken = 4;

    // All parts together take no more memory than so many of the largest requests.
    private const int MostCopies = 2;

    /// <summary>Makes a request for a fusion into the request of the model that writes the answer. Null when it can go on; the
    /// context's fusion holds the reserved money, and must be disposed.</summary>
    public async ValueTask<GatewayError?> RunAsync(InferenceContext context)
    {
        var settings = FusionSettings.Read(context.Body.Span, context.Envelope, out var invalid);
        if (settings is null)
        {
            return invalid;
        }

        if (settings.AsksPanel && context.Http.Request.Headers[FusionCall.DepthHeader] is { Count: > 0 } depth && depth != "0")
        {
            return new GatewayError(GatewayErrorKind.InvalidRequest, "A fusion cannot ask for a fusion.")
            {
                Parameter = FusionCall.DepthHeader,
            };
        }

        // Every part has the messages in memory once more.
        if (settings.AsksPanel && (long)context.Body.Length * (settings.Panel.Count + 2) > MostCopies * (long)options.MaxBodyBytes)
        {
            return new GatewayError(
                GatewayErrorKind.PayloadTooLarge, $"The request is too large to be asked of {settings.Panel.Count} models at once.");
        }

        var run = new FusionRun(settings, context.GenerationId, context.Envelope.Models[0])
        {
            Guardrails = context.Caller.Guardrails,
        };
        context.Fusion = run;
        context.Requested = run.Requested;
        context.Router = run.Decision;
        if (settings.AsksPanel)
        {
            var parts = new List<FusionPart>(settings.Panel.Count);
            if (await ReserveAsync(context, run, parts) is { } refused)
            {
                return refused;
            }

            BeginStream(context);
            if (await AskAsync(context, run, parts) is { } failed)
            {
                return failed;
            }
        }

        return Continue(context, run);
    }

    // Everything that can be known beforehand is checked and paid for beforehand.
    private async ValueTask<GatewayError?> ReserveAsync(InferenceContext context, FusionRun run, List<FusionPart> parts)
    {
        var settings = run.Settings;
        var total = Money.Zero;
        var answers = 0L;
        GatewayError? unroutable = null;
        foreach (var model in settings.Panel)
        {
            var part = Plan(run, FusionRole.Panel, model, bound => FusionBodies.Panel(settings, model, bound), 0);
            parts.Add(part);
            total += part.Worst;
            answers += part.LongestAnswer * BytesPerToken;
            unroutable ??= part.Error;
        }

        if (parts.TrueForAll(static part => part.Error is not null))
        {
            return AllFailed(parts, unroutable!);
        }

        var analyst = Plan(
            run, FusionRole.Analyst, settings.Analyst, bound => FusionBodies.Analyst(settings, [], bound), answers);
        if (analyst.Error is { } error)
        {
            return error;
        }

        run.AnalystBound = analyst.Bound;
        total += analyst.Worst;
        return await ReserveAsync(context, run, total, answers + (analyst.LongestAnswer * BytesPerToken));
    }

    private async ValueTask<GatewayError?> ReserveAsync(InferenceContext context, FusionRun run, Money parts, long material)
    {
        var envelope = new RequestEnvelope();
        var body = FusionBodies.Writer(run.Settings, [], null);
        if (Plan(run, body, envelope, out var plan) is { } unroutable)
        {
            return unroutable;
        }

        try
        {
            return await ReserveAsync(context, run, parts, material, envelope, plan!);
        }
        catch (StorageUnavailableException)
        {
            return CreditStep.Unavailable;
        }
    }

    private async ValueTask<GatewayError?> ReserveAsync(
        InferenceContext context, FusionRun run, Money parts, long material, RequestEnvelope envelope, RoutePlan plan)
    {
        var path = context.Caller.Budgets;
        var result = await holds.TryHoldAsync(path, parts + credit.HoldFor(plan, envelope, material), run.GenerationId);
        if (result.Hold is null && envelope.MaxOutputTokens is null && options.ClampMaxTokens
            && result.Available >= parts + credit.HoldFor(plan, envelope, material, clamp: 1))
        {
            // The answer's own hold clamps its length to what is left.
            result = await holds.TryHoldAsync(path, result.Available, run.GenerationId);
        }

        run.Reservation = result.Hold;
        return result.Hold is not null ? null : CreditStep.Refuse(result, 0, envelope) with
        {
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"This request requires more credits: a fusion of {run.Settings.Panel.Count} models, the analyst and the answer can cost up to ${parts + credit.HoldFor(plan, envelope, material)}, and only ${result.Available} is left. Ask fewer or cheaper models, or lower max_completion_tokens."),
            Parameter = null,
        };
    }

    // With the usual bound, or with the model's own where it is smaller.
    private FusionPart Plan(FusionRun run, FusionRole role, string model, Func<long?, byte[]> write, long morePrompt)
    {
        var bound = run.Settings.MaxTokens;
        var envelope = new RequestEnvelope();
        var body = write(bound ?? FusionSettings.UsualMaxTokens);
        var error = Plan(run, body, envelope, out var plan);
        if (error is not null && bound is null)
        {
            body = write(null);
            envelope.Reset();
            error = Plan(run, body, envelope, out plan);
        }

        var part = new FusionPart(run, role, model, body)
        {
            Worst = plan is null ? Money.Zero : credit.HoldFor(plan, envelope, morePrompt),
            Bound = envelope.MaxOutputTokens,
            LongestAnswer = plan is null ? 0 : Longest(plan, envelope),
        };
        if (error is not null)
        {
            part.Failed(error);
        }

        return part;
    }

    private long Longest(RoutePlan plan, RequestEnvelope envelope)
    {
        var longest = envelope.MaxOutputTokens ?? 0;
        if (longest == 0)
        {
            foreach (var candidate in plan.Attempts)
            {
                longest = Math.Max(longest, credit.OutputBound(candidate));
            }
        }

        return longest;
    }

    private GatewayError? Plan(FusionRun run, byte[] body, RequestEnvelope envelope, out RoutePlan? plan)
    {
        plan = null;
        if (ChatRequestReader.Read(body, envelope) is { } unread)
        {
            return unread;
        }

        var request = RouteStep.Request(envelope, catalog.Current, options, guardrails: run.Guardrails);
        if (RouterStep.Resolve(envelope, body, in request, router) is { Error: { } unresolved })
        {
            return unresolved;
        }

        var planned = RoutePlanner.Plan(in request, health, Random.Shared);
        plan = planned.Error is null ? planned : null;
        return planned.Error;
    }

    // The caller of a stream sees comments while the panel works.
    private void BeginStream(InferenceContext context)
    {
        if (context.Envelope.Stream)
        {
            context.Responder = new Responder(context.Http.Response, watch, options.ProcessingCommentAfter);
            context.Editor.Reset(context.Stamp(Encoding.UTF8.GetBytes(context.Envelope.Models[0]), default));
        }
    }

    private async ValueTask<GatewayError?> AskAsync(InferenceContext context, FusionRun run, List<FusionPart> parts)
    {
        run.Parts.AddRange(parts);
        var running = new List<Task>(parts.Count);
        foreach (var part in parts)
        {
            if (part.Error is null)
            {
                running.Add(FusionCall.RunAsync(pipeline, context, part));
            }
        }

        await Task.WhenAll(running);
        if (context.IsCallerGone)
        {
            return Left();
        }

        var answered = parts.FindAll(static part => part.Error is null);
        if (answered.Count == 0)
        {
            run.FailureReason = "all_panels_failed";
            return AllFailed(parts, parts[0].Error!);
        }

        var settings = run.Settings;
        var body = FusionBodies.Analyst(settings, answered, run.AnalystBound);
        var analyst = new FusionPart(run, FusionRole.Analyst, settings.Analyst, body);
        run.Parts.Add(analyst);
        await FusionCall.RunAsync(pipeline, context, analyst);
        if (context.IsCallerGone)
        {
            return Left();
        }

        Conclude(run, analyst);
        return null;
    }

    // Without an analysis the answers themselves are still worth something: the answer is written from them, and says so.
    private static void Conclude(FusionRun run, FusionPart analyst)
    {
        if (analyst.Error is { } error)
        {
            run.FailureReason = error.Kind switch
            {
                GatewayErrorKind.InsufficientCredits or GatewayErrorKind.KeyLimitExceeded or GatewayErrorKind.BudgetExceeded
                    => "insufficient_credits",
                GatewayErrorKind.ProviderRateLimited or GatewayErrorKind.RateLimited => "rate_limited",
                GatewayErrorKind.ModelNotFound or GatewayErrorKind.NoEndpoints => "invalid_model",
                _ when analyst.Settled is { Generation.Outcome: GenerationOutcome.Completed } => "judge_empty_completion",
                _ => "judge_upstream_error",
            };
            return;
        }

        run.Analysis = FusionAnalysis.Read(analyst.Text, out var failure);
        run.FailureReason = failure;
    }

    private static GatewayError? Continue(InferenceContext context, FusionRun run)
    {
        var panel = run.Parts.FindAll(static part => part.Role == FusionRole.Panel);
        context.Body.Clear();
        context.Body.Write(FusionBodies.Writer(run.Settings, panel, run.Analysis));
        context.Envelope.Reset();
        context.RestartClock();
        return context.Surface.Read(context.Body.Span, context.Envelope);
    }

    private static GatewayError Left() => new(GatewayErrorKind.ClientClosed, "The caller closed the connection.");

    private static GatewayError AllFailed(List<FusionPart> parts, GatewayError first)
    {
        var text = new StringBuilder("Every model of the fusion's panel failed. ");
        text.AppendJoin(" ", parts.ConvertAll(static part => part.Describe()));
        return first with { Message = text.ToString(), Raw = null, Provider = null };
    }
}
