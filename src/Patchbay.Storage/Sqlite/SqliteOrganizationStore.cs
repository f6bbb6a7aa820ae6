using Dapper;
using Patchbay.Identity;

namespace Patchbay.Storage.Sqlite;

/// <summary>Tenants in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteOrganizationStore(SqliteWriter writer, SqliteReaders readers) : IOrganizationStore
{
    private const string DefaultSql = """
        SELECT o.id, o.slug, o.name, o.created_at, w.id, w.slug, w.name, w.created_at, m.id, m.user_id, m.role, m.created_at
        FROM organization o
        JOIN workspace w ON w.organization_id = o.id AND w.slug = @slug
        JOIN member m ON m.organization_id = o.id AND m.role = @owner
        WHERE o.slug = @slug
        ORDER BY m.created_at, m.id LIMIT 1
        """;

    /// <inheritdoc/>
    public async Task<DefaultTenant> EnsureDefaultAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await FindDefaultAsync(cancellationToken) is { } existing)
        {
            return existing;
        }

        await writer.WriteApartAsync(session => Create(session, now), cancellationToken);
        return await FindDefaultAsync(cancellationToken)
            ?? throw new InvalidOperationException("The default organization has no owner or no default workspace.");
    }

    /// <inheritdoc/>
    public Task<Workspace?> FindWorkspaceAsync(Guid id, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    "SELECT id, organization_id, slug, name, created_at, logging_discount FROM workspace WHERE id = @id AND deleted_at IS NULL",
                    new { id = SqliteId.Of(id) },
                    cancellationToken: cancellationToken));
                return await row.FirstAsync(TenantRow.ReadWorkspace, cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> HasOrganizationAsync(Guid id, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            connection => connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT 1 FROM organization WHERE id = @id)", new { id = SqliteId.Of(id) },
                cancellationToken: cancellationToken)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> SetLoggingDiscountAsync(
        Guid workspaceId, Guid organizationId, bool enabled, CancellationToken cancellationToken) => writer.WriteApartAsync(
        session => session.Statement("UPDATE workspace SET logging_discount = ? WHERE id = ? AND organization_id = ?")
            .Start().Add(enabled).Add(workspaceId).Add(organizationId).Execute() == 1,
        cancellationToken);

    private Task<DefaultTenant?> FindDefaultAsync(CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    DefaultSql,
                    new { slug = TenantRow.DefaultSlug, owner = (int)MemberRole.Owner },
                    cancellationToken: cancellationToken));
                return await row.FirstAsync(TenantRow.ReadDefault, cancellationToken);
            },
            cancellationToken);

    /// <summary>False when another process was first: the transaction excludes every other writer.</summary>
    private static bool Create(SqliteSession session, DateTimeOffset now)
    {
        var organization = Guid.CreateVersion7(now);
        var user = Guid.CreateVersion7(now);
        var inserted = session.Statement("""
            INSERT INTO organization (id, slug, name, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (slug) DO NOTHING
            """).Start().Add(organization).Add(TenantRow.DefaultSlug).Add("Default").Add(now).Execute();
        if (inserted == 0)
        {
            return false;
        }

        session.Statement("INSERT INTO workspace (id, organization_id, slug, name, created_at) VALUES (?, ?, ?, ?, ?)")
            .Start().Add(Guid.CreateVersion7(now)).Add(organization).Add(TenantRow.DefaultSlug).Add("Default").Add(now).Execute();
        session.Statement("INSERT INTO app_user (id, email, name, created_at) VALUES (?, NULL, ?, ?)")
            .Start().Add(user).Add("Operator").Add(now).Execute();
        session.Statement("INSERT INTO member (id, organization_id, user_id, role, created_at) VALUES (?, ?, ?, ?, ?)")
            .Start().Add(Guid.CreateVersion7(now)).Add(organization).Add(user).Add((long)MemberRole.Owner).Add(now).Execute();
        return true;
    }
}
