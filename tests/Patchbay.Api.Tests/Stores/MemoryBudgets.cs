using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

internal sealed class MemoryBudgets(MemoryDatabase database) : IBudgetStore
{
    private readonly Lock _gate = new();
    private readonly List<Budget> _budgets = [];
    private readonly Dictionary<BudgetScope, ScopeSpending> _spending = [];

    public void SetSpending(BudgetScope scope, ScopeSpending spending)
    {
        lock (_gate)
        {
            _spending[scope] = spending;
        }
    }

    public Task<IReadOnlyList<Budget>> ListAsync(BudgetScope scope, CancellationToken cancellationToken)
    {
        database.Ask();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<Budget>>([.. _budgets.Where(budget => budget.Scope == scope)]);
        }
    }

    public Task SetAsync(Budget budget, CancellationToken cancellationToken)
    {
        database.Ask();
        lock (_gate)
        {
            _budgets.RemoveAll(b => b.Scope == budget.Scope && b.Interval == budget.Interval);
            if (budget.Limit is not null)
            {
                _budgets.Add(budget);
            }
        }

        return Task.CompletedTask;
    }

    public Money Funds { get; set; }

    /// <summary>Where funds are read; without it they are <see cref="Funds"/>.</summary>
    public ICreditStore? Credits { get; set; }

    public Task<Money> GetFundsAsync(Guid organizationId, CancellationToken cancellationToken)
    {
        database.Ask();
        return Credits is { } credits ? LimitAsync(credits, organizationId, cancellationToken) : Task.FromResult(Funds);
    }

    public Task<ScopeSpending> GetSpendingAsync(
        BudgetScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        database.Ask();
        lock (_gate)
        {
            return Task.FromResult(_spending.GetValueOrDefault(scope));
        }
    }

    private static async Task<Money> LimitAsync(ICreditStore credits, Guid organizationId, CancellationToken cancellationToken) =>
        (await credits.GetAccountAsync(organizationId, cancellationToken)).Limit;
}
