using System.Data.Common;
using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>Reads a row of <c>rate_limit</c>.</summary>
internal static class RateLimitRow
{
    /// <summary>All rows.</summary>
    public const string Select = """
        SELECT level, scope_id, requests_per_minute, tokens_per_minute, concurrency, priority
        FROM rate_limit ORDER BY level, scope_id
        """;

    /// <summary>Reads one.</summary>
    public static RateLimit Read(DbDataReader row) => new(new BudgetScope((BudgetLevel)row.GetInt32(0), row.Id(1)))
    {
        RequestsPerMinute = row.LongOrNull(2),
        TokensPerMinute = row.LongOrNull(3),
        Concurrency = row.IntOrNull(4),
        Priority = row.GetInt32(5),
    };
}
