using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>The levels at which spending is limited, from the widest to the narrowest.</summary>
public enum BudgetLevel
{
    /// <summary>The organization's credits.</summary>
    Organization = 0,

    /// <summary>A workspace's budget.</summary>
    Workspace = 1,

    /// <summary>A member's budget.</summary>
    Member = 2,

    /// <summary>A key's limit.</summary>
    Key = 3,

    /// <summary>A guardrail's budget.</summary>
    Guardrail = 4,
}

/// <summary>One thing that has a budget.</summary>
/// <param name="Level">What kind of thing.</param>
/// <param name="Id">Its id.</param>
public readonly record struct BudgetScope(BudgetLevel Level, Guid Id);

/// <summary>A limit on the spending of a scope.</summary>
/// <param name="Scope">Whose spending.</param>
/// <param name="Interval">How often it starts from zero. A scope may have one budget per interval.</param>
/// <param name="Limit">The most that may be spent per window; null for no limit.</param>
public sealed record Budget(BudgetScope Scope, ResetInterval Interval, Money? Limit)
{
    /// <summary>Whether the list price of calls on the caller's own provider keys counts, too.</summary>
    public bool IncludesByok { get; init; }
}

/// <summary>What a scope has spent in the current windows.</summary>
/// <param name="Today">Since 00:00 UTC.</param>
/// <param name="ThisWeek">Since Monday 00:00 UTC.</param>
/// <param name="ThisMonth">Since the first of the month 00:00 UTC.</param>
/// <param name="Lifetime">Since the beginning.</param>
public readonly record struct Spending(Money Today, Money ThisWeek, Money ThisMonth, Money Lifetime)
{
    /// <summary>The part that counts against a budget of this interval.</summary>
    public Money In(ResetInterval interval) => interval switch
    {
        ResetInterval.Daily => Today,
        ResetInterval.Weekly => ThisWeek,
        ResetInterval.Monthly => ThisMonth,
        _ => Lifetime,
    };
}

/// <summary>Spending of a scope, split by who paid the provider.</summary>
/// <param name="Credits">Charged to credits.</param>
/// <param name="Byok">The list price of what ran on the caller's own provider keys.</param>
public readonly record struct ScopeSpending(Spending Credits, Spending Byok);
