using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Server;

/// <summary>Looks at budgets and funds again and again, and puts what owners should be told into the outbox. Of several servers
/// the first does it for all. It goes by what is in the books, so that a server that dies before it has told something finds it
/// again, and another one finds the same: the outbox takes it once.</summary>
internal sealed partial class AlertWatch(
    IBudgetPlans plans, IBudgetStore budgets, IOrganizationStore organizations, ICreditStore credits, IAlertStore alerts,
    FleetShare fleet, PatchbaySettings settings, TimeProvider clock, ILogger<AlertWatch> log)
    : BackgroundLoop(settings.Alerts.CheckEvery, clock, log)
{
    private const int MostRemembered = 100_000;

    // What was settled late still belongs to the window that has just ended.
    private static readonly TimeSpan LookBack = TimeSpan.FromHours(1);

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private bool _hasLooked;

    /// <inheritdoc/>
    protected override async Task TurnAsync(CancellationToken stoppingToken)
    {
        // After a start, an outage, or a time in which another server looked, windows may have ended meanwhile.
        var isFirst = !_hasLooked;
        _hasLooked = false;
        if (fleet.IsFirst)
        {
            await LookAtBudgetsAsync(isFirst, stoppingToken);
            await LookAtFundsAsync(stoppingToken);
            _hasLooked = true;
        }
    }

    /// <inheritdoc/>
    protected override void TellAway(string reason) => Log.Away(log, reason);

    private async Task LookAtBudgetsAsync(bool isFirst, CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
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
            if (budget.Interval != ResetInterval.Never && plan.UpdatedAt < start && (isFirst || now - start < LookBack))
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
                await AddAsync(AlertText.OfCredits(organization, key, account.Funds, below, Clock.GetUtcNow()), cancellationToken);
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
    }
}
