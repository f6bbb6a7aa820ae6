using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What one scope has spent in each window and holds now, against its budgets. Not thread-safe: the book of its
/// organization guards it.</summary>
internal sealed class ScopeMeter(BudgetScope scope, IReadOnlyList<Budget> budgets, ScopeSpending spending, DateTimeOffset now)
{
    // The scope's own budgets, then those that guardrails set.
    private Budget[] _budgets = [.. budgets];
    private int _own = budgets.Count;
    private ScopeSpending _spending = spending;
    private Money _spentElsewhere;
    private Window _day = Window.Of(ResetInterval.Daily, now);
    private Window _week = Window.Of(ResetInterval.Weekly, now);
    private Window _month = Window.Of(ResetInterval.Monthly, now);

    public BudgetScope Scope { get; } = scope;

    public Money Held { get; private set; }

    /// <summary>What is held where calls on own keys count.</summary>
    public Money HeldListed { get; private set; }

    /// <summary>What was put into the scope's credits; null where spending is not limited by credits.</summary>
    public Money? Funds { get; set; }

    /// <summary>Whether prepaid credits are in order. Negative funds say that they are frozen.</summary>
    public CreditStanding StandingAt(DateTimeOffset now)
    {
        Roll(now);
        return Funds is not { } funds ? CreditStanding.Good
            : funds < Money.Zero ? CreditStanding.Frozen
            : funds < _spending.Credits.Lifetime + _spentElsewhere ? CreditStanding.Overdrawn
            : CreditStanding.Good;
    }

    /// <summary>What all servers together had spent of the funds when they were last read, where it is more than is known
    /// here.</summary>
    public void LearnSpent(Money lifetime, DateTimeOffset now) =>
        _spentElsewhere = Money.Max(lifetime - SpendingAt(now).Credits.Lifetime, Money.Zero);

    /// <summary>The kinds of limits that it has.</summary>
    public IEnumerable<LeaseKind> LimitedKinds()
    {
        for (var interval = ResetInterval.Never; interval <= ResetInterval.Monthly; interval++)
        {
            if (StrictestOf(interval) is not null)
            {
                yield return LeaseKey.KindOf(interval, IncludesByok(interval));
            }
        }

        if (Funds is not null)
        {
            yield return LeaseKind.Funds;
        }
    }

    public ScopeSpending SpendingAt(DateTimeOffset now)
    {
        Roll(now);
        return _spending;
    }

    /// <summary>Replaces the scope's own budgets; what was spent stays. False when they are the same.</summary>
    public bool SetBudgets(IReadOnlyList<Budget> budgets)
    {
        if (_budgets.Take(_own).SequenceEqual(budgets))
        {
            return false;
        }

        (_budgets, _own) = ([.. budgets, .. _budgets[_own..]], budgets.Count);
        return true;
    }

    /// <summary>The same for the budgets that guardrails set.</summary>
    public bool SetGuardrails(Budget[] budgets)
    {
        if (_budgets.Skip(_own).SequenceEqual(budgets))
        {
            return false;
        }

        _budgets = [.. _budgets[.._own], .. budgets];
        return true;
    }

    /// <summary>The guardrail whose budget leaves the least of all; null where it is another limit.</summary>
    public GuardrailName? Refusing(bool isListed, DateTimeOffset now)
    {
        Roll(now);
        var least = !isListed && Funds is { } funds ? funds - _spending.Credits.Lifetime - _spentElsewhere : Money.MaxValue;
        GuardrailName? refusing = null;
        foreach (var budget in _budgets)
        {
            if (budget.Limit is { } limit && budget.IncludesByok == isListed)
            {
                var left = limit - _spending.Credits.In(budget.Interval) - (isListed ? _spending.Byok.In(budget.Interval) : Money.Zero);
                (least, refusing) = left < least ? (left, budget.Guardrail) : (least, refusing);
            }
        }

        return refusing;
    }

