using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>Asks a second endpoint of the same model when the first takes longer than it usually does; the first to give
/// content wins. The loser is cancelled, and what its provider may bill is the operator's loss: the caller pays for one
/// answer.</summary>
internal sealed class HedgeStep(
    AttemptStep step, PatienceStep patience, HealthRegistry health, InferenceOptions options, TimeProvider clock)
{
    private readonly AttemptBudget _budget = new(options.HedgePercent, minimum: 1, clock);

    /// <summary>Whether the next attempt of the plan may run as the first of two.</summary>
    public bool Applies(InferenceContext context)
    {
        if (!context.Hedges || context.Next + 1 >= context.Plan.Attempts.Length)
        {
            return false;
        }

        var first = context.Plan.Attempts[context.Next];
        var second = context.Plan.Attempts[context.Next + 1];
        return first.Model.Slug == second.Model.Slug
            && (first.OwnKey is null) == (second.OwnKey is null)
            && first.Endpoint.Ordinal != second.Endpoint.Ordinal
            && health.Get(second.Endpoint) is { HadOutage: false, CoolingUntil: null };
    }

    /// <summary>Runs the next attempt, and after a while the one behind it. Null when one of them has given the whole answer;
    /// else the error of the one whose content the caller has, or of the last that failed.</summary>
    public async ValueTask<GatewayError?> RunAsync(InferenceContext context)
    {
        var attempts = context.Plan.Attempts;
        var budget = _budget.Count(attempts[context.Next].Model.Slug);
        var first = context.Current;
        var race = new Race(context, first);
        first.Begin(attempts[context.Next], AttemptKind.Ordinary, hasAlternative: true);
        first.Race = race;
        context.Next++;
        var running = step.RunAsync(context, first).AsTask();
        await WaitAsync(running, patience.BeforeHedge(first.Endpoint!));

        var second = running.IsCompleted || race.Winner is not null || context.IsCallerGone || !budget.TryTake(out _)
            ? null
            : context.AddRival();
        if (second is null || !Enter(context, race, second))
        {
            var error = await running;
            AttemptStep.Record(context, first, error);
            return error;
        }

        context.Next++;
        var hedge = step.RunAsync(context, second).AsTask();
        await Task.WhenAll(running, hedge);
        var errors = (First: await running, Second: await hedge);
        AttemptStep.Record(context, first, errors.First);
        AttemptStep.Record(context, second, errors.Second);
        return Decide(context, race.Winner, first, second, errors.First, errors.Second);
    }

    private bool Enter(InferenceContext context, Race race, Attempt second)
    {
        second.Begin(
            context.Plan.Attempts[context.Next], AttemptKind.Hedge, hasAlternative: context.Next + 1 < context.Plan.Attempts.Length);
        if (race.TryEnter(step, second))
        {
            return true;
        }

        context.EndRace(second);
        return false;
    }

    private static GatewayError? Decide(
        InferenceContext context, Attempt? winner, Attempt first, Attempt second, GatewayError? firstError, GatewayError? secondError)
    {
        var loser = ReferenceEquals(winner, second) ? first : second;
        var lost = ReferenceEquals(loser, first) ? firstError : secondError;
        InferenceMetrics.Hedged(won: ReferenceEquals(winner, second));
        if (lost is { Kind: GatewayErrorKind.Superseded }
            || (lost is { Kind: GatewayErrorKind.ClientClosed } && (winner is not null || ReferenceEquals(loser, second))))
        {
            BookLoss(context, loser, winner);
        }

        context.EndRace(loser);
        return winner is null ? secondError ?? firstError : ReferenceEquals(winner, first) ? firstError : secondError;
    }

    // A provider that does not stop when the connection closes bills the whole answer, which is about as long as the other.
    private static void BookLoss(InferenceContext context, Attempt loser, Attempt? winner)
    {
        if (!loser.WasSent || loser.Candidate.OwnKey is not null)
        {
            return;
        }

        var usage = Meter.UsageOf(context, loser);
        if (winner is not null && loser.Binding!.Provider.Descriptor.CancelStopsBilling != true)
        {
            var whole = Meter.UsageOf(context, winner).CompletionTokens;
            usage = usage.CompletionTokens < whole ? usage with { Output = whole - (usage.Reasoning ?? 0) } : usage;
        }

        var cost = Pricer.Price(usage, TierEdit.Billed(context, loser).Prices).Total;
        if (cost > Money.Zero)
        {
            context.Losses.Add(new LossPosting(LedgerAccount.LossHedge, loser.Endpoint!.Provider.Slug, cost));
        }
    }

    private async ValueTask WaitAsync(Task running, TimeSpan time)
    {
        using var stop = new CancellationTokenSource();
        await Task.WhenAny(running, Task.Delay(time, clock, stop.Token));
        await stop.CancelAsync();
    }
}
