using System.Data.Common;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage;

/// <summary>Reads the sums of a scope's spending.</summary>
internal static class SpendingRow
{
    /// <summary>Reads one row: today, week, month, lifetime of credits, then the same of BYOK.</summary>
    public static ScopeSpending Read(DbDataReader row) => new(ReadPart(row, 0), ReadPart(row, 4));

    private static Spending ReadPart(DbDataReader row, int first) => new(
        new Money(row.GetInt64(first)),
        new Money(row.GetInt64(first + 1)),
        new Money(row.GetInt64(first + 2)),
        new Money(row.GetInt64(first + 3)));
}
