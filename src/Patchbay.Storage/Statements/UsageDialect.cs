namespace Patchbay.Storage;

/// <summary>Where the two databases word the queries about usage differently.</summary>
/// <param name="CreatedAt">The time of a generation in unix milliseconds.</param>
/// <param name="Month">The first millisecond of the month of <c>at</c>.</param>
/// <param name="NoId">The id that stands for none in roll-ups.</param>
/// <param name="Unindexed">What keeps an index from being chosen, before a column.</param>
/// <param name="ByCodePoint">What makes texts compare by code points, behind them.</param>
/// <param name="Time">A moment as the parameter that <c>created_at</c> is compared with.</param>
/// <param name="Id">An id as a parameter.</param>
internal sealed record UsageDialect(
    string CreatedAt,
    string Month,
    string NoId,
    string Unindexed,
    string ByCodePoint,
    Func<DateTimeOffset, object> Time,
    Func<Guid, object> Id)
{
    /// <summary>SQLite.</summary>
    public static UsageDialect Sqlite { get; } = new(
        "created_at",
        "CAST(strftime('%s', at / 1000, 'unixepoch', 'start of month') AS INTEGER) * 1000",
        "x''",
        "+",
        "",
        static moment => moment.ToUnixTimeMilliseconds(),
        static id => id.ToByteArray(bigEndian: true));

    /// <summary>PostgreSQL.</summary>
    public static UsageDialect Postgres { get; } = new(
        "unix_ms(created_at)",
        "unix_ms(date_trunc('month', to_timestamp(at / 1000) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')",
        "'00000000-0000-0000-0000-000000000000'",
        "",
        " COLLATE \"C\"",
        static moment => Storage.Postgres.PostgresTime.Of(moment),
        static id => id);

}
