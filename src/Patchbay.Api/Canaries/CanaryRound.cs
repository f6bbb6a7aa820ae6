using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Providers;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>What became of a round.</summary>
public enum CanaryOutcome
{
    /// <summary>The hosts were compared.</summary>
    Compared,

    /// <summary>Too few hosts answered.</summary>
    TooFew,

    /// <summary>What is left of the budget does not cover the round, or no longer did on the way.</summary>
    OverBudget,
}

/// <summary>Puts all probes to all hosts of one model and posts the reports. One round at a time.</summary>
/// <param name="invoker">Opens the connections.</param>
/// <param name="budget">What may be spent.</param>
/// <param name="board">Receives the reports.</param>
/// <param name="clock">The clock.</param>
public sealed class CanaryRound(UpstreamInvoker invoker, CanaryBudget budget, CanaryBoard board, TimeProvider clock)
{
    private readonly CanaryCaller _caller = new(invoker, budget);

    /// <summary>The endpoints of a model that a round visits.</summary>
    public static IReadOnlyList<Endpoint> Hosts(Model model) => [.. model.Endpoints.Where(endpoint =>
        endpoint.Routable && endpoint.Output.HasFlag(Modalities.Text) && endpoint.Input.HasFlag(Modalities.Text))];

    /// <summary>Runs a round. A host that fails to answer is left out; its health is not touched.</summary>
    public async Task<CanaryOutcome> RunAsync(Model model, CancellationToken cancellationToken)
    {
        var hosts = Hosts(model);
        if (hosts.Count < CanaryJudge.LeastHosts)
        {
            return CanaryOutcome.TooFew;
        }

        var probes = CanaryProbe.All;
        var most = Money.Zero;
        foreach (var host in hosts)
        {
            foreach (var probe in probes)
            {
                most += CanaryCaller.Worst(new Candidate(host, model), probe);
            }
        }

        if (most > await budget.LeftAsync(cancellationToken))
        {
            return CanaryOutcome.OverBudget;
        }

        var answers = hosts.ToDictionary(host => host.Id, _ => new CanaryAnswer?[probes.Count], StringComparer.Ordinal);
        try
        {
            for (var i = 0; i < probes.Count; i++)
            {
                foreach (var host in hosts)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    answers[host.Id][i] = await _caller.AskAsync(new Candidate(host, model), probes[i], cancellationToken);
                }
            }
        }
        catch (CanaryBudgetException)
        {
            // A new day began on the way, or prices rose; what was paid for is still compared.
            Post(answers);
            return CanaryOutcome.OverBudget;
        }

        return Post(answers) ? CanaryOutcome.Compared : CanaryOutcome.TooFew;
    }

    private bool Post(Dictionary<string, CanaryAnswer?[]> answers)
    {
        var reports = CanaryJudge.Grade(answers, CanaryProbe.All, clock.GetUtcNow());
        board.Post(reports);
        return reports.Count > 0;
    }
}
