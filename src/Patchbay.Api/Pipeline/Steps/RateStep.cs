using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Admits requests as fast as their caller's limits allow.</summary>
internal sealed class RateStep(RateGate gate, TimeProvider clock)
{
    private const int BytesPerToken = 4;

    // A limit that the request alone passes will never admit it; the caller may look again after a while all the same.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Null when the request may go on, with what it then occupies in <see cref="InferenceContext.Permit"/>. The parts
    /// of a fusion go with their request.</summary>
    public ValueTask<GatewayError?> EnterAsync(InferenceContext context) =>
        gate.IsOpen || context.Part is not null ? default : AskAsync(context);

    private async ValueTask<GatewayError?> AskAsync(InferenceContext context)
    {
        var envelope = context.Envelope;
        var tokens = (envelope.PromptBytes / BytesPerToken)
            + ((envelope.MaxOutputTokens ?? 0) * Math.Max(1, envelope.Choices));
        var caller = new LimitedCaller(context.Caller.OrganizationId, context.Caller.WorkspaceId, context.Caller.Key?.Id);
        (RatePermit? Permit, RateRefusal? Refusal) answer;
        try
        {
            answer = await gate.EnterAsync(caller, tokens, context.Http.RequestAborted);
        }
        catch (StorageUnavailableException)
        {
            return new GatewayError(GatewayErrorKind.StorageUnavailable, "The rate limits cannot be checked right now. Try again shortly.")
            {
                RetryAfter = TimeSpan.FromSeconds(2),
            };
        }
        catch (OperationCanceledException)
        {
            return new GatewayError(GatewayErrorKind.ClientClosed, "The caller left while its request waited for its turn.");
        }

        context.Permit = answer.Permit;
        return answer.Refusal is { } refusal ? Refuse(refusal) : null;
    }

    private GatewayError Refuse(RateRefusal refusal)
    {
        var whose = refusal.Scope.Level switch
        {
            BudgetLevel.Organization => "organization",
            BudgetLevel.Workspace => "workspace",
            _ => "key",
        };
        var what = refusal.Kind switch
        {
            RateLimitKind.Requests => "requests a minute",
            RateLimitKind.Tokens => "tokens a minute",
            _ => refusal.Limit == 1 ? "request at a time" : "requests at a time",
        };
        var wait = refusal.RetryAfter > Longest ? Longest : refusal.RetryAfter;
        var never = refusal.RetryAfter > Longest ? " This request alone asks for more: send a shorter one, or lower max_tokens." : "";
        return new GatewayError(
            GatewayErrorKind.RateLimited,
            string.Create(CultureInfo.InvariantCulture, $"Rate limit exceeded: this {whose} may send {refusal.Limit} {what}.{never}"))
        {
            LimitSource = whose,
            RetryAfter = wait,
            RateLimit = new RateLimitState(refusal.Limit, refusal.Left, clock.GetUtcNow() + wait),
        };
    }
}
