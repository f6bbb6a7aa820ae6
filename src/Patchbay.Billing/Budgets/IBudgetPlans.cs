using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Where owners set budgets. What is set counts for requests after <see cref="HoldBook.ReloadBudgetsAsync"/>.
/// Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface IBudgetPlans
{
    /// <summary>The budgets of a scope, the shortest window first.</summary>
    Task<IReadOnlyList<BudgetPlan>> ListAsync(BudgetScope scope, CancellationToken cancellationToken);

    /// <summary>All budgets of an organization, its workspaces and its members, widest level first; of all organizations for
    /// null.</summary>
    Task<IReadOnlyList<BudgetPlan>> ListAllAsync(Guid? organizationId, CancellationToken cancellationToken);

    /// <summary>Whether calls on own keys count in the budgets of a scope, also when it has none.</summary>
    Task<bool> IncludesByokAsync(BudgetScope scope, CancellationToken cancellationToken);

    /// <summary>Sets a budget, or changes nothing when it contradicts another one of the scope. Decided in the transaction that
    /// writes, so that two changes at once cannot contradict each other.</summary>
    Task<BudgetOutcome> SetAsync(BudgetChange change, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes a budget; nothing happens when there is none.</summary>
    Task RemoveAsync(BudgetScope scope, ResetInterval interval, CancellationToken cancellationToken);

    /// <summary>What a scope spent on each UTC day from the first on to the last, both included; days without are left out.
    /// </summary>
    Task<IReadOnlyList<DaySpending>> ListDaysAsync(
        BudgetScope scope, DateOnly first, DateOnly last, CancellationToken cancellationToken);
}

/// <summary>What was spent on a day.</summary>
/// <param name="Day">The UTC day.</param>
/// <param name="Credits">Charged to credits.</param>
/// <param name="Byok">The list price of what ran on own provider keys.</param>
public readonly record struct DaySpending(DateOnly Day, Money Credits, Money Byok);
