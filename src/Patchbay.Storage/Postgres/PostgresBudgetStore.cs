using Dapper;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>Budgets and spending in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresBudgetStore(PostgresDatabase database) : IBudgetStore
{
    // Sums of bigint are numeric in PostgreSQL.
    private const string SpendingSql = """
        SELECT
          coalesce(sum(credits_nanos) FILTER (WHERE day >= DATE '1970-01-01' + @today), 0)::bigint,
          coalesce(sum(credits_nanos) FILTER (WHERE day >= DATE '1970-01-01' + @week), 0)::bigint,
          coalesce(sum(credits_nanos) FILTER (WHERE day >= DATE '1970-01-01' + @month), 0)::bigint,
          coalesce(sum(credits_nanos), 0)::bigint,
          coalesce(sum(byok_nanos) FILTER (WHERE day >= DATE '1970-01-01' + @today), 0)::bigint,
          coalesce(sum(byok_nanos) FILTER (WHERE day >= DATE '1970-01-01' + @week), 0)::bigint,
          coalesce(sum(byok_nanos) FILTER (WHERE day >= DATE '1970-01-01' + @month), 0)::bigint,
          coalesce(sum(byok_nanos), 0)::bigint
        FROM spending
        WHERE level = @level AND scope_id = @scope AND day <= DATE '1970-01-01' + @today
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Budget>> ListAsync(BudgetScope scope, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(new CommandDefinition(
                    """
                    SELECT b."interval", b.limit_nanos, coalesce(s.includes_byok, false)
                    FROM budget b LEFT JOIN budget_scope s ON s.level = b.level AND s.scope_id = b.scope_id
                    WHERE b.level = @level AND b.scope_id = @scope
                    """,
                    new { level = (int)scope.Level, scope = scope.Id },
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
    public Task SetAsync(Budget budget, CancellationToken cancellationToken)
    {
        var sql = budget.Limit is null
            ? """DELETE FROM budget WHERE level = @level AND scope_id = @scope AND "interval" = @interval"""
            : """
                INSERT INTO budget (level, scope_id, "interval", limit_nanos) VALUES (@level, @scope, @interval, @limit)
                ON CONFLICT (level, scope_id, "interval") DO UPDATE SET limit_nanos = excluded.limit_nanos
                """;
        var parameters = new
        {
            level = (int)budget.Scope.Level,
            scope = budget.Scope.Id,
            interval = (int)budget.Interval,
            limit = budget.Limit?.Nanos,
        };
        return database.UseAsync(
            connection => connection.ExecuteAsync(
                new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<GuardrailBudgets> ListGuardrailsAsync(Guid organizationId, CancellationToken cancellationToken) =>
        database.UseAsync(
            connection => GuardrailRow.ReadBudgetsAsync(
                new TableConnection(connection, null, CreditDialect.Postgres, cancellationToken), organizationId),
            cancellationToken);

    /// <inheritdoc/>
    public Task<Money> GetFundsAsync(Guid organizationId, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            async connection => (await new CreditTables(connection, null, CreditDialect.Postgres, cancellationToken)
                .ReadAccountAsync(organizationId)).Limit,
            cancellationToken);

    /// <inheritdoc/>
    public Task<ScopeSpending> GetSpendingAsync(BudgetScope scope, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            async connection =>
            {
                var parameters = new
                {
                    level = (int)scope.Level,
                    scope = scope.Id,
                    today = (int)UtcDay.Of(now),
                    week = (int)UtcDay.Of(ResetWindow.StartOf(ResetInterval.Weekly, now)),
                    month = (int)UtcDay.Of(ResetWindow.StartOf(ResetInterval.Monthly, now)),
                };
                await using var row = await connection.ExecuteReaderAsync(
                    new CommandDefinition(SpendingSql, parameters, cancellationToken: cancellationToken));
                await row.ReadAsync(cancellationToken);
                return SpendingRow.Read(row);
            },
            cancellationToken);
}
