using System.Data.Common;
using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>Reads rows of <c>idempotency</c>.</summary>
internal static class IdempotencyRow
{
    /// <summary>Reads a row: id, hash, state, owner, end of the claim, status, response, time; times in unix milliseconds.
    /// </summary>
    public static IdempotencyRecord Read(DbDataReader row) => new(
        row.Id(0),
        row.GetFieldValue<byte[]>(1),
        row.GetInt32(2) == 1,
        row.Id(3),
        row.Time(4),
        row.IntOrNull(5) ?? 0,
        row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6),
        row.Time(7));
}
