namespace Patchbay.Storage;

/// <summary>Where the two databases word the audit's queries differently.</summary>
/// <param name="SpendingDay">The day of a <c>spending</c> row as a number of days.</param>
/// <param name="GenerationDay">The UTC day of a <c>generation</c> row as a number of days.</param>
/// <param name="GenerationTime">The time of a <c>generation</c> row in unix milliseconds.</param>
/// <param name="BatchTime">The time of a <c>ledger_batch</c> row <c>b</c> in unix milliseconds.</param>
/// <param name="OrganizationName">The id <c>organization_id</c> as the names of accounts have it: 32 hexadecimal digits.</param>
/// <param name="ScopeName">The same of <c>scope_id</c>.</param>
/// <param name="Seat">The id of the seat of a <c>generation</c> row; null without a member.</param>
/// <param name="HasKeyTable">Whether ids of generations are kept unique by the table <c>generation_key</c>.</param>
internal sealed record AuditDialect(
    string SpendingDay,
    string GenerationDay,
    string GenerationTime,
    string BatchTime,
    string OrganizationName,
    string ScopeName,
    string Seat,
    bool HasKeyTable)
{
    /// <summary>SQLite.</summary>
    public static AuditDialect Sqlite { get; } = new(
        "day", "created_at / 86400000", "created_at", "b.created_at", "lower(hex(organization_id))", "lower(hex(scope_id))",
        "CAST(substr(workspace_id, 9, 8) || substr(member_id, 9, 8) AS BLOB)",
        HasKeyTable: false);

    /// <summary>PostgreSQL.</summary>
    public static AuditDialect Postgres { get; } = new(
        "(day - DATE '1970-01-01')",
        "((created_at AT TIME ZONE 'UTC')::date - DATE '1970-01-01')",
        "unix_ms(created_at)",
        "unix_ms(b.created_at)",
        "replace(CAST(organization_id AS text), '-', '')",
        "replace(CAST(scope_id AS text), '-', '')",
        "CAST(seat_part(workspace_id) || seat_part(member_id) AS uuid)",
        HasKeyTable: true);
}
