using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Protocol;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Holds the worst case that any attempt of the plan can cost, before anything is sent to a provider.</summary>
internal sealed class CreditStep(HoldBook book, EdgeStep edge, InferenceOptions options)
{
    // What chat templates add around each message and the whole, and the most that one image is counted as, in tokens.
    private const int TokensPerMessage = 16;
    private const int TokensPerRequest = 64;
    private const int TokensPerImage = 50_000;

    /// <summary>The database has to be asked what the account can spend, and does not answer.</summary>
    internal static readonly GatewayError Unavailable = new(
        GatewayErrorKind.StorageUnavailable, "What this account can spend cannot be checked right now. Try again shortly.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    /// <summary>Sets the context's hold, and its clamped output when only less than the model's maximum can be paid.
    /// </summary>
    public async ValueTask<GatewayError?> HoldAsync(InferenceContext context)
    {
        try
        {
            return await HoldWorstAsync(context);
        }
        catch (StorageUnavailableException)
        {
            return Unavailable;
        }
    }

    private async ValueTask<GatewayError?> HoldWorstAsync(InferenceContext context)
    {
        var envelope = context.Envelope;
        var bound = PromptBound(envelope);
        var full = Worst(context.Plan, envelope, bound, null);
        var first = full;
        if (full.Byok == Money.Zero && edge.FirstStep(context, full.Shared) is { } step)
        {
            first = Money.Min(full.Shared, Worst(context.Plan, envelope, bound, step).Shared);
        }

        if (first == full)
        {
            context.FullHold = null;
        }

        var result = await TakeAsync(context, first);
        if (result.Hold is null && context.Plan.MixesKeys)
        {
            // The caller's own account needs no credits, or few: what cannot be paid is the way out to the operator's.
            var own = context.Plan.OnOwnKeys();
            var alone = await TakeAsync(context, Worst(own, envelope, bound, null));
            if (alone.Hold is not null)
            {
                context.Plan = own;
                result = alone;
            }
        }

        if (result.Hold is null && envelope.MaxOutputTokens is null && options.ClampMaxTokens)
        {
            // The account cannot pay for the model's longest answer: hold all it can pay, and send that as the limit.
            var affordable = Affordable(context.Plan, envelope, bound, result.Available);
            if (affordable > 0)
            {
                var clamped = await TakeAsync(context, Worst(context.Plan, envelope, bound, affordable));
                if (clamped.Hold is not null)
                {
                    context.FullHold = null;
                    context.ClampedOutput = affordable;
                }

                result = clamped;
            }
        }

        if (result.Hold is null)
        {
            return Refuse(result, Affordable(context.Plan, envelope, bound, result.Available), envelope);
        }

        context.Hold = result.Hold;
        return null;
    }

    /// <summary>Makes the hold cover a further part of the answer, at its worst, besides what the parts so far cost. False
    /// when the account cannot pay for it; then it must not be asked for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="candidate">Who is to be asked.</param>
    /// <param name="envelope">The request with the answer so far.</param>
    /// <param name="spent">What the parts so far cost.</param>
    /// <param name="output">The most output of the further part; null for the endpoint's own bound.</param>
    public async ValueTask<bool> ExtendAsync(
        InferenceContext context, Candidate candidate, RequestEnvelope envelope, Money spent, long? output)
    {
        var worst = WorstCase.Of(candidate.Endpoint.Prices, PromptBound(envelope), envelope.ImageCount);
        var needed = spent + worst.With(output ?? OutputBound(candidate));
        if (candidate.OwnKey is not null)
        {
            return await book.TryExtendAsync(context.Hold, new HoldRequest(Money.Zero, needed));
        }

        if (needed > context.Hold.Amount && !await book.TryExtendAsync(context.Hold, needed - context.Hold.Amount))
        {
            return false;
        }

        // All of it is held now, for a longer prompt than the request's.
        context.FullHold = null;
        return true;
    }

    /// <summary>The largest number of input tokens that the request can be counted as: a byte-level tokenizer never makes
    /// more tokens than there are bytes.</summary>
    public static long PromptBound(RequestEnvelope envelope) =>
        envelope.PromptBytes
        + ((long)envelope.MessageCount * TokensPerMessage)
        + ((long)envelope.ImageCount * TokensPerImage)
        + TokensPerRequest;

    /// <summary>What would be held for a plan, if the account can pay it; for a prompt that is to grow by so many tokens, and
    /// an answer of at most <paramref name="clamp"/>.</summary>
    public Money HoldFor(RoutePlan plan, RequestEnvelope envelope, long morePrompt = 0, long? clamp = null) =>
        Whole(Worst(plan, envelope, PromptBound(envelope) + morePrompt, clamp));

    private static Money Whole(in HoldRequest worst) => Money.Max(worst.Shared, worst.Byok);

    // From what was reserved for this request, where something was.
    private ValueTask<HoldResult> TakeAsync(InferenceContext context, HoldRequest amount) => context.Reservation is { } reserved
        ? book.TryDrawAsync(reserved, amount, context.GenerationId)
        : book.TryHoldAsync(context.Caller.Budgets, amount, context.GenerationId, context.ArrivedAt);

    private HoldRequest Worst(RoutePlan plan, RequestEnvelope envelope, long prompt, long? clamp)
    {
        var most = default(HoldRequest);
        foreach (var candidate in plan.Attempts)
        {
            var output = clamp ?? envelope.MaxOutputTokens ?? OutputBound(candidate);
            var worst = WorstCase.Of(candidate.Endpoint.Prices, prompt, envelope.ImageCount);
            var amount = worst.With(checked(output * Math.Max(1, envelope.Choices)));
            most = candidate.OwnKey is null
                ? most with { Shared = Money.Max(most.Shared, amount) }
                : most with { Byok = Money.Max(most.Byok, amount) };
        }

        return most;
    }

    private static long Affordable(RoutePlan plan, RequestEnvelope envelope, long prompt, Money available)
    {
        var least = long.MaxValue;
        foreach (var candidate in plan.Attempts)
        {
            var worst = WorstCase.Of(candidate.Endpoint.Prices, prompt, envelope.ImageCount);
            least = Math.Min(least, worst.AffordableOutput(available) / Math.Max(1, envelope.Choices));
        }

        return least;
    }

    /// <summary>The longest answer of a candidate, in tokens.</summary>
    public int OutputBound(Candidate candidate) =>
        candidate.Endpoint.MaxOutputTokens ?? candidate.Model.MaxOutputTokens
        ?? Math.Min(candidate.Endpoint.ContextLength ?? int.MaxValue, options.UnknownMaxOutputTokens);

    /// <summary>The error for a hold that was refused.</summary>
    internal static GatewayError Refuse(in HoldResult refused, long affordable, RequestEnvelope envelope)
    {
        var (kind, source, whose) = refused switch
        {
            { Guardrail: { } guardrail } => (GatewayErrorKind.BudgetExceeded, "guardrail", GuardrailOf(guardrail, refused.RefusedBy)),
            { RefusedBy: BudgetLevel.Organization, IsBudget: true, Standing: CreditStanding.Good } =>
                (GatewayErrorKind.BudgetExceeded, "organization", "the organization's budget"),
            { RefusedBy: BudgetLevel.Organization } => (GatewayErrorKind.InsufficientCredits, "organization", "the account's credits"),
            { RefusedBy: BudgetLevel.Workspace } => (GatewayErrorKind.BudgetExceeded, "workspace", "the workspace's budget"),
            { RefusedBy: BudgetLevel.Member } => (GatewayErrorKind.BudgetExceeded, "member", "the member's budget"),
            _ => (GatewayErrorKind.KeyLimitExceeded, "key", "the key's limit"),
        };
        var tokens = Math.Max(0, affordable);
        var message = refused.Standing switch
        {
            CreditStanding.Frozen => "This account is frozen: one of its payments is disputed. It can be used again when that is decided.",
            CreditStanding.Overdrawn => "This account's credits are negative: a payment was taken back after they had been used. Buy credits to go on.",
            _ => MessageOf(refused, tokens, whose, envelope),
        };
        var retry = refused.Standing == CreditStanding.Good && refused.HeldByOthers > Money.Zero;
        return new GatewayError(kind, message)
        {
            LimitSource = source,
            Parameter = envelope.MaxOutputTokens is null ? null : "max_tokens",
            RetryAfter = retry ? TimeSpan.FromSeconds(1) : null,
        };
    }

    private static string GuardrailOf(GuardrailName guardrail, BudgetLevel level)
    {
        var subject = level switch
        {
            BudgetLevel.Key => "this key",
            BudgetLevel.Member => "this member",
            _ => "this member in this workspace",
        };
        return $"the budget of guardrail '{guardrail.Name}' ({guardrail.Id}) for {subject}";
    }

    private static string MessageOf(in HoldResult refused, long tokens, string whose, RequestEnvelope envelope) =>
        envelope.MaxOutputTokens is { } asked
            ? $"This request requires more credits, or fewer max_tokens. You requested up to {asked} tokens, but can only afford {tokens}: {whose} leaves ${refused.Available}."
            : $"This request requires more credits. It can only afford {tokens} tokens of output: {whose} leaves ${refused.Available}.";
}
