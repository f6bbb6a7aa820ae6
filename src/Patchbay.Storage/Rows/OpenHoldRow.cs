using System.Data.Common;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage;

/// <summary>Reads rows of <c>open_hold</c>.</summary>
internal static class OpenHoldRow
{
    /// <summary>Reads a row in the order of the table's columns, its time in unix milliseconds.</summary>
    public static OpenHold Read(DbDataReader row) => new()
    {
        GenerationId = row.GetString(0),
        CreatedAt = row.Time(1),
        OrganizationId = row.Id(2),
        WorkspaceId = row.Id(3),
        KeyId = row.IdOrNull(4),
        MemberId = row.IdOrNull(5),
        Model = row.GetString(6),
        ProviderName = row.TextOrNull(7),
        ProviderSlug = row.TextOrNull(8),
        EndpointId = row.TextOrNull(9),
        Streamed = row.GetBoolean(10),
        Amount = new Money(row.GetInt64(11)),
        EstimatedCost = new Money(row.GetInt64(12)),
    };
}