    // One slice serves all limits of a window: where one of them includes own provider keys, it is held for their list price, too.
    private bool IncludesByok(ResetInterval interval)
    {
        foreach (var budget in _budgets)
        {
            if (budget is { IncludesByok: true, Limit: not null } && budget.Interval == interval)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The lowest limit of those that start anew so often; null where there is none.</summary>
    public Budget? StrictestOf(ResetInterval interval)
    {
        Budget? strictest = null;
        foreach (var budget in _budgets)
        {
            if (budget.Interval == interval && budget.Limit is { } limit && !(limit >= strictest?.Limit))
            {
                strictest = budget;
            }
        }

        return strictest;
    }

    /// <summary>The least that any budget leaves to which only credits count; <see cref="Money.MaxValue"/> without a budget. Negative when a budget was
    /// lowered below what is spent.</summary>
    public Money AvailableAt(DateTimeOffset now)
    {
        Roll(now);
        var least = Funds is { } funds ? funds - _spending.Credits.Lifetime - _spentElsewhere - Held : Money.MaxValue;
        foreach (var budget in _budgets)
        {
            if (budget is { Limit: { } limit, IncludesByok: false })
            {
                least = Money.Min(least, limit - _spending.Credits.In(budget.Interval) - Held);
            }
        }

        return least;
    }

    /// <summary>The same for budgets that include calls on own keys.</summary>
    public Money AvailableListedAt(DateTimeOffset now)
    {
        Roll(now);
        var least = Money.MaxValue;
        foreach (var budget in _budgets)
        {
            if (budget is { Limit: { } limit, IncludesByok: true })
            {
                var spent = _spending.Credits.In(budget.Interval) + _spending.Byok.In(budget.Interval);
                least = Money.Min(least, limit - spent - HeldListed);
            }
        }

        return least;
    }

    /// <summary>Whether a budget leaves less than the prepaid funds do, or there are no such funds.</summary>
    public bool IsBudgetLeast(DateTimeOffset now) =>
        Money.Min(AvailableAt(now), AvailableListedAt(now)) is var least
        && (Funds is not { } funds || least < funds - _spending.Credits.Lifetime - _spentElsewhere - Held);

    /// <summary>What is lacking for this amount: null when it fits, else what is available.</summary>
    public Money? Refuses(in HoldAmount amount, DateTimeOffset now)
    {
        // The second bound keeps the sum of the holds within the range of money where nothing else limits it.
        var credits = Money.Min(AvailableAt(now), Money.MaxValue - Held);
        var listed = Money.Min(AvailableListedAt(now), Money.MaxValue - HeldListed);
        return credits < amount.Credits ? Money.Max(Money.Min(credits, listed), Money.Zero)
            : listed < amount.Listed ? Money.Max(listed, Money.Zero)
            : null;
    }

    /// <summary>The guardrail that refuses this amount; null where another limit does.</summary>
    public GuardrailName? RefusingGuardrail(in HoldAmount amount, DateTimeOffset now) =>
        Refusing(isListed: AvailableAt(now) >= amount.Credits, now);

    public void Hold(in HoldAmount amount)
    {
        Held += amount.Credits;
        HeldListed += amount.Listed;
    }

    public void Release(in HoldAmount amount)
    {
        Held -= amount.Credits;
        HeldListed -= amount.Listed;
    }

    /// <summary>Counts spending of a request that arrived at a time, in the windows that this time lies in: as the books
    /// count it.</summary>
    public void Spend(Money credits, Money byok, DateTimeOffset arrivedAt, DateTimeOffset now)
    {
        Roll(now);
        _spending = new ScopeSpending(Add(_spending.Credits, credits, arrivedAt), Add(_spending.Byok, byok, arrivedAt));
    }

    private Spending Add(Spending sum, Money amount, DateTimeOffset arrivedAt) => amount == Money.Zero
        ? sum
        : new Spending(
            arrivedAt >= _day.Start ? sum.Today + amount : sum.Today,
            arrivedAt >= _week.Start ? sum.ThisWeek + amount : sum.ThisWeek,
            arrivedAt >= _month.Start ? sum.ThisMonth + amount : sum.ThisMonth,
            sum.Lifetime + amount);

    private void Roll(DateTimeOffset now)
    {
        if (now < _day.End)
        {
            return;
        }

        var (credits, byok) = (_spending.Credits with { Today = Money.Zero }, _spending.Byok with { Today = Money.Zero });
        _day = Window.Of(ResetInterval.Daily, now);
        if (now >= _week.End)
        {
            (credits, byok) = (credits with { ThisWeek = Money.Zero }, byok with { ThisWeek = Money.Zero });
            _week = Window.Of(ResetInterval.Weekly, now);
        }

        if (now >= _month.End)
        {
            (credits, byok) = (credits with { ThisMonth = Money.Zero }, byok with { ThisMonth = Money.Zero });
            _month = Window.Of(ResetInterval.Monthly, now);
        }

        _spending = new ScopeSpending(credits, byok);
    }

    private readonly record struct Window(DateTimeOffset Start, DateTimeOffset End)
    {
        public static Window Of(ResetInterval interval, DateTimeOffset now) =>
            new(ResetWindow.StartOf(interval, now), ResetWindow.EndOf(interval, now));
    }
}
