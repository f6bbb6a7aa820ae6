using System.Collections.Immutable;
using System.Data.Common;
using System.Text.Json;
using Patchbay.Identity;

namespace Patchbay.Storage;

/// <summary>Reads rows of <c>byok_key</c> and <c>data_key</c>.</summary>
internal static class ByokKeyRow
{
    /// <summary>Which rows a list holds: the workspace's own and those of all workspaces.</summary>
    public const string Listed = """
        organization_id = @organization AND deleted_at IS NULL AND (workspace_id IS NULL OR workspace_id = @workspace)
        """;

    /// <summary>The last revision of all rows.</summary>
    public const string RevisionSql = "SELECT coalesce(max(revision), 0) FROM byok_key";

    /// <summary>Reads a key: id, organization, workspace, provider, name, label, models, hashes, users, disabled, fallback,
    /// required, only, zdr, place, version, secret, created, deleted; times in unix milliseconds.</summary>
    public static ByokKey Read(DbDataReader row) => new()
    {
        Id = row.Id(0),
        OrganizationId = row.Id(1),
        WorkspaceId = row.IdOrNull(2),
        Provider = row.GetString(3),
        Name = row.TextOrNull(4),
        Label = row.GetString(5),
        AllowedModels = List(row.TextOrNull(6)),
        AllowedApiKeyHashes = List(row.TextOrNull(7)),
        AllowedUserIds = List(row.TextOrNull(8)),
        Disabled = row.GetBoolean(9),
        IsFallback = row.GetBoolean(10),
        IsRequired = row.GetBoolean(11),
        IsByokOnly = row.GetBoolean(12),
        DeclaredZdr = row.IsDBNull(13) ? null : row.GetBoolean(13),
        SortOrder = row.GetInt32(14),
        SecretVersion = row.GetInt32(15),
        Sealed = row.GetFieldValue<byte[]>(16),
        CreatedAt = row.Time(17),
        DeletedAt = row.TimeOrNull(18),
    };

    /// <summary>Reads a data key: organization, key id, wrapped, created.</summary>
    public static DataKey ReadDataKey(DbDataReader row) =>
        new(row.Id(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.Time(3));

    /// <summary>A list as it is stored.</summary>
    public static string? Text(ImmutableArray<string>? list) =>
        list is { } items ? JsonSerializer.Serialize(items.AsSpan().ToArray(), TextLists.Default.StringArray) : null;

    private static ImmutableArray<string>? List(string? text) => text is null
        ? null
        : ImmutableArray.Create(JsonSerializer.Deserialize(text, TextLists.Default.StringArray)!);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class TextLists : System.Text.Json.Serialization.JsonSerializerContext;
