using System.Data.Common;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Storage;

/// <summary>Workspaces in either database.</summary>
/// <param name="tables">The database.</param>
internal sealed class WorkspaceStore(ITables tables) : IWorkspaceStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<Workspace>> ListAsync(
        Guid organizationId, int offset, int limit, CancellationToken cancellationToken) => tables.ReadAsync(
        table => table.ListAsync(
            Select(table, "organization_id = @organization ORDER BY created_at, id LIMIT @limit OFFSET @offset"), Read,
            ("organization", table.Id(organizationId)), ("limit", limit), ("offset", offset)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> CountAsync(Guid organizationId, CancellationToken cancellationToken) => tables.ReadAsync(
        async table => (int)await table.CountAsync(
            "SELECT count(*) FROM workspace WHERE organization_id = @organization AND deleted_at IS NULL",
            ("organization", table.Id(organizationId))),
        cancellationToken);

    /// <inheritdoc/>
    public Task<Workspace?> FindAsync(Guid organizationId, string idOrSlug, CancellationToken cancellationToken) =>
        tables.ReadAsync(table => FindAsync(table, organizationId, idOrSlug), cancellationToken);

    /// <inheritdoc/>
    public Task<WorkspaceChange> CreateAsync(Workspace workspace, CancellationToken cancellationToken) => tables.WriteAsync(
        SubjectOf(workspace.OrganizationId),
        async table =>
        {
            if (await FindAsync(table, workspace.OrganizationId, workspace.Id) is not null)
            {
                return WorkspaceChange.Done;
            }

            if (await IsTakenAsync(table, workspace))
            {
                return WorkspaceChange.SlugTaken;
            }

            await table.ExecuteAsync(
                """
                INSERT INTO workspace (id, organization_id, slug, name, description, created_by, created_at, logging_discount)
                VALUES (@id, @organization, @slug, @name, @description, @creator, @created, @discount)
                """,
                ("id", table.Id(workspace.Id)), ("organization", table.Id(workspace.OrganizationId)), ("slug", workspace.Slug),
                ("name", workspace.Name), ("description", workspace.Description), ("creator", table.Id(workspace.CreatedBy)),
                ("created", table.Time(workspace.CreatedAt)), ("discount", workspace.LoggingDiscount));
            return WorkspaceChange.Done;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<(WorkspaceChange Change, Workspace? Workspace)> UpdateAsync(
        Guid organizationId, string idOrSlug, Func<Workspace, Workspace> change, CancellationToken cancellationToken) =>
        tables.WriteAsync<(WorkspaceChange Change, Workspace? Workspace)>(
            SubjectOf(organizationId),
            async table =>
            {
                if (await FindAsync(table, organizationId, idOrSlug) is not { } found)
                {
                    return (WorkspaceChange.NotFound, null);
                }

                var workspace = change(found);
                if (workspace == found)
                {
                    return (WorkspaceChange.Done, found);
                }

                if (await IsTakenAsync(table, workspace))
                {
                    return (WorkspaceChange.SlugTaken, null);
                }

                await table.ExecuteAsync(
                    """
                    UPDATE workspace SET slug = @slug, name = @name, description = @description, logging_discount = @discount,
                      updated_at = @updated
                    WHERE id = @id
                    """,
                    ("id", table.Id(found.Id)), ("slug", workspace.Slug), ("name", workspace.Name),
                    ("description", workspace.Description), ("updated", table.Time(workspace.UpdatedAt)),
                    ("discount", workspace.LoggingDiscount));
                return (WorkspaceChange.Done, workspace);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<WorkspaceChange> DeleteAsync(
        Guid id, Guid organizationId, DateTimeOffset now, CancellationToken cancellationToken) => tables.WriteAsync(
        SubjectOf(organizationId),
        async table =>
        {
            var key = table.Id(id);
            if (await FindAsync(table, organizationId, id) is null)
            {
                return WorkspaceChange.NotFound;
            }

            // Keys that are being made in it are made before, or not at all.
            await table.LockRowAsync("workspace", key);
            if (await table.CountAsync("SELECT count(*) FROM api_key WHERE workspace_id = @id", ("id", key)) > 0)
            {
                return WorkspaceChange.HasKeys;
            }

            if (await table.CountAsync("SELECT count(*) FROM byok_key WHERE workspace_id = @id AND deleted_at IS NULL", ("id", key)) > 0)
            {
                return WorkspaceChange.HasProviderKeys;
            }

            // Nobody adds deliveries to a target while it goes.
            await table.LockAsync(AlertStore.SubjectOf(organizationId));
            foreach (var name in (string[])["budget", "budget_scope", "rate_limit"])
            {
                await table.ExecuteAsync(
                    $"DELETE FROM {name} WHERE level = @level AND scope_id = @id", ("level", (int)BudgetLevel.Workspace), ("id", key));
            }

            await table.ExecuteAsync(
                "DELETE FROM alert_delivery WHERE target_id IN (SELECT id FROM alert_target WHERE workspace_id = @id)", ("id", key));
            await table.ExecuteAsync("DELETE FROM alert_target WHERE workspace_id = @id", ("id", key));
            await table.ExecuteAsync("DELETE FROM guardrail WHERE workspace_id = @id", ("id", key));
            await table.ExecuteAsync(
                "UPDATE workspace SET deleted_at = @now, slug = @slug WHERE id = @id",
                ("now", table.Time(now)), ("slug", id.ToString("N")), ("id", key));
            return WorkspaceChange.Done;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Member>> ListMembersAsync(Guid organizationId, CancellationToken cancellationToken) =>
        tables.ReadAsync(
            table => table.ListAsync(
                $"SELECT id, organization_id, user_id, role, {table.Dialect.Time("created_at")} FROM member WHERE organization_id = @organization ORDER BY created_at, id",
                static row => new Member(row.Id(0), row.Id(1), row.Id(2), (MemberRole)row.GetInt32(3), row.Time(4)),
                ("organization", table.Id(organizationId))),
            cancellationToken);

    /// <summary>Who changes workspaces of an organization, or what belongs to one, comes one after the other.</summary>
    internal static string SubjectOf(Guid organizationId) => $"workspace/{organizationId:N}";

    private static async Task<Workspace?> FindAsync(TableConnection table, Guid organizationId, string idOrSlug) =>
        (Guid.TryParseExact(idOrSlug, "D", out var id) ? await FindAsync(table, organizationId, id) : null)
        ?? await table.FirstAsync(
            Select(table, "organization_id = @organization AND slug = @slug"), Read,
            ("organization", table.Id(organizationId)), ("slug", idOrSlug));

    private static Task<Workspace?> FindAsync(TableConnection table, Guid organizationId, Guid id) => table.FirstAsync(
        Select(table, "organization_id = @organization AND id = @id"), Read, ("organization", table.Id(organizationId)), ("id", table.Id(id)));

    private static async Task<bool> IsTakenAsync(TableConnection table, Workspace workspace) => await table.CountAsync(
        "SELECT count(*) FROM workspace WHERE organization_id = @organization AND slug = @slug AND id <> @id",
        ("organization", table.Id(workspace.OrganizationId)), ("slug", workspace.Slug), ("id", table.Id(workspace.Id))) > 0;

    private static string Select(TableConnection table, string condition) => $"""
        SELECT id, organization_id, slug, name, {table.Dialect.Time("created_at")}, logging_discount, description, created_by,
          {table.Dialect.Time("updated_at")}
        FROM workspace WHERE deleted_at IS NULL AND {condition}
        """;

    private static Workspace Read(DbDataReader row) => TenantRow.ReadWorkspace(row) with
    {
        Description = row.TextOrNull(6),
        CreatedBy = row.IdOrNull(7),
        UpdatedAt = row.TimeOrNull(8),
    };
}
