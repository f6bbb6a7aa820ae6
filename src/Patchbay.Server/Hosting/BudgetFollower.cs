using Patchbay.Billing;

namespace Patchbay.Server;

/// <summary>Puts in force what <c>patchbay budgets</c> changes in SQLite while the server runs, within two seconds. On PostgreSQL
/// <see cref="ChangeFollower"/> is told.</summary>
internal sealed partial class BudgetFollower(IBudgetPlans plans, HoldBook holds, TimeProvider clock, ILogger<BudgetFollower> log)
    : BackgroundLoop(TimeSpan.FromSeconds(2), clock, log)
{
    private ILookup<BudgetScope, Budget> _known = Array.Empty<Budget>().ToLookup(static budget => budget.Scope);

    /// <inheritdoc/>
    protected override async Task TurnAsync(CancellationToken stoppingToken)
    {
        var found = (await plans.ListAllAsync(null, stoppingToken)).ToLookup(plan => plan.Budget.Scope, plan => plan.Budget);
        foreach (var scope in found.Select(static group => group.Key).Union(_known.Select(static group => group.Key)))
        {
            if (!found[scope].SequenceEqual(_known[scope]))
            {
                await holds.ReloadBudgetsAsync(scope, stoppingToken);
            }
        }

        _known = found;
    }

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.NotRead(log, reason);

    private static partial class Log
    {
        [LoggerMessage(8125, LogLevel.Warning, "The budgets cannot be read; the last ones stay in force: {Problem}")]
        public static partial void NotRead(ILogger logger, string problem);
    }
}
