using System.Data.Common;
using Patchbay.Identity;

namespace Patchbay.Storage;

/// <summary>Reads rows about tenants.</summary>
internal static class TenantRow
{
    /// <summary>The slug of the organization and the workspace that a new installation starts with.</summary>
    public const string DefaultSlug = "default";

    /// <summary>Reads a workspace: id, organization, slug, name, created, discount.</summary>
    public static Workspace ReadWorkspace(DbDataReader row) =>
        new(row.Id(0), row.Id(1), row.GetString(2), row.GetString(3), row.Time(4)) { LoggingDiscount = row.GetBoolean(5) };

    /// <summary>Reads the default tenant: organization (id, slug, name, created), workspace (id, slug, name, created),
    /// member (id, user, role, created).</summary>
    public static DefaultTenant ReadDefault(DbDataReader row)
    {
        var organization = new Organization(row.Id(0), row.GetString(1), row.GetString(2), row.Time(3));
        return new DefaultTenant(
            organization,
            new Workspace(row.Id(4), organization.Id, row.GetString(5), row.GetString(6), row.Time(7)),
            new Member(row.Id(8), organization.Id, row.Id(9), (MemberRole)row.GetInt32(10), row.Time(11)));
    }
}
