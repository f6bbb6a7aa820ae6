using System.Data.Common;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage;

/// <summary>Reads the totals of the books.</summary>
internal static class LedgerTotalsRow
{
    /// <summary>One statement, which sees one state.</summary>
    public const string Sql = """
        SELECT
          (SELECT count(*) FROM generation),
          (SELECT count(*) FROM ledger_entry),
          (SELECT CAST(coalesce(sum(charge_nanos), 0) AS bigint) FROM generation)
        """;

    /// <summary>Reads its row.</summary>
    public static LedgerTotals Read(DbDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), new Money(row.GetInt64(2)));
}
