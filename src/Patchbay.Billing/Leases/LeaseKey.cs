using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What kind of limit a slice is leased of. The first four are the numbers of <see cref="ResetInterval"/>.</summary>
public enum LeaseKind
{
    /// <summary>A budget for the whole life.</summary>
    Lifetime = 0,

    /// <summary>A budget per day.</summary>
    Daily = 1,

    /// <summary>A budget per week.</summary>
    Weekly = 2,

    /// <summary>A budget per month.</summary>
    Monthly = 3,

    /// <summary>The money that an organization can spend.</summary>
    Funds = 4,
}

/// <summary>One limit in one of its windows. Windows are UTC days, so that what is spent in one can be told from the next
/// whatever the clocks of the servers say.</summary>
/// <param name="Scope">Whose limit.</param>
/// <param name="Kind">Which of its limits.</param>
/// <param name="Window">The first day of the window; the first day of 1970 where there is only one.</param>
public readonly record struct LeaseKey(BudgetScope Scope, LeaseKind Kind, DateOnly Window)
{
    /// <summary>How many kinds there are.</summary>
    public const int Kinds = 5;

    /// <summary>The first day after the window.</summary>
    public DateOnly End => Kind switch
    {
        LeaseKind.Daily => Window.AddDays(1),
        LeaseKind.Weekly => Window.AddDays(7),
        LeaseKind.Monthly => Window.AddMonths(1),
        _ => DateOnly.MaxValue,
    };

    /// <summary>The limit in the window that holds this day.</summary>
    public static LeaseKey On(BudgetScope scope, LeaseKind kind, DateOnly day) => new(scope, kind, WindowOf(kind, day));

    /// <summary>The first day of the window that holds this day.</summary>
    public static DateOnly WindowOf(LeaseKind kind, DateOnly day) => kind switch
    {
        LeaseKind.Daily => day,
        LeaseKind.Weekly => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        LeaseKind.Monthly => day.AddDays(1 - day.Day),
        _ => DateOnly.FromDateTime(DateTime.UnixEpoch),
    };
}

/// <summary>Which leased slices a hold was taken from. It is written down with the settlement, so that whoever brings it into
/// the books, be it days later, knows what it used.</summary>
/// <param name="Mask">A bit for each level and kind: <c>level * LeaseKey.Kinds + kind</c>. Zero for none.</param>
/// <param name="Epoch">The epoch of the server that held them.</param>
/// <param name="Day">A day of their windows.</param>
public readonly record struct LeaseUse(int Mask, long Epoch, DateOnly Day)
{
    /// <summary>Whether any was used.</summary>
    public bool IsNone => Mask == 0;

    /// <summary>Whether the slice of this level and kind was used.</summary>
    public bool Covers(BudgetLevel level, LeaseKind kind) => (Mask & Bit(level, kind)) != 0;

    /// <summary>The bit of a level and kind.</summary>
    public static int Bit(BudgetLevel level, LeaseKind kind) => 1 << (((int)level * LeaseKey.Kinds) + (int)kind);
}
