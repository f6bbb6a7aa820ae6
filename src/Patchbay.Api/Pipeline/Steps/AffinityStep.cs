using Patchbay.Core;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Keeps the turns of a conversation at one endpoint, where its prompt cache is.</summary>
/// <param name="table">What is remembered; null when conversations are not.</param>
internal sealed class AffinityStep(AffinityTable? table)
{
    private const string SessionHeader = "x-session-id";
    private const int LongestSession = 256;

    // A provider that bills a 1-hour cache keeps it that long.
    private static readonly TimeSpan LongCache = TimeSpan.FromHours(1);

    /// <summary>What is remembered; null when conversations are not.</summary>
    public AffinityTable? Table => table;

    /// <summary>Finds out to which conversation the request belongs. The session id counts most, in the body before the
    /// header; then <c>prompt_cache_key</c>; then how the conversation begins. An error when the header is too long.
    /// </summary>
    public GatewayError? Recognise(InferenceContext context)
    {
        var envelope = context.Envelope;
        if (context.Http.Request.Headers.TryGetValue(SessionHeader, out var header) && header.ToString() is { Length: > 0 } id)
        {
            if (id.Length > LongestSession)
            {
                return new GatewayError(
                    GatewayErrorKind.InvalidRequest, $"The header '{SessionHeader}' must have at most {LongestSession} characters.")
                {
                    Parameter = SessionHeader,
                };
            }

            envelope.UseSession(id);
        }

        if (table is null || envelope.Provider is { Order.Length: > 0 })
        {
            return null;
        }

        var account = context.Caller.OrganizationId;
        context.Conversation = envelope switch
        {
            { SessionId: { } session } => ConversationKey.OfSession(account, session),
            { PromptCacheKey: { Length: > 0 } key } => ConversationKey.OfCacheKey(account, key),
            { OpeningHash: not 0 } => ConversationKey.OfOpening(account, envelope.OpeningHash),
            _ => default,
        };
        return null;
    }

    /// <summary>Remembers who answered: always with a session id; without one once the answer has used a prompt cache that
    /// is cheaper than the prompt, and from then on with every answer of the same endpoint.</summary>
    public void Remember(InferenceContext context, in Usage usage)
    {
        if (table is null || context.Conversation.IsNone || context.Endpoint is not { } endpoint)
        {
            return;
        }

        var model = endpoint.ModelSlug;
        var prices = endpoint.Prices.ForPrompt(usage.PromptTokens);
        if (context.Plan.IsSticky)
        {
            var isKept = ReferenceEquals(endpoint, context.Plan.Attempts[0].Endpoint);
            InferenceMetrics.Stuck(model, isKept, usage.CacheRead ?? 0, Saved(usage, prices));
        }

        TimeSpan? lifetime = usage.CacheWrite1h > 0 ? LongCache : null;
        var isCached = usage.CacheRead > 0 || usage.CacheWrite > 0 || usage.CacheWrite1h > 0;
        if (context.Envelope.SessionId is not null || (isCached && prices.CacheRead?.Femtos < prices.Prompt.Femtos))
        {
            table.Remember(context.Conversation, model, endpoint, lifetime);
        }
        else
        {
            table.Refresh(context.Conversation, model, endpoint, lifetime);
        }
    }

    private static Money Saved(in Usage usage, PriceList prices)
    {
        var difference = prices.Prompt.Femtos - (prices.CacheRead ?? prices.Prompt).Femtos;
        return new Money((long)((Int128)(usage.CacheRead ?? 0) * Math.Max(0, difference) / UnitPrice.FemtosPerNano));
    }
}
