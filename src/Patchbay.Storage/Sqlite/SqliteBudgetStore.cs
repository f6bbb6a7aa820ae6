using Dapper;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Sqlite;

/// <summary>Budgets and spending in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteBudgetStore(SqliteWriter writer, SqliteReaders readers) : IBudgetStore
{
    private const string SpendingSql = """
        SELECT
          coalesce(sum(CASE WHEN day >= @today THEN credits_nanos END), 0),
          coalesce(sum(CASE WHEN day >= @week THEN credits_nanos END), 0),
          coalesce(sum(CASE WHEN day >= @month THEN credits_nanos END), 0),
          coalesce(sum(credits_nanos), 0),
          coalesce(sum(CASE WHEN day >= @today THEN byok_nanos END), 0),
          coalesce(sum(CASE WHEN day >= @week THEN byok_nanos END), 0),
          coalesce(sum(CASE WHEN day >= @month THEN byok_nanos END), 0),
          coalesce(sum(byok_nanos), 0)
        FROM spending WHERE level = @level AND scope_id = @scope AND day <= @today
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Budget>> ListAsync(BudgetScope scope, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(
                    """
                    SELECT b.interval, b.limit_nanos, coalesce(s.includes_byok, 0)
                    FROM budget b LEFT JOIN budget_scope s ON s.level = b.level AND s.scope_id = b.scope_id
                    WHERE b.level = @level AND b.scope_id = @scope
                    """,
                    new { level = (int)scope.Level, scope = SqliteId.Of(scope.Id) },
                    cancellationToken: cancellationToken));
                return await rows.ListAsync(
                    row => new Budget(scope, (ResetInterval)row.GetInt32(0), new Money(row.GetInt64(1)))
                    {
                        IncludesByok = row.GetBoolean(2),
                    },
                    cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task SetAsync(Budget budget, CancellationToken cancellationToken) =>
        writer.WriteApartAsync(
            session =>
            {
                if (budget.Limit is not { } limit)
                {
                    return session.Statement("DELETE FROM budget WHERE level = ? AND scope_id = ? AND interval = ?").Start()
                        .Add((long)budget.Scope.Level).Add(budget.Scope.Id).Add((long)budget.Interval).Execute();
                }

                return session.Statement("""
                    INSERT INTO budget (level, scope_id, interval, limit_nanos) VALUES (?, ?, ?, ?)
                    ON CONFLICT (level, scope_id, interval) DO UPDATE SET limit_nanos = excluded.limit_nanos
                    """).Start()
                    .Add((long)budget.Scope.Level).Add(budget.Scope.Id).Add((long)budget.Interval).Add(limit.Nanos).Execute();
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<GuardrailBudgets> ListGuardrailsAsync(Guid organizationId, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            connection => GuardrailRow.ReadBudgetsAsync(
                new TableConnection(connection, null, CreditDialect.Sqlite, cancellationToken), organizationId),
            cancellationToken);

    /// <inheritdoc/>
    public Task<Money> GetFundsAsync(Guid organizationId, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            async connection => (await new CreditTables(connection, null, CreditDialect.Sqlite, cancellationToken)
                .ReadAccountAsync(organizationId)).Limit,
            cancellationToken);

    /// <inheritdoc/>
    public Task<ScopeSpending> GetSpendingAsync(BudgetScope scope, DateTimeOffset now, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            async connection =>
            {
                var parameters = new
                {
                    level = (int)scope.Level,
                    scope = SqliteId.Of(scope.Id),
                    today = UtcDay.Of(now),
                    week = UtcDay.Of(ResetWindow.StartOf(ResetInterval.Weekly, now)),
                    month = UtcDay.Of(ResetWindow.StartOf(ResetInterval.Monthly, now)),
                };
                await using var row = await connection.ExecuteReaderAsync(
                    new CommandDefinition(SpendingSql, parameters, cancellationToken: cancellationToken));
                await row.ReadAsync(cancellationToken);
                return SpendingRow.Read(row);
            },
            cancellationToken);
}
