using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Keeps streams within what is held for them. Where an account is rich, a stream begins with a hold for its first
/// step of output, which grows as it runs, so that a model's longest answer does not keep everyone else from beginning. A
/// stream that comes to the edge of its hold is cut there: its provider ignores the limit that it was told, or the account
/// cannot pay for more.</summary>
internal sealed class EdgeStep(HoldBook book, InferenceOptions options)
{
    // A hold grows before it is used up, by half a step.
    private const int Step = 4096;
    private const int Ahead = Step / 2;

    // Below this much new text nothing is counted anew.
    private const int LeastBytes = 512;

    /// <summary>The output that a stream of this request begins with, when its hold may grow; null when all of it is held
    /// from the beginning.</summary>
    /// <param name="context">A planned request.</param>
    /// <param name="full">What would be held for its longest answer.</param>
    public long? FirstStep(InferenceContext context, Money full)
    {
        if (!context.Envelope.Stream || context.Reservation is not null || options.SteppedHoldsAbove is not { } rich)
        {
            return null;
        }

        // Where nothing limits the caller there is nobody to make room for.
        var available = book.GetAvailable(context.Caller.Budgets);
        if (available == Money.MaxValue || available < rich)
        {
            return null;
        }

        context.FullHold = full;
        return Step;
    }

    /// <summary>Sets how far the stream of this attempt may go, and when to look at it first.</summary>
    public void Begin(InferenceContext context, Attempt attempt)
    {
        attempt.OutputEdge = EdgeOf(context, attempt);
        Schedule(context, attempt, 0, mayGrow: true);
    }

    /// <summary>Makes the hold grow when the stream comes near its edge. True when the stream must end here. To be asked when
    /// <see cref="Attempt.CheckAt"/> bytes have come.</summary>
    public async ValueTask<bool> IsReachedAsync(InferenceContext context, Attempt attempt)
    {
        var tokens = attempt.Editor.CountOutputTokensSoFar();
        var mayGrow = true;
        while (context.FullHold is { } full && mayGrow && tokens + Ahead >= attempt.OutputEdge)
        {
            mayGrow = await GrowAsync(context, attempt, full);
        }

        if (tokens > LastOf(context, attempt, mayGrow))
        {
            InferenceMetrics.Cut(attempt.Endpoint!.Id, context.FullHold is null ? "overrun" : "credits");
            return true;
        }

        Schedule(context, attempt, tokens, mayGrow);
        return false;
    }

    /// <summary>Makes the hold cover this cost, as far as the account can pay: up to the request's bound when it may grow,
    /// and beyond it for searches that the provider made by itself and what it read for them. How many there will be nobody
    /// knows; the answer was made with them all the same. More output than was held for is not covered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="cost">What all of it costs.</param>
    /// <param name="searched">What the last part costs without its output, when it searched; else null.</param>
    public async ValueTask CoverAsync(InferenceContext context, Money cost, Money? searched)
    {
        var full = Money.Max(context.FullHold ?? Money.Zero, context.Hold.Amount);
        if (searched is { } input)
        {
            var spent = Spent(context);
            var output = Money.Max(full - spent - Worst(context, context.Current).With(0), Money.Zero);
            full = Money.Max(full, spent + input + output);
        }

        var more = Money.Min(cost, full) - context.Hold.Amount;
        if (more > Money.Zero)
        {
            await ExtendAsync(context, more);
        }
    }

    private async ValueTask<bool> GrowAsync(InferenceContext context, Attempt attempt, Money full)
    {
        var needed = Spent(context) + Worst(context, attempt).With(attempt.OutputEdge + Step);
        var more = Money.Min(needed, full) - context.Hold.Amount;
        if (more <= Money.Zero)
        {
            return false;
        }

        if (!await ExtendAsync(context, more))
        {
            return false;
        }

        context.FullHold = context.Hold.Amount < full ? full : null;
        attempt.OutputEdge = EdgeOf(context, attempt);
        return true;
    }

    // By all of it, else by what is left.
    private async ValueTask<bool> ExtendAsync(InferenceContext context, Money more)
    {
        if (await book.TryExtendAsync(context.Hold, more))
        {
            return true;
        }

        more = Money.Min(more, book.GetAvailable(context.Caller.Budgets));
        return more > Money.Zero && await book.TryExtendAsync(context.Hold, more);
    }

    // Tokenizers differ. A provider that was told the limit is believed to have kept it until our count is a quarter beyond;
    // one that was not is cut where the money ends.
    private static long LastOf(InferenceContext context, Attempt attempt, bool mayGrow) =>
        attempt.OutputEdge == long.MaxValue ? long.MaxValue
        : context.FullHold is not null && !mayGrow ? attempt.OutputEdge
        : attempt.OutputEdge + (attempt.OutputEdge / 4) + 16;

    // A byte-level tokenizer makes no more tokens than there are bytes: before so many have come, nothing can have happened.
    private static void Schedule(InferenceContext context, Attempt attempt, long tokens, bool mayGrow)
    {
        var next = context.FullHold is not null && mayGrow ? attempt.OutputEdge - Ahead : LastOf(context, attempt, mayGrow);
        attempt.CheckAt = next == long.MaxValue
            ? long.MaxValue
            : attempt.Editor.OutputBytes + Math.Max(LeastBytes, next - tokens);
    }

    // On the caller's own key the caller's provider is paid, which is not ours to bound.
    private static long EdgeOf(InferenceContext context, Attempt attempt) => attempt.Candidate.OwnKey is not null
        ? long.MaxValue
        : Math.Max(0, Worst(context, attempt).AffordableOutput(context.Hold.Amount - Spent(context)));

    private static Money Spent(InferenceContext context) => context.Parts?.Cost.Total ?? Money.Zero;

    private static WorstCase Worst(InferenceContext context, Attempt attempt)
    {
        var envelope = attempt.Continued?.Envelope ?? context.Envelope;
        return WorstCase.Of(attempt.Endpoint!.Prices, CreditStep.PromptBound(envelope), envelope.ImageCount);
    }
}
