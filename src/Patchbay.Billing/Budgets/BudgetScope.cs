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

    /// <summary>A member in one workspace: what the workspace's default guardrail leaves to each member.</summary>
    Seat = 4,
}

/// <summary>One thing that has a budget.</summary>
/// <param name="Level">What kind of thing.</param>
/// <param name="Id">Its id.</param>
public readonly record struct BudgetScope(BudgetLevel Level, Guid Id)
{
    /// <summary>A member in a workspace. Its id is the last eight bytes of both ids, so that the database can make it, too.
    /// </summary>
    public static BudgetScope SeatOf(Guid workspaceId, Guid memberId)
    {
        Span<byte> bytes = stackalloc byte[32];
        workspaceId.TryWriteBytes(bytes, bigEndian: true, out _);
        memberId.TryWriteBytes(bytes[16..], bigEndian: true, out _);
        bytes[24..].CopyTo(bytes[16..]);
        return new BudgetScope(BudgetLevel.Seat, new Guid(bytes[8..24], bigEndian: true));
    }
}

/// <summary>A limit on the spending of a scope.</summary>
/// <param name="Scope">Whose spending.</param>
/// <param name="Interval">How often it starts from zero. A scope may have one budget per interval.</param>
/// <param name="Limit">The most that may be spent per window; null for no limit.</param>
public sealed record Budget(BudgetScope Scope, ResetInterval Interval, Money? Limit)
{
    /// <summary>Whether the list price of calls on the caller's own provider keys counts, too.</summary>
    public bool IncludesByok { get; init; }

    /// <summary>The guardrail that sets it; null for a budget of the scope itself.</summary>
    public GuardrailName? Guardrail { get; init; }
}

/// <summary>What a guardrail is called.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The name that its owner gave it.</param>
public sealed record GuardrailName(Guid Id, string Name);

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
