using System.Data.Common;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Storage;

/// <summary>Reads rows of <c>api_key</c>.</summary>
internal static class ApiKeyRow
{
    /// <summary>Reads a row: id, hash, name, label, organization, workspace, member, creator, limit, reset, BYOK flag,
    /// expiry, disabled, management, created, updated; times in unix milliseconds.</summary>
    public static ApiKey Read(DbDataReader row)
    {
        if (!KeyHash.TryParse(row.GetString(1), out var hash))
        {
            throw new InvalidOperationException("A stored key's hash is not 64 hexadecimal digits.");
        }

        return new ApiKey
        {
            Id = row.Id(0),
            Hash = hash,
            Name = row.GetString(2),
            Label = row.GetString(3),
            OrganizationId = row.Id(4),
            WorkspaceId = row.Id(5),
            MemberId = row.IdOrNull(6),
            CreatorUserId = row.IdOrNull(7),
            Limit = row.LongOrNull(8) is { } limit ? new Money(limit) : null,
            LimitReset = (ResetInterval)row.GetInt32(9),
            IncludeByokInLimit = row.GetBoolean(10),
            ExpiresAt = row.TimeOrNull(11),
            Disabled = row.GetBoolean(12),
            IsManagement = row.GetBoolean(13),
            CreatedAt = row.Time(14),
            UpdatedAt = row.TimeOrNull(15),
        };
    }
}
