using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Where budgets and spending are read. Spending is written only by <see cref="ISettlementLog"/>, in the same
/// transaction as the generation that caused it. Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface IBudgetStore
{
    /// <summary>The budgets set on a scope, in no order; none when nothing limits it.</summary>
    Task<IReadOnlyList<Budget>> ListAsync(BudgetScope scope, CancellationToken cancellationToken);

    /// <summary>Sets or replaces the budget of this scope and interval; a null limit removes it.</summary>
    Task SetAsync(Budget budget, CancellationToken cancellationToken);

    /// <summary>The budgets of an organization's guardrails; none where there are no guardrails.</summary>
    Task<GuardrailBudgets> ListGuardrailsAsync(Guid organizationId, CancellationToken cancellationToken) =>
        Task.FromResult(GuardrailBudgets.None);

    /// <summary>What was ever put into an organization's credits and promotions, less what left them other than by usage: the
    /// balances and what was charged to them, over one view of the books. Usage does not change it, so that it limits like a
    /// budget for a lifetime. Negative while a payment is disputed: nothing may be used then.</summary>
    Task<Money> GetFundsAsync(Guid organizationId, CancellationToken cancellationToken);

    /// <summary>What the scope has spent up to now in the windows that hold <paramref name="now"/>.</summary>
    Task<ScopeSpending> GetSpendingAsync(BudgetScope scope, DateTimeOffset now, CancellationToken cancellationToken);
}
