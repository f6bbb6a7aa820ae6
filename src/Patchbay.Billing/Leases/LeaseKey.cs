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

    /// <summary>A budget for the whole life, against which calls on own provider keys count by their list price.</summary>
    LifetimeWithByok = 5,

    /// <summary>The same per day.</summary>
    DailyWithByok = 6,

    /// <summary>The same per week.</summary>
    WeeklyWithByok = 7,

    /// <summary>The same per month.</summary>
    MonthlyWithByok = 8,

    /// <summary>The list price that an organization may use on own provider keys in a month without a fee.</summary>
    Allowance = 9,
}

/// <summary>One limit in one of its windows. Windows are UTC days, so that what is spent in one can be told from the next
/// whatever the clocks of the servers say.</summary>
/// <param name="Scope">Whose limit.</param>
/// <param name="Kind">Which of its limits.</param>
/// <param name="Window">The first day of the window; the first day of 1970 where there is only one.</param>
public readonly record struct LeaseKey(BudgetScope Scope, LeaseKind Kind, DateOnly Window)
{
    /// <summary>The first day after the window.</summary>
    public DateOnly End => Kind switch
    {
        LeaseKind.Daily or LeaseKind.DailyWithByok => Window.AddDays(1),
        LeaseKind.Weekly or LeaseKind.WeeklyWithByok => Window.AddDays(7),
        LeaseKind.Monthly or LeaseKind.MonthlyWithByok or LeaseKind.Allowance => Window.AddMonths(1),
        _ => DateOnly.MaxValue,
    };

    /// <summary>Whether calls on own provider keys count by their list price.</summary>
    public bool IncludesByok => Kind is >= LeaseKind.LifetimeWithByok and <= LeaseKind.MonthlyWithByok;

    /// <summary>The same limit without own provider keys. What is leased of either counts for both.</summary>
    public LeaseKey Plain => IncludesByok ? this with { Kind = Kind - (int)LeaseKind.LifetimeWithByok } : this;

    /// <summary>The kind of the slices of budgets.</summary>
    /// <param name="interval">How often they start from zero.</param>
    /// <param name="includesByok">Whether calls on own provider keys count by their list price.</param>
    public static LeaseKind KindOf(ResetInterval interval, bool includesByok) =>
        (LeaseKind)interval + (includesByok ? (int)LeaseKind.LifetimeWithByok : 0);

    /// <summary>The limit in the window that holds this day.</summary>
    public static LeaseKey On(BudgetScope scope, LeaseKind kind, DateOnly day) => new(scope, kind, WindowOf(kind, day));

    /// <summary>The first day of the window that holds this day.</summary>
    public static DateOnly WindowOf(LeaseKind kind, DateOnly day) => kind switch
    {
        LeaseKind.Daily or LeaseKind.DailyWithByok => day,
        LeaseKind.Weekly or LeaseKind.WeeklyWithByok => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        LeaseKind.Monthly or LeaseKind.MonthlyWithByok or LeaseKind.Allowance => day.AddDays(1 - day.Day),
        _ => DateOnly.FromDateTime(DateTime.UnixEpoch),
    };
}

/// <summary>Which leased slices a hold was taken from. It is written down with the settlement, so that whoever brings it into
/// the books, be it days later, knows what it used.</summary>
/// <param name="Mask">The <see cref="Bit"/> of each slice of a limit. Zero for none.</param>
/// <param name="Epoch">The epoch of the server that held them.</param>
/// <param name="Day">A day of their windows.</param>
public readonly record struct LeaseUse(long Mask, long Epoch, DateOnly Day)
{
    private const int PlainKinds = (int)LeaseKind.Funds + 1;
    private const int PlainBits = ((int)BudgetLevel.Seat + 1) * PlainKinds;
    private const int Intervals = (int)ResetInterval.Monthly + 1;

    /// <summary>What comes out of the slices of limits that include own provider keys, besides the charge: of the list price at
    /// most what was held for it.</summary>
    public Money Byok { get; init; }

    /// <summary>The list price that comes out of the slice of the month's allowance; null where none was leased.</summary>
    public Money? Free { get; init; }

    /// <summary>Whether any was used.</summary>
    public bool IsNone => Mask == 0 && Free is null;

    /// <summary>Whether nothing of it has to do with own provider keys.</summary>
    public bool IsPlain => Mask < 1L << PlainBits && Byok == Money.Zero && Free is null;

    /// <summary>Whether the slice of this level and kind was used.</summary>
    public bool Covers(BudgetLevel level, LeaseKind kind) => (Mask & Bit(level, kind)) != 0;

    /// <summary>The bit of a level and kind. Those of limits that include own provider keys came later and are above the
    /// others.</summary>
    public static long Bit(BudgetLevel level, LeaseKind kind) => 1L << (kind <= LeaseKind.Funds
        ? ((int)level * PlainKinds) + (int)kind
        : PlainBits + ((int)level * Intervals) + (kind - LeaseKind.LifetimeWithByok));
}
