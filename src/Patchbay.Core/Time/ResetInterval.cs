namespace Patchbay.Core;

/// <summary>How often the spending that counts against a limit starts again from zero.</summary>
public enum ResetInterval
{
    /// <summary>Never: the limit is for the whole life.</summary>
    Never = 0,

    /// <summary>At 00:00 UTC.</summary>
    Daily = 1,

    /// <summary>On Monday at 00:00 UTC.</summary>
    Weekly = 2,

    /// <summary>On the first of the month at 00:00 UTC.</summary>
    Monthly = 3,
}

/// <summary>Where the windows of a <see cref="ResetInterval"/> begin.</summary>
public static class ResetWindow
{
    /// <summary>The first moment of the window that holds <paramref name="now"/>; the Unix epoch for
    /// <see cref="ResetInterval.Never"/>.</summary>
    public static DateTimeOffset StartOf(ResetInterval interval, DateTimeOffset now)
    {
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return interval switch
        {
            ResetInterval.Never => DateTimeOffset.UnixEpoch,
            ResetInterval.Daily => day,
            ResetInterval.Weekly => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            ResetInterval.Monthly => day.AddDays(1 - day.Day),
            _ => throw new ArgumentOutOfRangeException(nameof(interval), interval, "Unknown interval."),
        };
    }

    /// <summary>The first moment after the window that holds <paramref name="now"/>.</summary>
    public static DateTimeOffset EndOf(ResetInterval interval, DateTimeOffset now) => interval switch
    {
        ResetInterval.Never => DateTimeOffset.MaxValue,
        ResetInterval.Daily => StartOf(interval, now).AddDays(1),
        ResetInterval.Weekly => StartOf(interval, now).AddDays(7),
        ResetInterval.Monthly => StartOf(interval, now).AddMonths(1),
        _ => throw new ArgumentOutOfRangeException(nameof(interval), interval, "Unknown interval."),
    };

    /// <summary>The public name: <c>daily</c>, <c>weekly</c>, <c>monthly</c>, or null for never.</summary>
    public static string? NameOf(ResetInterval interval) => interval switch
    {
        ResetInterval.Daily => "daily",
        ResetInterval.Weekly => "weekly",
        ResetInterval.Monthly => "monthly",
        _ => null,
    };

    /// <summary>Reads a public name; null or empty is <see cref="ResetInterval.Never"/>.</summary>
    public static bool TryParse(string? name, out ResetInterval interval)
    {
        interval = name switch
        {
            null or "" => ResetInterval.Never,
            "daily" => ResetInterval.Daily,
            "weekly" => ResetInterval.Weekly,
            "monthly" => ResetInterval.Monthly,
            _ => (ResetInterval)(-1),
        };
        return interval >= ResetInterval.Never;
    }
}
