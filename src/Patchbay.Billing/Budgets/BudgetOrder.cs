using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>The order that the budgets of a scope keep: the longer the window, the larger the limit, strictly.</summary>
public static class BudgetOrder
{
    /// <summary>The budget that a new limit contradicts, the nearest in length; null when the order is kept. A budget of the
    /// same interval is the one that is replaced.</summary>
    public static Budget? FindConflict(IReadOnlyList<Budget> others, ResetInterval interval, Money limit)
    {
        Budget? nearest = null;
        var distance = int.MaxValue;
        foreach (var other in others)
        {
            var apart = RankOf(other.Interval) - RankOf(interval);
            if (apart == 0 || other.Limit is not { } its || (apart > 0 ? its > limit : its < limit) || Math.Abs(apart) >= distance)
            {
                continue;
            }

            nearest = other;
            distance = Math.Abs(apart);
        }

        return nearest;
    }

    /// <summary>Whether the first window is longer than the second.</summary>
    public static bool IsLonger(ResetInterval first, ResetInterval second) => RankOf(first) > RankOf(second);

    /// <summary>The public name of an interval: <c>daily</c>, <c>weekly</c>, <c>monthly</c> or <c>lifetime</c>.</summary>
    public static string NameOf(ResetInterval interval) => ResetWindow.NameOf(interval) ?? "lifetime";

    /// <summary>Reads such a name.</summary>
    public static bool TryParse(string? name, out ResetInterval interval)
    {
        if (name == "lifetime")
        {
            interval = ResetInterval.Never;
            return true;
        }

        return ResetWindow.TryParse(name, out interval) && interval != ResetInterval.Never;
    }

    private static int RankOf(ResetInterval interval) => interval == ResetInterval.Never ? 4 : (int)interval;
}
