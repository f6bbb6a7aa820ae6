namespace Patchbay.Storage;

/// <summary>Days as numbers: whole days since 1970-01-01 UTC.</summary>
internal static class UtcDay
{
    private const long TicksPerDay = TimeSpan.TicksPerDay;

    private static readonly long EpochDay = DateTime.UnixEpoch.Ticks / TicksPerDay;

    /// <summary>The day that holds this moment.</summary>
    public static long Of(DateTimeOffset moment) => (moment.UtcTicks / TicksPerDay) - EpochDay;

    /// <summary>The same day as a date.</summary>
    public static DateOnly ToDate(long day) => DateOnly.FromDayNumber((int)(day + EpochDay));
}
