using System.Globalization;

namespace Patchbay.Storage;

/// <summary>How generations enter roll-ups, batch by batch.</summary>
internal static class RollupSql
{
    /// <summary>How many generations enter in one transaction, about; a writer is kept from others that long.</summary>
    public const int Portion = 4000;

    private static readonly string[] Sums =
        [.. UsageColumns.OfRollup.Split([',', ' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Selects the last batch of the next portion, and how many generations the portion has; null when all are in.
    /// </summary>
    public static string Next(long reached) => string.Create(CultureInfo.InvariantCulture, $"""
        SELECT max(id), CAST(sum(generations) AS bigint) FROM (
          SELECT id, generations, sum(generations) OVER (ORDER BY id) - generations AS before
          FROM (SELECT id, generations FROM ledger_batch WHERE id > {reached} ORDER BY id LIMIT {Portion}) AS next
        ) AS counted WHERE before < {Portion}
        """);

    /// <summary>Adds a portion to the hours (1) or days (2).</summary>
    public static string Add(int grain, long reached, long last, UsageDialect dialect)
    {
        var unit = grain == 1 ? 3_600_000 : 86_400_000;
        return string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO usage_rollup AS stored (grain, organization_id, bucket, workspace_id, key_id, member_id, model,
              provider_name, endpoint_id, api_type, outcome, is_byok, {UsageColumns.OfRollup})
            SELECT {grain}, organization_id, at - at % {unit}, workspace_id, key_id, member_id, model, provider_name, endpoint_id,
              api_type, outcome, is_byok, {string.Join(", ", Sums.Select(sum => $"CAST(sum({sum}) AS bigint)"))}
            FROM (
              SELECT {dialect.CreatedAt} AS at, organization_id, workspace_id, coalesce(key_id, {dialect.NoId}) AS key_id,
                coalesce(member_id, {dialect.NoId}) AS member_id, substr(model, 1, 200) AS model,
                substr(coalesce(provider_name, ''), 1, 100) AS provider_name,
                substr(coalesce(endpoint_id, ''), 1, 300) AS endpoint_id, substr(api_type, 1, 50) AS api_type, outcome, is_byok,
                {UsageColumns.OfGeneration}
              FROM generation WHERE batch_id > {reached} AND batch_id <= {last}
            ) AS fresh
            GROUP BY organization_id, at - at % {unit}, workspace_id, key_id, member_id, model, provider_name, endpoint_id,
              api_type, outcome, is_byok
            ON CONFLICT (grain, organization_id, bucket, workspace_id, key_id, member_id, model, provider_name, endpoint_id,
              api_type, outcome, is_byok)
            DO UPDATE SET {string.Join(", ", Sums.Select(sum => $"{sum} = stored.{sum} + excluded.{sum}"))}
            """);
    }

    /// <summary>Notes that a portion has entered.</summary>
    public static string Reach(long last) =>
        string.Create(CultureInfo.InvariantCulture, $"UPDATE usage_roller SET batch_id = {last} WHERE id = 1");

    /// <summary>Forgets hours before a unix millisecond, in two statements.</summary>
    public static (string Note, string Delete) Forget(long hoursFrom) => (
        string.Create(CultureInfo.InvariantCulture,
            $"UPDATE usage_roller SET hours_from = {hoursFrom} WHERE id = 1 AND hours_from < {hoursFrom}"),
        string.Create(CultureInfo.InvariantCulture, $"DELETE FROM usage_rollup WHERE grain = 1 AND bucket < {hoursFrom}"));
}
