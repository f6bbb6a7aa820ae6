using Dapper;
using Npgsql;
using Patchbay.Identity;

namespace Patchbay.Storage.Postgres;

/// <summary>Tenants in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresOrganizationStore(PostgresDatabase database) : IOrganizationStore
{
    private const string DefaultSql = """
        SELECT o.id, o.slug, o.name, unix_ms(o.created_at), w.id, w.slug, w.name, unix_ms(w.created_at),
          m.id, m.user_id, m.role, unix_ms(m.created_at)
        FROM organization o
        JOIN workspace w ON w.organization_id = o.id AND w.slug = @slug
        JOIN member m ON m.organization_id = o.id AND m.role = @owner
        WHERE o.slug = @slug
        ORDER BY m.created_at, m.id LIMIT 1
        """;

    private const string InsertOrganization = """
        INSERT INTO organization (id, slug, name, created_at) VALUES (@organization, @slug, @name, @now)
        ON CONFLICT (slug) DO NOTHING
        """;

    private const string InsertRest = """
        INSERT INTO workspace (id, organization_id, slug, name, created_at) VALUES (@workspace, @organization, @slug, @name, @now);
        INSERT INTO app_user (id, email, name, created_at) VALUES (@user, NULL, @userName, @now);
        INSERT INTO member (id, organization_id, user_id, role, created_at) VALUES (@member, @organization, @user, @owner, @now)
        """;

    /// <inheritdoc/>
    public Task<DefaultTenant> EnsureDefaultAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                if (await FindDefaultAsync(connection, cancellationToken) is { } existing)
                {
                    return existing;
                }

                await CreateAsync(connection, now, cancellationToken);
                return await FindDefaultAsync(connection, cancellationToken)
                    ?? throw new InvalidOperationException("The default organization has no owner or no default workspace.");
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<Workspace?> FindWorkspaceAsync(Guid id, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
                    "SELECT id, organization_id, slug, name, unix_ms(created_at), logging_discount FROM workspace WHERE id = @id AND deleted_at IS NULL",
                    new { id },
                    cancellationToken: cancellationToken));
                return await row.FirstAsync(TenantRow.ReadWorkspace, cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> HasOrganizationAsync(Guid id, CancellationToken cancellationToken) => database.UseAsync(
        connection => connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT 1 FROM organization WHERE id = @id)", new { id }, cancellationToken: cancellationToken)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> SetLoggingDiscountAsync(
        Guid workspaceId, Guid organizationId, bool enabled, CancellationToken cancellationToken) => database.UseAsync(
        async connection => await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE workspace SET logging_discount = @enabled WHERE id = @workspaceId AND organization_id = @organizationId",
            new { enabled, workspaceId, organizationId },
            cancellationToken: cancellationToken)) == 1,
        cancellationToken);

    private static async Task<DefaultTenant?> FindDefaultAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
            DefaultSql,
            new { slug = TenantRow.DefaultSlug, owner = (int)MemberRole.Owner },
            cancellationToken: cancellationToken));
        return await row.FirstAsync(TenantRow.ReadDefault, cancellationToken);
    }

    /// <summary>Does nothing when another process was first: the unique slug makes the second wait for the first's commit.</summary>
    private static async Task CreateAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var parameters = new
        {
            organization = Guid.CreateVersion7(now),
            workspace = Guid.CreateVersion7(now),
            user = Guid.CreateVersion7(now),
            member = Guid.CreateVersion7(now),
            slug = TenantRow.DefaultSlug,
            name = "Default",
            userName = "Operator",
            owner = (int)MemberRole.Owner,
            now = PostgresTime.Of(now),
        };
        if (await connection.ExecuteAsync(new CommandDefinition(
            InsertOrganization, parameters, transaction, cancellationToken: cancellationToken)) == 1)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                InsertRest, parameters, transaction, cancellationToken: cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
