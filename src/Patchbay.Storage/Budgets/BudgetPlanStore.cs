using System.Data.Common;
using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage;

/// <summary>Budgets as owners set them, in either database.</summary>
/// <param name="tables">The database.</param>
internal sealed class BudgetPlanStore(ITables tables) : IBudgetPlans
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<BudgetPlan>> ListAsync(BudgetScope scope, CancellationToken cancellationToken) =>
        tables.ReadAsync(table => ListAsync(table, scope), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<BudgetPlan>> ListAllAsync(Guid? organizationId, CancellationToken cancellationToken) =>
        tables.ReadAsync(
            table => organizationId is { } id
                ? table.ListAsync(Select(table, "owner.organization_id = @organization"), Read, ("organization", table.Id(id)))
                : table.ListAsync(Select(table, "1 = 1"), Read),
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IncludesByokAsync(BudgetScope scope, CancellationToken cancellationToken) => tables.ReadAsync(
        table => IncludesByokAsync(table, scope), cancellationToken);

    /// <inheritdoc/>
    public Task<BudgetOutcome> SetAsync(BudgetChange change, DateTimeOffset now, CancellationToken cancellationToken) =>
        tables.WriteAsync(SubjectOf(change.Scope), table => SetAsync(table, change, now), cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(BudgetScope scope, ResetInterval interval, CancellationToken cancellationToken) => tables.WriteAsync(
        SubjectOf(scope),
        table => table.ExecuteAsync(
            """DELETE FROM budget WHERE level = @level AND scope_id = @scope AND "interval" = @interval""",
            ("level", (int)scope.Level), ("scope", table.Id(scope.Id)), ("interval", (int)interval)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DaySpending>> ListDaysAsync(
        BudgetScope scope, DateOnly first, DateOnly last, CancellationToken cancellationToken) => tables.ReadSettledAsync(
        table =>
        {
            var (day, bound) = table.Dialect == CreditDialect.Sqlite ? ("day", "@{0}") : ("day - DATE '1970-01-01'", "DATE '1970-01-01' + @{0}");
            var sql = $"""
                SELECT {day}, credits_nanos, byok_nanos FROM spending
                WHERE level = @level AND scope_id = @scope
                  AND day >= {bound.Replace("{0}", "first", StringComparison.Ordinal)}
                  AND day <= {bound.Replace("{0}", "last", StringComparison.Ordinal)}
                ORDER BY day
                """;
            return table.ListAsync(
                sql,
                row => new DaySpending(UtcDay.ToDate(row.GetInt32(0)), new Money(row.GetInt64(1)), new Money(row.GetInt64(2))),
                ("level", (int)scope.Level), ("scope", table.Id(scope.Id)), ("first", NumberOf(first)), ("last", NumberOf(last)));
        },
        cancellationToken);

    private static int NumberOf(DateOnly day) => day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private static string SubjectOf(BudgetScope scope) => $"budget/{(int)scope.Level}/{scope.Id:N}";

    private static Task<IReadOnlyList<BudgetPlan>> ListAsync(TableConnection table, BudgetScope scope) => table.ListAsync(
        Select(table, "b.level = @level AND b.scope_id = @scope"), Read, ("level", (int)scope.Level), ("scope", table.Id(scope.Id)));

    private static async Task<bool> IncludesByokAsync(TableConnection table, BudgetScope scope) => await table.CountAsync(
        "SELECT count(*) FROM budget_scope WHERE level = @level AND scope_id = @scope AND includes_byok = @yes",
        ("level", (int)scope.Level), ("scope", table.Id(scope.Id)), ("yes", true)) > 0;

    private static async Task<BudgetOutcome> SetAsync(TableConnection table, BudgetChange change, DateTimeOffset now)
    {
        var (scope, interval) = (change.Scope, change.Interval);
        var present = await ListAsync(table, scope);
        if (BudgetOrder.FindConflict([.. present.Select(static plan => plan.Budget)], interval, change.Limit) is { } conflict)
        {
            return new BudgetOutcome(null, conflict);
        }

        if (change.IncludesByok is { } includes && includes != await IncludesByokAsync(table, scope))
        {
            await table.ExecuteAsync(
                """
                INSERT INTO budget_scope (level, scope_id, includes_byok) VALUES (@level, @scope, @includes)
                ON CONFLICT (level, scope_id) DO UPDATE SET includes_byok = excluded.includes_byok
                """,
                ("level", (int)scope.Level), ("scope", table.Id(scope.Id)), ("includes", includes));
        }

        var before = present.FirstOrDefault(plan => plan.Budget.Interval == interval);
        var percents = change.AlertPercents ?? before?.AlertPercents ?? BudgetPlan.UsualPercents;
        if (before is null || before.Budget.Limit != change.Limit || !percents.SequenceEqual(before.AlertPercents))
        {
            await table.ExecuteAsync(
                """
                INSERT INTO budget (level, scope_id, "interval", limit_nanos, alert_percents, created_at, updated_at)
                VALUES (@level, @scope, @interval, @limit, @percents, @now, @now)
                ON CONFLICT (level, scope_id, "interval") DO UPDATE SET limit_nanos = excluded.limit_nanos,
                  alert_percents = excluded.alert_percents, updated_at = excluded.updated_at
                """,
                ("level", (int)scope.Level), ("scope", table.Id(scope.Id)), ("interval", (int)interval),
                ("limit", change.Limit.Nanos), ("percents", Text(percents)), ("now", table.Time(now)));
        }

        return new BudgetOutcome((await ListAsync(table, scope)).First(plan => plan.Budget.Interval == interval), null);
    }

    private static string? Text(IReadOnlyList<int> percents) => percents.SequenceEqual(BudgetPlan.UsualPercents)
        ? null
        : string.Join(',', percents.Select(static percent => percent.ToString(CultureInfo.InvariantCulture)));

    // What belongs to nobody any more, such as the budgets of a level that has no owner here, is left out.
    private static string Select(TableConnection table, string condition) => $"""
        SELECT b.level, b.scope_id, b."interval", b.limit_nanos, s.includes_byok, b.alert_percents, owner.organization_id,
          {table.Dialect.Time("b.created_at")}, {table.Dialect.Time("b.updated_at")}
        FROM budget b
        JOIN (
          SELECT 0 AS level, id, id AS organization_id FROM organization
          UNION ALL SELECT 1, id, organization_id FROM workspace WHERE deleted_at IS NULL
          UNION ALL SELECT 2, id, organization_id FROM member
        ) owner ON owner.level = b.level AND owner.id = b.scope_id
        LEFT JOIN budget_scope s ON s.level = b.level AND s.scope_id = b.scope_id
        WHERE {condition}
        ORDER BY b.level, b.scope_id, CASE b."interval" WHEN 0 THEN 4 ELSE b."interval" END
        """;

    private static BudgetPlan Read(DbDataReader row)
    {
        var scope = new BudgetScope((BudgetLevel)row.GetInt32(0), row.Id(1));
        var budget = new Budget(scope, (ResetInterval)row.GetInt32(2), new Money(row.GetInt64(3)))
        {
            IncludesByok = !row.IsDBNull(4) && row.GetBoolean(4),
        };
        var percents = row.TextOrNull(5);
        return new BudgetPlan(budget, row.Id(6), row.Time(7), row.Time(8))
        {
            AlertPercents = percents is null
                ? BudgetPlan.UsualPercents
                : [.. percents.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text => int.Parse(text, CultureInfo.InvariantCulture))],
        };
    }
}
