using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Keeps requests of free models to so many a minute and a day. The parts of a fusion count too: each is a request of
/// its own model.</summary>
internal sealed class FreeTierStep(FreeTierGate? gate, TimeProvider clock)
{
    /// <summary>Null when the request may go on; where free models have no more room, without them, if others can answer it.
    /// </summary>
    public ValueTask<GatewayError?> EnterAsync(InferenceContext context) =>
        gate is null || !context.Plan.HasFree ? default : AskAsync(gate, context);

    private async ValueTask<GatewayError?> AskAsync(FreeTierGate free, InferenceContext context)
    {
        FreeTierRefusal? refusal;
        try
        {
            refusal = await free.EnterAsync(context.Caller.OrganizationId, context.Http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return await EndAsync(context, new GatewayError(GatewayErrorKind.ClientClosed, "The caller left before its request was sent."));
        }

        if (refusal is null)
        {
            return null;
        }

        if (context.Plan.WithoutFree() is { } others)
        {
            context.Plan = others;
            return null;
        }

        return await EndAsync(context, Refuse(refusal));
    }

    // Nothing is sent, so that nothing is held.
    private static async ValueTask<GatewayError> EndAsync(InferenceContext context, GatewayError error)
    {
        await context.Hold.DisposeAsync();
        return error;
    }

    private GatewayError Refuse(FreeTierRefusal refusal)
    {
        var now = clock.GetUtcNow();
        var message = refusal switch
        {
            { IsDaily: false } => $"Rate limit exceeded: free-models-per-min. An account may send {refusal.Limit} requests of free models a minute.",
            { ToBuy: { } price, LimitThen: 0 } => $"Rate limit exceeded: free-models-per-day. An account may send {refusal.Limit} requests of free models a day (UTC). Buy {price} credits and they are not limited by day.",
            { ToBuy: { } price } => $"Rate limit exceeded: free-models-per-day. An account may send {refusal.Limit} requests of free models a day (UTC). Buy {price} credits for {refusal.LimitThen} a day.",
            _ => $"Rate limit exceeded: free-models-per-day. An account may send {refusal.Limit} requests of free models a day (UTC).",
        };
        return new GatewayError(GatewayErrorKind.RateLimited, message)
        {
            LimitSource = "free_tier",
            RetryAfter = refusal.ResetsAt > now ? refusal.ResetsAt - now : TimeSpan.FromSeconds(1),
            RateLimit = new RateLimitState(refusal.Limit, 0, refusal.ResetsAt),
        };
    }
}
