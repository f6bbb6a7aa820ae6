using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Server;

/// <summary>Looks at budgets and funds again and again, and puts what owners should be told into the outbox. It goes by what is
/// in the books, so that a server that dies before it has told something finds it again, and another one finds the same: the
/// outbox takes it once.</summary>
internal sealed partial class AlertWatch(
    IBudgetPlans plans, IBudgetStore budgets, IOrganizationStore organizations, ICreditStore credits, IAlertStore alerts,
    PatchbaySettings settings, TimeProvider clock, ILogger<AlertWatch> log) : BackgroundService
{
    private const int MostRemembered = 100_000;

    // What was settled late still belongs to the window that has just ended.
    private static readonly TimeSpan LookBack = TimeSpan.FromHours(1);

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private bool _isAway;
    private bool _isFirst = true;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await LookAtBudgetsAsync(stoppingToken);
                await LookAtFundsAsync(stoppingToken);
                (_isFirst, _isAway) = (false, false);
            }
            catch (StorageUnavailableException exception)
            {
                if (!_isAway)
                {
                    Log.Away(log, exception.Message);
                }

                // Windows may have ended meanwhile, as before a start.
                (_isFirst, _isAway) = (true, true);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // One turn is lost, not the server.
                Log.TurnFailed(log, exception);
            }

            await Task.Delay(settings.Alerts.CheckEvery, clock, stoppingToken);
        }
    }

    private async Task LookAtBudgetsAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        BudgetScope? last = null;
        ScopeSpending spent = default;
        foreach (var plan in await plans.ListAllAsync(null, cancellationToken))
        {
            var budget = plan.Budget;
            if (plan.AlertPercents.Count == 0)
            {
                continue;
            }

            if (budget.Scope != last)
            {
                last = budget.Scope;
                spent = await budgets.GetSpendingAsync(budget.Scope, now, cancellationToken);
            }

            await LookAsync(plan, spent, now, now, cancellationToken);
            var start = ResetWindow.StartOf(budget.Interval, now);
            if (budget.Interval != ResetInterval.Never && plan.UpdatedAt < start && (_isFirst || now - start < LookBack))
            {
                var before = start.AddMilliseconds(-1);
                await LookAsync(
                    plan, await budgets.GetSpendingAsync(budget.Scope, before, cancellationToken), before, now, cancellationToken);
            }
        }
    }

    private async Task LookAsync(
        BudgetPlan plan, ScopeSpending spending, DateTimeOffset at, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var budget = plan.Budget;
        var spent = spending.Credits.In(budget.Interval) + (budget.IncludesByok ? spending.Byok.In(budget.Interval) : Money.Zero);
        foreach (var percent in plan.AlertPercents)
        {
            if ((Int128)spent.Nanos * 100 >= (Int128)budget.Limit!.Value.Nanos * percent
                && !_told.Contains(AlertText.KeyOf(plan, percent, at)))
            {
                var owner = await NameAsync(plan, cancellationToken);
                await AddAsync(AlertText.OfBudget(plan, owner, percent, spent, at, now), cancellationToken);
            }
        }
    }

    private async Task LookAtFundsAsync(CancellationToken cancellationToken)
    {
        if (!settings.Billing.IsPrepaid)
        {
            return;
        }

        foreach (var (organization, below) in await alerts.ListLowCreditsAsync(cancellationToken))
        {
            var account = await credits.GetAccountAsync(organization, cancellationToken);
            if (account.Funds >= below)
            {
                continue;
            }

            // Once for what was put in last: whoever adds too little is told again.
            var latest = await credits.ListAsync(organization, 0, 1, cancellationToken);
            var key = $"credits/{organization:N}/{below.Nanos}/{(latest.Count > 0 ? latest[0].Id : Guid.Empty):N}";
            if (!_told.Contains(key))
            {
                await AddAsync(AlertText.OfCredits(organization, key, account.Funds, below, clock.GetUtcNow()), cancellationToken);
            }
        }
    }

    private async Task AddAsync(Alert alert, CancellationToken cancellationToken)
    {
        if (await alerts.AddAsync(alert, cancellationToken))
        {
            Log.Told(log, alert.Kind, alert.OrganizationId);
        }

        if (_told.Count >= MostRemembered)
        {
            _told.Clear();
        }

        _told.Add(alert.Key);
    }

    private async Task<string> NameAsync(BudgetPlan plan, CancellationToken cancellationToken) => plan.Budget.Scope.Level switch
    {
        BudgetLevel.Workspace => await organizations.FindWorkspaceAsync(plan.Budget.Scope.Id, cancellationToken) is { } workspace
            ? $"workspace \"{workspace.Name}\""
            : "a workspace",
        BudgetLevel.Member => $"member {plan.Budget.Scope.Id}",
        _ => "the organization",
    };

    private static partial class Log
    {
        [LoggerMessage(8120, LogLevel.Information, "An alert {Kind} of organization {Organization} is in the outbox.")]
        public static partial void Told(ILogger logger, string kind, Guid organization);

        [LoggerMessage(8121, LogLevel.Warning, "Budgets and funds cannot be watched now: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(8127, LogLevel.Error, "Watching budgets and funds failed; it goes on.")]
        public static partial void TurnFailed(ILogger logger, Exception exception);
    }
}
