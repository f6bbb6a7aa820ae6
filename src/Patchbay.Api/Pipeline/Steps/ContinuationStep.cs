using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Lets another endpoint of the same model go on with an answer whose provider died in its middle: the caller sees
/// one stream. Each provider's part is charged at its own price, and the credit for the next part is held before it is asked
/// for. An answer does not change between the caller's account and the operator's. Only plain text is gone on with, and only where the next endpoint is known to go on with a partial answer instead of
/// beginning anew.</summary>
internal sealed class ContinuationStep(AttemptStep step, CreditStep credit)
{
    /// <summary>Null when the answer is whole; else the error that ended it for good.</summary>
    /// <param name="context">The request, whose caller has a part of the answer.</param>
    /// <param name="error">How the attempt at it ended.</param>
    /// <param name="budget">What bounds the calls to providers.</param>
    public async ValueTask<GatewayError?> RunAsync(InferenceContext context, GatewayError error, AttemptBudget.Window budget)
    {
        while (IsWorthIt(context, error) && FindNext(context) is { } candidate && await BeginAsync(context, candidate, budget))
        {
            InferenceMetrics.Continued();
            if (await step.RunAsync(context, context.Current) is not { } next)
            {
                budget.GiveBack();
                return null;
            }

            error = next;
        }

        return context.IsCallerGone ? error with { Kind = GatewayErrorKind.ClientClosed } : error;
    }

    // A refusal is an answer, and what a provider sent beyond all bounds is not worth going on with.
    private static bool IsWorthIt(InferenceContext context, GatewayError error)
    {
        var editor = context.Current.Editor;
        return !context.IsCallerGone
            && error.Row.NextStep == NextStep.TryNext
            && error.Kind is not (GatewayErrorKind.ProviderRejected or GatewayErrorKind.ProviderLimit)
            && editor is { FinishReason: null, HasOtherContent: false }
            && context.Body.Length > 0
            && ChatContinuation.IsPossible(context.Body.Span, context.Envelope);
    }

    private static Candidate? FindNext(InferenceContext context)
    {
        var attempts = context.Plan.Attempts;
        var (model, own) = (context.Current.Candidate.Model.Slug, context.Current.Candidate.OwnKey is not null);
        while (context.Next < attempts.Length)
        {
            var candidate = attempts[context.Next++];
            if (candidate.Model.Slug == model && (candidate.OwnKey is not null) == own && PrefillOf(candidate) != Prefill.None)
            {
                return candidate;
            }
        }

        return null;
    }

    private static Prefill PrefillOf(in Candidate candidate) =>
        UpstreamBinding.For(candidate.Endpoint)?.Provider.PrefillFor(candidate.Endpoint.UpstreamModel) ?? Prefill.None;

    private async ValueTask<bool> BeginAsync(InferenceContext context, Candidate candidate, AttemptBudget.Window budget)
    {
        if (!TryTakePart(context))
        {
            return false;
        }

        var parts = context.Parts!;
        var asked = context.ClampedOutput ?? context.Envelope.MaxOutputTokens;
        var left = asked - parts.Usage.CompletionTokens;
        if (left <= 0 || ContinuedRequest.Of(context, parts.Text.Span, PrefillOf(candidate)) is not { } continued)
        {
            return false;
        }

        if (!await credit.ExtendAsync(context, candidate, continued.Envelope, parts.Cost.Total, left) || !budget.TryTake(out _))
        {
            continued.Body.Dispose();
            return false;
        }

        var attempt = new Attempt();
        attempt.Begin(candidate, AttemptKind.Continuation, context.Next < context.Plan.Attempts.Length);
        attempt.Continued = continued;
        attempt.OutputLimit = left;
        context.Replace(attempt);
        return true;
    }

    // What the dead attempt had said is no loss any more, but a part of the answer. An attempt that had said nothing is none.
    private static bool TryTakePart(InferenceContext context)
    {
        var attempt = context.Current;
        if (!attempt.Editor.HasContent)
        {
            return context.Parts is not null;
        }

        var parts = context.Parts ?? new AnswerParts(attempt.LatencyMs);
        if (!attempt.Editor.TryCopyText(parts.Text))
        {
            return false;
        }

        var usage = Meter.UsageOf(context, attempt);
        parts.Add(new AnswerPart(attempt.Endpoint!, usage, Pricer.Price(usage, TierEdit.Billed(context, attempt).Prices)));
        context.Parts = parts;
        attempt.IsPart = true;
        if (attempt.Loss is { } loss)
        {
            context.Losses.Remove(loss);
            attempt.Loss = null;
        }

        return true;
    }
}
