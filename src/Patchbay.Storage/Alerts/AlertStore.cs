using System.Data.Common;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage;

/// <summary>Alerts in either database.</summary>
/// <param name="tables">The database.</param>
internal sealed class AlertStore(ITables tables) : IAlertStore
{
    private const int MostTests = 5;
    private const string OfOrganization = "WHERE a.organization_id = @organization ORDER BY a.created_at DESC, d.id DESC LIMIT @limit OFFSET @offset";

    // The first of each organization, then the second of each: none waits behind all of another's.
    private const string Due = """
        JOIN (
          SELECT w.id, row_number() OVER (PARTITION BY o.organization_id ORDER BY w.next_at, w.id) AS place
          FROM alert_delivery w JOIN alert_target o ON o.id = w.target_id
          WHERE w.state = 0 AND w.next_at <= @now) due ON due.id = d.id
        WHERE due.place <= @each ORDER BY due.place, d.next_at, d.id LIMIT @limit
        """;

    /// <inheritdoc/>
    public Task<bool> AddAsync(Alert alert, CancellationToken cancellationToken) => tables.WriteAsync(
        SubjectOf(alert.OrganizationId), table => AddAsync(table, alert, null), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> AddTestAsync(Alert alert, Guid targetId, DateTimeOffset since, CancellationToken cancellationToken) =>
        tables.WriteAsync(
            SubjectOf(alert.OrganizationId),
            async table =>
            {
                if (await table.CountAsync("SELECT count(*) FROM alert WHERE key = @key", ("key", alert.Key)) > 0)
                {
                    return true;
                }

                var isBusy = await table.CountAsync(
                    """
                    SELECT count(*) FROM alert_delivery d JOIN alert a ON a.id = d.alert_id
                    WHERE d.target_id = @target AND (d.state = 0 OR (a.kind = @kind AND d.created_at > @since))
                    """,
                    ("target", table.Id(targetId)), ("kind", alert.Kind), ("since", table.Time(since))) > 0;

                // Also those to targets that were deleted since.
                var tests = await table.CountAsync(
                    "SELECT count(*) FROM alert WHERE organization_id = @organization AND created_at > @since AND kind = @kind",
                    ("organization", table.Id(alert.OrganizationId)), ("since", table.Time(since)), ("kind", alert.Kind));
                return !isBusy && tests < MostTests && await AddAsync(table, alert, targetId);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AlertTarget>> ListTargetsAsync(Guid organizationId, CancellationToken cancellationToken) =>
        tables.ReadAsync(table => ListTargetsAsync(table, organizationId), cancellationToken);

    /// <inheritdoc/>
    public Task<AlertTarget?> FindTargetAsync(Guid id, Guid organizationId, CancellationToken cancellationToken) =>
        tables.ReadAsync(
            table => table.FirstAsync(
                $"SELECT {TargetColumns(table)} FROM alert_target t WHERE t.id = @id AND t.organization_id = @organization",
                static row => ReadTarget(row, 0), ("id", table.Id(id)), ("organization", table.Id(organizationId))),
            cancellationToken);

    /// <inheritdoc/>
    public Task AddTargetAsync(AlertTarget target, CancellationToken cancellationToken) => tables.WriteAsync(
        SubjectOf(target.OrganizationId),
        table => table.ExecuteAsync(
            """
            INSERT INTO alert_target (id, organization_id, workspace_id, kind, address, secret, created_at)
            VALUES (@id, @organization, @workspace, @kind, @address, @secret, @created)
            ON CONFLICT (id) DO UPDATE SET secret = excluded.secret
            """,
            ("id", table.Id(target.Id)), ("organization", table.Id(target.OrganizationId)), ("workspace", table.Id(target.WorkspaceId)),
            ("kind", (int)target.Kind), ("address", target.Address), ("secret", target.Sealed), ("created", table.Time(target.CreatedAt))),
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteTargetAsync(Guid id, Guid organizationId, CancellationToken cancellationToken) => tables.WriteAsync(
        SubjectOf(organizationId),
        async table =>
        {
            await table.ExecuteAsync(
                "DELETE FROM alert_delivery WHERE target_id IN (SELECT id FROM alert_target WHERE id = @id AND organization_id = @organization)",
                ("id", table.Id(id)), ("organization", table.Id(organizationId)));
            return await table.ExecuteAsync(
                "DELETE FROM alert_target WHERE id = @id AND organization_id = @organization",
                ("id", table.Id(id)), ("organization", table.Id(organizationId))) == 1;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AlertDelivery>> ListDeliveriesAsync(
        Guid organizationId, int offset, int limit, CancellationToken cancellationToken) => tables.ReadAsync(
        table => table.ListAsync(
            Select(table, OfOrganization), ReadDelivery,
            ("organization", table.Id(organizationId)), ("limit", limit), ("offset", offset)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AlertDelivery>> ListDueAsync(
        DateTimeOffset now, int each, int limit, CancellationToken cancellationToken) => tables.ReadAsync(
        table => table.ListAsync(
            Select(table, Due), ReadDelivery, ("now", table.Time(now)), ("each", each), ("limit", limit)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ClaimAsync(AlertDelivery delivery, DateTimeOffset until, CancellationToken cancellationToken) =>
        tables.WriteAsync(
            $"alert/{delivery.Id:N}",
            async table => await table.ExecuteAsync(
                "UPDATE alert_delivery SET attempts = attempts + 1, next_at = @until WHERE id = @id AND state = 0 AND attempts = @attempts",
                ("until", table.Time(until)), ("id", table.Id(delivery.Id)), ("attempts", delivery.Attempts)) == 1,
            cancellationToken);

    /// <inheritdoc/>
    public Task FinishAsync(
        Guid id, AlertDeliveryState state, DateTimeOffset at, string? problem, CancellationToken cancellationToken) => tables.WriteAsync(
        $"alert/{id:N}",
        table => state == AlertDeliveryState.Waiting
            ? table.ExecuteAsync(
                "UPDATE alert_delivery SET next_at = @at, problem = @problem WHERE id = @id AND state = 0",
                ("at", table.Time(at)), ("problem", problem), ("id", table.Id(id)))
            : table.ExecuteAsync(
                "UPDATE alert_delivery SET state = @state, ended_at = @at, problem = @problem WHERE id = @id AND state = 0",
                ("state", (int)state), ("at", table.Time(at)), ("problem", problem), ("id", table.Id(id))),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) => tables.WriteAsync(
        "alerts/ended",
        async table =>
        {
            var deleted = await table.ExecuteAsync(
                "DELETE FROM alert_delivery WHERE state <> 0 AND ended_at < @before", ("before", table.Time(before)));
            await table.ExecuteAsync(
                """
                DELETE FROM alert WHERE kind = @kind AND created_at < @before
                AND NOT EXISTS (SELECT 1 FROM alert_delivery d WHERE d.alert_id = alert.id)
                """,
                ("kind", Alert.TestKind), ("before", table.Time(before)));
            return deleted;
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<Money?> GetLowCreditsAsync(Guid organizationId, CancellationToken cancellationToken)
    {
        foreach (var low in await ListLowCreditsAsync(cancellationToken))
        {
            if (low.OrganizationId == organizationId)
            {
                return low.Below;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public Task SetLowCreditsAsync(Guid organizationId, Money? limit, CancellationToken cancellationToken) => tables.WriteAsync(
        SubjectOf(organizationId),
        table => table.ExecuteAsync(
            "UPDATE organization SET low_credits_nanos = @limit WHERE id = @id",
            ("limit", limit?.Nanos), ("id", table.Id(organizationId))),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LowCredits>> ListLowCreditsAsync(CancellationToken cancellationToken) => tables.ReadAsync(
        table => table.ListAsync(
            "SELECT id, low_credits_nanos FROM organization WHERE low_credits_nanos IS NOT NULL",
            static row => new LowCredits(row.Id(0), new Money(row.GetInt64(1)))),
        cancellationToken);

    /// <summary>What is locked while targets and alerts of an organization change: they come one after the other, so that no
    /// target is missed and none goes away meanwhile.</summary>
    internal static string SubjectOf(Guid organizationId) => $"alerts/{organizationId:N}";

    private static async Task<bool> AddAsync(TableConnection table, Alert alert, Guid? only)
    {
        var added = await table.ExecuteAsync(
            """
            INSERT INTO alert (id, key, organization_id, workspace_id, kind, summary, data, created_at)
            VALUES (@id, @key, @organization, @workspace, @kind, @summary, @data, @created)
            ON CONFLICT (key) DO NOTHING
            """,
            ("id", table.Id(alert.Id)), ("key", alert.Key), ("organization", table.Id(alert.OrganizationId)),
            ("workspace", table.Id(alert.WorkspaceId)), ("kind", alert.Kind), ("summary", alert.Summary), ("data", alert.Data),
            ("created", table.Time(alert.CreatedAt)));
        if (added == 0)
        {
            return false;
        }

        foreach (var target in await ListTargetsAsync(table, alert.OrganizationId))
        {
            if (only is { } id ? target.Id == id : target.WorkspaceId is null || target.WorkspaceId == alert.WorkspaceId)
            {
                await table.ExecuteAsync(
                    """
                    INSERT INTO alert_delivery (id, alert_id, target_id, state, attempts, next_at, created_at)
                    VALUES (@id, @alert, @target, 0, 0, @now, @now)
                    """,
                    ("id", table.Id(Guid.CreateVersion7(alert.CreatedAt))), ("alert", table.Id(alert.Id)),
                    ("target", table.Id(target.Id)), ("now", table.Time(alert.CreatedAt)));
            }
        }

        return true;
    }

    private static Task<IReadOnlyList<AlertTarget>> ListTargetsAsync(TableConnection table, Guid organizationId) => table.ListAsync(
        $"SELECT {TargetColumns(table)} FROM alert_target t WHERE t.organization_id = @organization ORDER BY t.created_at, t.id",
        static row => ReadTarget(row, 0), ("organization", table.Id(organizationId)));

    private static string TargetColumns(TableConnection table) =>
        $"t.id, t.organization_id, t.workspace_id, t.kind, t.address, t.secret, {table.Dialect.Time("t.created_at")}";

    private static string Select(TableConnection table, string which) => $"""
        SELECT {TargetColumns(table)}, a.id, a.key, a.workspace_id, a.kind, a.summary, a.data, {table.Dialect.Time("a.created_at")},
          d.id, d.state, d.attempts, {table.Dialect.Time("d.next_at")}, d.problem, {table.Dialect.Time("d.created_at")},
          {table.Dialect.Time("d.ended_at")}
        FROM alert_delivery d JOIN alert a ON a.id = d.alert_id JOIN alert_target t ON t.id = d.target_id
        {which}
        """;

    private static AlertTarget ReadTarget(DbDataReader row, int first) => new()
    {
        Id = row.Id(first),
        OrganizationId = row.Id(first + 1),
        WorkspaceId = row.IdOrNull(first + 2),
        Kind = (AlertTargetKind)row.GetInt32(first + 3),
        Address = row.GetString(first + 4),
        Sealed = row.IsDBNull(first + 5) ? null : (byte[])row.GetValue(first + 5),
        CreatedAt = row.Time(first + 6),
    };

    private static AlertDelivery ReadDelivery(DbDataReader row)
    {
        var target = ReadTarget(row, 0);
        var alert = new Alert
        {
            Id = row.Id(7),
            Key = row.GetString(8),
            OrganizationId = target.OrganizationId,
            WorkspaceId = row.IdOrNull(9),
            Kind = row.GetString(10),
            Summary = row.GetString(11),
            Data = row.GetString(12),
            CreatedAt = row.Time(13),
        };
        return new AlertDelivery(
            row.Id(14), alert, target, (AlertDeliveryState)row.GetInt32(15), row.GetInt32(16), row.Time(17), row.TextOrNull(18),
            row.Time(19), row.TimeOrNull(20));
    }
}
