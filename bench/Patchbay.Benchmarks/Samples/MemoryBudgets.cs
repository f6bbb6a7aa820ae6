using Patchbay.Billing;

namespace Patchbay.Benchmarks;

/// <summary>A database of budgets without a row.</summary>
internal sealed class MemoryBudgets : IBudgetStore
{
    public Task<IReadOnlyList<Budget>> ListAsync(BudgetScope scope, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Budget>>([]);

    public Task SetAsync(Budget budget, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ScopeSpending> GetSpendingAsync(
        BudgetScope scope, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(default(ScopeSpending));
}
