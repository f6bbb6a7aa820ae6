using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What one scope has spent in each window and holds now, against its budgets. Not thread-safe: the book of its
/// organization guards it.</summary>
internal sealed class ScopeMeter(BudgetScope scope, IReadOnlyList<Budget> budgets, ScopeSpending spending, DateTimeOffset now)
{
    private Budget[] _budgets = [.. budgets];
    private ScopeSpending _spending = spending;
    private DateTimeOffset _dayEnd = ResetWindow.EndOf(ResetInterval.Daily, now);
    private DateTimeOffset _weekEnd = ResetWindow.EndOf(ResetInterval.Weekly, now);
    private DateTimeOffset _monthEnd = ResetWindow.EndOf(ResetInterval.Monthly, now);

    public BudgetScope Scope { get; } = scope;

    public Money Held { get; private set; }

    public ScopeSpending SpendingAt(DateTimeOffset now)
    {
        Roll(now);
        return _spending;
    }

    /// <summary>Replaces the budgets; what was spent stays.</summary>
    public void SetBudgets(IReadOnlyList<Budget> budgets) => _budgets = [.. budgets];

    /// <summary>The least that any budget leaves; <see cref="Money.MaxValue"/> without a budget. Negative when a budget was
    /// lowered below what is spent.</summary>
    public Money AvailableAt(DateTimeOffset now)
    {
        Roll(now);
        var least = Money.MaxValue;
        foreach (var budget in _budgets)
        {
            if (budget.Limit is { } limit)
            {
                least = Money.Min(least, limit - _spending.Credits.In(budget.Interval) - Held);
            }
        }

        return least;
    }

    public void Hold(Money amount) => Held += amount;

    public void Release(Money amount) => Held -= amount;

    public void Spend(Money credits, Money byok, DateTimeOffset now)
    {
        Roll(now);
        _spending = new ScopeSpending(Add(_spending.Credits, credits), Add(_spending.Byok, byok));
    }

    private static Spending Add(Spending sum, Money amount) =>
        new(sum.Today + amount, sum.ThisWeek + amount, sum.ThisMonth + amount, sum.Lifetime + amount);

    private void Roll(DateTimeOffset now)
    {
        if (now < _dayEnd)
        {
            return;
        }

        var (credits, byok) = (_spending.Credits with { Today = Money.Zero }, _spending.Byok with { Today = Money.Zero });
        _dayEnd = ResetWindow.EndOf(ResetInterval.Daily, now);
        if (now >= _weekEnd)
        {
            (credits, byok) = (credits with { ThisWeek = Money.Zero }, byok with { ThisWeek = Money.Zero });
            _weekEnd = ResetWindow.EndOf(ResetInterval.Weekly, now);
        }

        if (now >= _monthEnd)
        {
            (credits, byok) = (credits with { ThisMonth = Money.Zero }, byok with { ThisMonth = Money.Zero });
            _monthEnd = ResetWindow.EndOf(ResetInterval.Monthly, now);
        }

        _spending = new ScopeSpending(credits, byok);
    }
}
