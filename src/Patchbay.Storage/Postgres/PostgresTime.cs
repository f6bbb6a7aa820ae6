namespace Patchbay.Storage.Postgres;

/// <summary>Times as PostgreSQL takes them.</summary>
internal static class PostgresTime
{
    /// <summary>The moment in UTC, cut to whole milliseconds as in SQLite.</summary>
    public static DateTime Of(DateTimeOffset moment) =>
        DateTimeOffset.FromUnixTimeMilliseconds(moment.ToUnixTimeMilliseconds()).UtcDateTime;

    /// <summary>The same, or null.</summary>
    public static DateTime? Of(DateTimeOffset? moment) => moment is { } time ? Of(time) : null;
}
