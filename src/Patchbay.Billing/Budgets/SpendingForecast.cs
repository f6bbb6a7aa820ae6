using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What a scope will have spent when the month (UTC) ends.</summary>
/// <param name="Spent">So far this month.</param>
/// <param name="Expected">If the rest of the month is like the mean of the last full days.</param>
/// <param name="Low">If each day of the rest is like the quietest of them.</param>
/// <param name="High">If each is like the busiest.</param>
/// <param name="Days">How many full days that is learnt from: seven, or fewer where the first spending is not so long ago.
/// </param>
/// <param name="EndsAt">When the month ends.</param>
public readonly record struct SpendingForecast(Money Spent, Money Expected, Money Low, Money High, int Days, DateTimeOffset EndsAt)
{
    /// <summary>How many full days are looked at.</summary>
    public const int MostDays = 7;

    /// <summary>The first day that has to be known at a time.</summary>
    public static DateOnly FirstDay(DateTimeOffset now)
    {
        var week = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-MostDays);
        var month = DateOnly.FromDateTime(ResetWindow.StartOf(ResetInterval.Monthly, now).UtcDateTime);
        return week < month ? week : month;
    }

    /// <summary>Makes the forecast. Amounts are exact, each rounded up once.</summary>
    /// <param name="days">What was spent on each day from <see cref="FirstDay"/> on; days without may be missing.</param>
    /// <param name="includesByok">Whether the list price of calls on own keys counts.</param>
    /// <param name="now">The time.</param>
    public static SpendingForecast Of(IReadOnlyList<DaySpending> days, bool includesByok, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var month = DateOnly.FromDateTime(ResetWindow.StartOf(ResetInterval.Monthly, now).UtcDateTime);
        var ends = ResetWindow.EndOf(ResetInterval.Monthly, now);
        var spent = Money.Zero;
        Span<long> full = stackalloc long[MostDays];
        full.Clear();
        var known = 0;
        foreach (var day in days)
        {
            var amount = includesByok ? day.Credits + day.Byok : day.Credits;
            spent += day.Day >= month && day.Day <= today ? amount : Money.Zero;
            var ago = today.DayNumber - day.Day.DayNumber;
            if (ago is >= 1 and <= MostDays)
            {
                full[ago - 1] = amount.Nanos;
                known = Math.Max(known, ago);
            }
        }

        var (sum, least, most) = (Int128.Zero, known == 0 ? 0 : long.MaxValue, 0L);
        foreach (var nanos in full[..known])
        {
            sum += nanos;
            least = Math.Min(least, nanos);
            most = Math.Max(most, nanos);
        }

        var left = (ends - now).Ticks;
        return new SpendingForecast(
            spent, spent + Share(sum, left, Math.Max(known, 1)), spent + Share(least, left, 1), spent + Share(most, left, 1), known, ends);
    }

    // What is spent in so many ticks when it is this much in so many days.
    private static Money Share(Int128 nanos, long ticks, int days)
    {
        Int128 whole = (Int128)days * TimeSpan.TicksPerDay;
        return new Money((long)Int128.Min(((nanos * ticks) + whole - 1) / whole, long.MaxValue / 4));
    }
}
