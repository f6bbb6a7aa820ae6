using System.Data.Common;
using Patchbay.Catalog;

namespace Patchbay.Storage;

/// <summary>Reads rows about overrides of the catalogue.</summary>
internal static class CatalogOverrideRow
{
    /// <summary>The number of the last change.</summary>
    public const string RevisionSql = "SELECT coalesce(max(revision), 0) FROM catalog_override_change";

    /// <summary>Reads an override: subject, facts, note, author, time.</summary>
    public static CatalogOverride Read(DbDataReader row) => CatalogOverride.Parse(
        row.GetString(0), row.GetString(1), row.TextOrNull(2), row.GetString(3), row.Time(4));

    /// <summary>Reads a change: subject, facts or null, note, author, time, revision.</summary>
    public static CatalogOverrideChange ReadChange(DbDataReader row) => new(
        row.GetInt64(5), row.GetString(0), row.IsDBNull(1) ? null : Read(row), row.GetString(3), row.Time(4));
}
