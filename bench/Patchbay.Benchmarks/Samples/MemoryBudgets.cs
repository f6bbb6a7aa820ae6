using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Benchmarks;

/// <summary>A database of budgets without a row.</summary>
internal sealed class MemoryBudgets : IBudgetStore
{
    public Task<IReadOnlyList<Budget>> ListAsync(BudgetScope scope, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Budget>>([]);

    public Task SetAsync(Budget budget, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<Money> GetFundsAsync(Guid organizationId, CancellationToken cancellationToken) => Task.FromResult(Money.Zero);

    public Task<ScopeSpending> GetSpendingAsync(
        BudgetScope scope, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(default(ScopeSpending));
}
