namespace Patchbay.Storage;

/// <summary>Where the two databases hold the values of credits differently.</summary>
/// <param name="Time">Words a column of time as unix milliseconds.</param>
/// <param name="Collation">Words the comparison of a text byte by byte.</param>
/// <param name="IdValue">An id as a parameter.</param>
/// <param name="TimeValue">A time as a parameter.</param>
/// <param name="Lock">Locks <c>@subject</c> until the transaction ends; apart from all other advisory locks;
/// null where there is one writer anyway.</param>
internal sealed record CreditDialect(
    Func<string, string> Time, string Collation, Func<Guid, object> IdValue, Func<DateTimeOffset, object> TimeValue,
    string? Lock)
{
    /// <summary>SQLite.</summary>
    public static CreditDialect Sqlite { get; } = new(
        column => column, "", id => Storage.Sqlite.SqliteId.Of(id), time => time.ToUnixTimeMilliseconds(), null);

    /// <summary>PostgreSQL.</summary>
    public static CreditDialect Postgres { get; } = new(
        column => $"unix_ms({column})", "COLLATE \"C\"", id => id, time => Storage.Postgres.PostgresTime.Of(time),
        "SELECT pg_advisory_xact_lock(hashtextextended(@subject, 7302))");
}
