using System.Data.Common;
using Dapper;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage;

/// <summary>Runs queries about usage inside a transaction that gives one view of the database.</summary>
internal static class UsageReader
{
    /// <summary>Answers a query.</summary>
    public static async Task<UsageReport> QueryAsync(
        DbConnection connection,
        DbTransaction transaction,
        UsageQuery query,
        UsageDialect dialect,
        CancellationToken cancellationToken)
    {
        var reach = await ReadReachAsync(connection, transaction, cancellationToken);
        var statement = UsageStatement.Of(query, reach, dialect);
        await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
            statement.Text, statement.Parameters, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
        var everything = 0L;
        var rows = new List<UsageRow>();
        while (await row.ReadAsync(cancellationToken))
        {
            everything = row.GetInt64(UsageColumns.Sums.Count + 4);
            rows.Add(new UsageRow(row.TimeOrNull(0), ReadKeys(row, query.Dimensions), ReadTotals(row)));
        }

        return new UsageReport(rows, everything > rows.Count);
    }

    /// <summary>What is posted as owed to a provider.</summary>
    public static async Task<ProviderDebt> GetDebtAsync(
        DbConnection connection,
        string providerSlug,
        DateTimeOffset from,
        DateTimeOffset to,
        UsageDialect dialect,
        CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT CAST(coalesce(sum(CASE WHEN debit = @expense THEN amount_nanos ELSE 0 END), 0) AS bigint),
              CAST(coalesce(sum(CASE WHEN debit = @expense THEN 0 ELSE amount_nanos END), 0) AS bigint)
            FROM ledger_entry WHERE credit = @payable AND created_at >= @from AND created_at < @to
            """;
        await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
            sql,
            new
            {
                expense = LedgerAccount.ProviderExpense(providerSlug),
                payable = LedgerAccount.ProviderPayable(providerSlug),
                from = dialect.Time(from),
                to = dialect.Time(to),
            },
            commandTimeout: 0,
            cancellationToken: cancellationToken));
        await row.ReadAsync(cancellationToken);
        return new ProviderDebt(new Money(row.GetInt64(0)), new Money(row.GetInt64(1)));
    }

    private static async Task<UsageReach> ReadReachAsync(
        DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
            UsageReach.Sql, transaction: transaction, cancellationToken: cancellationToken));
        return await row.ReadAsync(cancellationToken) ? new UsageReach(row.GetInt64(0), row.GetInt64(1)) : default;
    }

    private static UsageKey[] ReadKeys(DbDataReader row, IReadOnlyList<UsageDimension> dimensions)
    {
        var keys = new UsageKey[dimensions.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            var column = UsageColumns.Sums.Count + 5 + (i * 3);
            keys[i] = new UsageKey(
                Text(row, column + 1, dimensions[i]) ?? Text(row, column, dimensions[i]), row.TextOrNull(column + 2));
        }

        return keys;
    }

    private static string? Text(DbDataReader row, int column, UsageDimension dimension) => row.IsDBNull(column)
        ? null
        : dimension switch
        {
            UsageDimension.Outcome => ((GenerationOutcome)row.GetInt32(column)).ToString().ToLowerInvariant(),
            UsageDimension.IsByok or UsageDimension.Streamed => row.GetBoolean(column) ? "true" : "false",
            _ => row.GetValue(column) switch
            {
                string text => text,
                _ => row.Id(column).ToString("D"),
            },
        };

    private static UsageTotals ReadTotals(DbDataReader row) => new()
    {
        Requests = row.GetInt64(1),
        Failed = row.GetInt64(2),
        Cancelled = row.GetInt64(3),
        Credits = new Money(row.GetInt64(4)),
        ByokCredits = new Money(row.GetInt64(5)),
        Cost = new Money(row.GetInt64(6)),
        ByokCost = new Money(row.GetInt64(7)),
        Loss = new Money(row.GetInt64(8)),
        PromptTokens = row.GetInt64(9),
        CompletionTokens = row.GetInt64(10),
        ReasoningTokens = row.GetInt64(11),
        CachedTokens = row.GetInt64(12),
        CacheWriteTokens = row.GetInt64(13),
        ImagesIn = row.GetInt64(14),
        ImagesOut = row.GetInt64(15),
        Searches = row.GetInt64(16),
        Timed = row.GetInt64(17),
        Latency = row.GetInt64(18),
        TimedTokens = row.GetInt64(19),
        Generating = row.GetInt64(20),
        LatencyP50 = row.LongOrNull(21),
        LatencyP90 = row.LongOrNull(22),
        LatencyP99 = row.LongOrNull(23),
    };
}
