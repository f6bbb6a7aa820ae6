using System.Data.Common;
using Patchbay.Identity;

namespace Patchbay.Storage;

/// <summary>Guardrails in either database.</summary>
/// <param name="tables">The database.</param>
internal sealed class GuardrailStore(ITables tables) : IGuardrailStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<Guardrail>> ListAsync(
        Guid organizationId, Guid workspaceId, int offset, int limit, CancellationToken cancellationToken) => tables.ReadAsync(
        table => table.ListAsync(
            $"""
            {Select(table)} WHERE g.organization_id = @organization AND g.workspace_id = @workspace
            ORDER BY g.created_at, g.id LIMIT @limit OFFSET @offset
            """,
            GuardrailRow.Read,
            ("organization", table.Id(organizationId)), ("workspace", table.Id(workspaceId)), ("limit", limit), ("offset", offset)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> CountAsync(Guid organizationId, Guid workspaceId, CancellationToken cancellationToken) => tables.ReadAsync(
        async table => (int)await table.CountAsync(
            "SELECT count(*) FROM guardrail WHERE organization_id = @organization AND workspace_id = @workspace",
            ("organization", table.Id(organizationId)), ("workspace", table.Id(workspaceId))),
        cancellationToken);

    /// <inheritdoc/>
    public Task<Guardrail?> FindAsync(Guid organizationId, Guid id, CancellationToken cancellationToken) => tables.ReadAsync(
        table => table.FirstAsync(
            $"{Select(table)} WHERE g.organization_id = @organization AND g.id = @id", GuardrailRow.Read,
            ("organization", table.Id(organizationId)), ("id", table.Id(id))),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Guardrail>> ListForAsync(
        Guid workspaceId, Guid? memberId, Guid? keyId, CancellationToken cancellationToken) => tables.ReadAsync(
        table => table.ListAsync(
            $"""
            SELECT {GuardrailRow.Columns(table.Dialect)} FROM (
              SELECT 0 AS place, id FROM guardrail WHERE workspace_id = @workspace AND is_default = @yes
              UNION ALL SELECT 1, guardrail_id FROM guardrail_assignment WHERE member_id = @member
              UNION ALL SELECT 2, guardrail_id FROM guardrail_assignment WHERE key_id = @key
            ) found JOIN guardrail g ON g.id = found.id ORDER BY found.place
            """,
            GuardrailRow.Read,
            ("workspace", table.Id(workspaceId)), ("member", table.Id(memberId ?? Guid.Empty)), ("key", table.Id(keyId ?? Guid.Empty)),
            ("yes", true)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> SaveAsync(Guardrail guardrail, bool mayBeNew, CancellationToken cancellationToken) => tables.WriteAsync(
        WorkspaceStore.SubjectOf(guardrail.OrganizationId),
        async table =>
        {
            var written = await table.ExecuteAsync(
                """
                INSERT INTO guardrail (id, organization_id, workspace_id, is_default, name, description, limit_nanos, reset_interval,
                  includes_byok, policy, created_at, updated_at)
                SELECT @id, w.organization_id, w.id, @default, @name, @description, @limit, @reset, @byok, @policy, @created, @updated
                FROM workspace w WHERE w.id = @workspace AND w.organization_id = @organization AND w.deleted_at IS NULL
                  AND (@new = @yes OR EXISTS (SELECT 1 FROM guardrail WHERE id = @id))
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description,
                  limit_nanos = excluded.limit_nanos, reset_interval = excluded.reset_interval,
                  includes_byok = excluded.includes_byok, policy = excluded.policy, updated_at = excluded.updated_at
                """,
                ("id", table.Id(guardrail.Id)), ("organization", table.Id(guardrail.OrganizationId)),
                ("workspace", table.Id(guardrail.WorkspaceId)), ("default", guardrail.IsDefault), ("name", guardrail.Name),
                ("description", guardrail.Description), ("limit", guardrail.Limit?.Nanos), ("reset", (int)guardrail.Reset),
                ("byok", guardrail.IncludesByok), ("policy", GuardrailRow.Text(guardrail.Policy)),
                ("created", table.Time(guardrail.CreatedAt)), ("updated", table.Time(guardrail.UpdatedAt)),
                ("new", mayBeNew), ("yes", true));
            return written == 1;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(Guid organizationId, Guid id, CancellationToken cancellationToken) => tables.WriteAsync(
        WorkspaceStore.SubjectOf(organizationId),
        async table => await table.ExecuteAsync(
            "DELETE FROM guardrail WHERE id = @id AND organization_id = @organization",
            ("id", table.Id(id)), ("organization", table.Id(organizationId))) == 1,
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<GuardrailAssignment>> ListAssignmentsAsync(
        Guid organizationId, GuardrailSubject subject, Guid? guardrailId, int offset, int limit,
        CancellationToken cancellationToken) => tables.ReadAsync(
        table => table.ListAsync(
            $"""
            SELECT a.id, a.guardrail_id, a.assigned_by, {table.Dialect.Time("a.created_at")}, k.hash, k.name, k.label, m.user_id
            FROM guardrail_assignment a LEFT JOIN api_key k ON k.id = a.key_id LEFT JOIN member m ON m.id = a.member_id
            WHERE a.organization_id = @organization AND a.{ColumnOf(subject)} IS NOT NULL {Of(guardrailId)}
            ORDER BY a.created_at, a.id LIMIT @limit OFFSET @offset
            """,
            Read,
            ("organization", table.Id(organizationId)), ("guardrail", table.Id(guardrailId)), ("limit", limit), ("offset", offset)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> CountAssignmentsAsync(
        Guid organizationId, GuardrailSubject subject, Guid? guardrailId, CancellationToken cancellationToken) => tables.ReadAsync(
        async table => (int)await table.CountAsync(
            $"""
            SELECT count(*) FROM guardrail_assignment a
            WHERE a.organization_id = @organization AND a.{ColumnOf(subject)} IS NOT NULL {Of(guardrailId)}
            """,
            ("organization", table.Id(organizationId)), ("guardrail", table.Id(guardrailId))),
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> AssignAsync(
        Guardrail guardrail, GuardrailSubject subject, IReadOnlyList<Guid> ids, Guid? assignedBy, DateTimeOffset now,
        CancellationToken cancellationToken) => tables.WriteAsync(
        WorkspaceStore.SubjectOf(guardrail.OrganizationId),
        async table =>
        {
            var (column, owner) = (ColumnOf(subject), subject == GuardrailSubject.Key ? "api_key" : "member");
            var organization = ("organization", table.Id(guardrail.OrganizationId));
            if (await table.CountAsync("SELECT count(*) FROM guardrail WHERE id = @id", ("id", table.Id(guardrail.Id))) == 0)
            {
                return false;
            }

            foreach (var id in ids)
            {
                if (await table.CountAsync(
                    $"SELECT count(*) FROM {owner} WHERE id = @id AND organization_id = @organization",
                    ("id", table.Id(id)), organization) == 0)
                {
                    return false;
                }
            }

            var changed = 0;
            foreach (var id in ids)
            {
                changed += await table.ExecuteAsync(
                    $"""
                    INSERT INTO guardrail_assignment AS a (id, organization_id, guardrail_id, {column}, assigned_by, created_at)
                    VALUES (@id, @organization, @guardrail, @subject, @by, @now)
                    ON CONFLICT ({column}) DO UPDATE SET id = excluded.id, guardrail_id = excluded.guardrail_id,
                      assigned_by = excluded.assigned_by, created_at = excluded.created_at
                    WHERE a.guardrail_id <> excluded.guardrail_id
                    """,
                    ("id", table.Id(Guid.CreateVersion7(now))), organization, ("guardrail", table.Id(guardrail.Id)),
                    ("subject", table.Id(id)), ("by", table.Id(assignedBy)), ("now", table.Time(now)));
            }

            await TellAsync(table, guardrail.OrganizationId, changed);
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> UnassignAsync(
        Guardrail guardrail, GuardrailSubject subject, IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        tables.WriteAsync(
            WorkspaceStore.SubjectOf(guardrail.OrganizationId),
            async table =>
            {
                var changed = 0;
                foreach (var id in ids)
                {
                    changed += await table.ExecuteAsync(
                        $"DELETE FROM guardrail_assignment WHERE guardrail_id = @guardrail AND {ColumnOf(subject)} = @subject",
                        ("guardrail", table.Id(guardrail.Id)), ("subject", table.Id(id)));
                }

                await TellAsync(table, guardrail.OrganizationId, changed);
                return changed;
            },
            cancellationToken);

    // Once for all assignments of a transaction.
    private static Task TellAsync(TableConnection table, Guid organizationId, int changed) =>
        changed > 0 && table.Dialect != CreditDialect.Sqlite
            ? table.ExecuteAsync(
                "SELECT note_change(@topic, @organization)",
                ("topic", StorageChange.Guardrail), ("organization", organizationId.ToString("D")))
            : Task.CompletedTask;

    private static string ColumnOf(GuardrailSubject subject) => subject == GuardrailSubject.Key ? "key_id" : "member_id";

    private static string Of(Guid? guardrailId) => guardrailId is null ? "" : "AND a.guardrail_id = @guardrail";

    private static string Select(TableConnection table) => $"SELECT {GuardrailRow.Columns(table.Dialect)} FROM guardrail g";

    private static GuardrailAssignment Read(DbDataReader row) => new(row.Id(0), row.Id(1), row.IdOrNull(2), row.Time(3))
    {
        Key = row.TextOrNull(4) is { } hash ? new AssignedKey(hash, row.GetString(5), row.GetString(6)) : null,
        UserId = row.IdOrNull(7),
    };
}
