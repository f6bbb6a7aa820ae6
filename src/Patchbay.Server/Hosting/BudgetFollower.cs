using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Puts in force what <c>patchbay budgets</c> changes in SQLite while the server runs, within two seconds. On PostgreSQL
/// <see cref="ChangeFollower"/> is told.</summary>
internal sealed partial class BudgetFollower(IBudgetPlans plans, HoldBook holds, TimeProvider clock, ILogger<BudgetFollower> log)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private ILookup<BudgetScope, Budget> _known = Array.Empty<Budget>().ToLookup(static budget => budget.Scope);
    private bool _isAway;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await FollowAsync(stoppingToken);
                _isAway = false;
            }
            catch (StorageUnavailableException exception)
            {
                if (!_isAway)
                {
                    Log.NotRead(log, exception.Message);
                }

                _isAway = true;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // One turn is lost, not the server.
                Log.TurnFailed(log, exception);
            }

            await Task.Delay(Every, clock, stoppingToken);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var found = (await plans.ListAllAsync(null, cancellationToken)).ToLookup(plan => plan.Budget.Scope, plan => plan.Budget);
        foreach (var scope in found.Select(static group => group.Key).Union(_known.Select(static group => group.Key)))
        {
            if (!found[scope].SequenceEqual(_known[scope]))
            {
                await holds.ReloadBudgetsAsync(scope, cancellationToken);
            }
        }

        _known = found;
    }

    private static partial class Log
    {
        [LoggerMessage(8125, LogLevel.Warning, "The budgets cannot be read; the last ones stay in force: {Problem}")]
        public static partial void NotRead(ILogger logger, string problem);

        [LoggerMessage(8128, LogLevel.Error, "Following budgets failed; it goes on.")]
        public static partial void TurnFailed(ILogger logger, Exception exception);
    }
}
