using System.Text;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Providers;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Tries the endpoints of the plan in their order, until one answers, content has reached the caller, or an error,
/// the deadline or the retry budget says that no further call is worth making.</summary>
internal sealed class AttemptLoop
{
    // The longest wait that a provider may ask for and still get the only endpoint's second chance.
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    private readonly AttemptStep _step;
    private readonly HedgeStep _hedge;
    private readonly ContinuationStep _continuation;
    private readonly PatienceStep _patience;
    private readonly AttemptBudget _retries;
    private readonly UpstreamLimits _limits;
    private readonly DeadlineWatch _watch;
    private readonly InferenceOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>Takes everything that the attempts need.</summary>
    public AttemptLoop(
        AttemptStep step, CreditStep credit, HealthRegistry health, UpstreamLimits limits, DeadlineWatch watch,
        InferenceOptions options, TimeProvider clock)
    {
        _step = step;
        _patience = new PatienceStep(health, options, limits.FirstByteWithAlternatives);
        _hedge = new HedgeStep(step, _patience, health, options, clock);
        _continuation = new ContinuationStep(step, credit);
        _retries = new AttemptBudget(options.RetryPercent, options.RetryMinimum, clock);
        _limits = limits;
        _watch = watch;
        _options = options;
        _clock = clock;
    }

    /// <summary>Null when the answer is whole; the caller's side then lacks only its end.</summary>
    public async ValueTask<GatewayError?> RunAsync(InferenceContext context)
    {
        if (context.Envelope.Stream)
        {
            context.Responder ??= new Responder(context.Http.Response, _watch, _options.ProcessingCommentAfter);
        }

        ForgetAnswer(context);
        var attempts = context.Plan.Attempts;
        var budget = _retries.Count(attempts[0].Model.Slug);
        var extra = false;
        while (true)
        {
            var error = _hedge.Applies(context)
                ? await _hedge.RunAsync(context)
                : await _step.RunAsync(context, Begin(context));
            if (error is null)
            {
                if (extra)
                {
                    budget.GiveBack();
                }

                return null;
            }

            if (error.Kind == GatewayErrorKind.ClientClosed || context.IsCallerGone)
            {
                return error with { Kind = GatewayErrorKind.ClientClosed };
            }

            if (context.Responder is { IsCommitted: true })
            {
                return context.Continues ? await _continuation.RunAsync(context, error, budget) : error;
            }

            context.Responder?.DropPending();
            ForgetAnswer(context);
            if (!await MoveOnAsync(context, error))
            {
                break;
            }

            if (!budget.TryTake(out var wait))
            {
                InferenceMetrics.RetryRefused();
                var told = ErrorChoice.Of(context.Errors);
                return told with { RetryAfter = told.RetryAfter ?? wait };
            }

            extra = true;
        }

        return context.IsCallerGone
            ? AttemptStep.Fault(GatewayErrorKind.ClientClosed, context.Binding)
            : ErrorChoice.Of(context.Errors);
    }

    private Attempt Begin(InferenceContext context)
    {
        var attempts = context.Plan.Attempts;
        var attempt = context.Current;
        var hasAlternative = context.Next + 1 < attempts.Length;
        attempt.Begin(attempts[context.Next], AttemptKind.Ordinary, hasAlternative);
        context.Next++;

        // Of a whole answer the first byte comes with the last token, so that it says nothing about the first.
        if (hasAlternative && context.Responder is not null)
        {
            attempt.Patience = _patience.BeforeFallback(attempt.Endpoint!);
        }

        return attempt;
    }

    // Whether there is a next attempt, which context.Next then points to.
    private async ValueTask<bool> MoveOnAsync(InferenceContext context, GatewayError error)
    {
        if (context.ElapsedMs > _limits.BeforeAnswer.TotalMilliseconds)
        {
            return false;
        }

        var attempts = context.Plan.Attempts;
        if (error.Row.NextStep == NextStep.Stop)
        {
            // Nothing more from this model; a model that the caller named besides is another matter
            // (openrouter-api.md, section 4.2: any error moves on to the next model).
            var model = attempts[context.Next - 1].Model.Slug;
            while (context.Next < attempts.Length && attempts[context.Next].Model.Slug == model)
            {
                context.Next++;
            }
        }

        if (context.Next < attempts.Length)
        {
            return true;
        }

        // The only endpoint there is gets a second chance after a moment.
        if (attempts.Length > 1 || context.Attempts.Count > 1 || SecondChanceAfter(error) is not { } wait)
        {
            return false;
        }

        context.Next = 0;
        try
        {
            await Task.Delay(wait, _clock, context.Http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            context.CallerLeft();
            return false;
        }

        return true;
    }

    // A wait that the provider asks for is kept; a longer one is the caller's to decide on.
    private static TimeSpan? SecondChanceAfter(GatewayError error)
    {
        var jitter = TimeSpan.FromMilliseconds(Random.Shared.Next(50, 250));
        return error switch
        {
            { RetryAfter: { } asked } when error.Row.Health is HealthEffect.Hard or HealthEffect.Soft or HealthEffect.Cooldown =>
                asked <= ShortWait ? asked + jitter : null,
            { UpstreamStatus: >= 500 } when error.Row.Health == HealthEffect.Hard => jitter,
            _ => null,
        };
    }

    // What an earlier request or a failed attempt was told must not be taken for the next one's: its counts are money.
    private static void ForgetAnswer(InferenceContext context)
    {
        var attempt = context.Current;
        attempt.LatencyMs = null;
        if (context.Responder is null)
        {
            attempt.Reader.Reset();
        }
        else
        {
            attempt.Editor.Reset(context.Stamp(Encoding.UTF8.GetBytes(context.Envelope.Models[0]), default));
        }
    }
}
