using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>The closed tables of names that queries about usage are made of. Nothing else enters their text.</summary>
internal static class UsageColumns
{
    /// <summary>The sums, in the order in which they are read.</summary>
    public static IReadOnlyList<string> Sums { get; } =
    [
        "requests", "failed", "cancelled", "charge", "byok_charge", "cost", "byok_cost", "loss", "prompt", "completion",
        "thinking", "cached", "cache_written", "pictures_in", "pictures_out", "lookups", "timed", "latency", "timed_tokens",
        "generating",
    ];

    /// <summary>What a generation adds to the sums of a roll-up, as columns of <c>generation</c>.</summary>
    public const string OfGeneration = """
        1 AS requests, charge_nanos AS charge, provider_cost_nanos AS cost, loss_nanos AS loss,
        coalesce(uncached_input, 0) + coalesce(cache_read, 0) + coalesce(cache_write, 0) + coalesce(cache_write_1h, 0)
          + coalesce(audio_input, 0) AS prompt,
        coalesce(output, 0) + coalesce(reasoning, 0) + coalesce(audio_output, 0) AS completion,
        coalesce(reasoning, 0) AS thinking, coalesce(cache_read, 0) AS cached,
        coalesce(cache_write, 0) + coalesce(cache_write_1h, 0) AS cache_written,
        coalesce(images_in, 0) AS pictures_in, coalesce(images_out, 0) AS pictures_out, coalesce(searches, 0) AS lookups,
        CASE WHEN latency_ms IS NULL THEN 0 ELSE 1 END AS timed, coalesce(latency_ms, 0) AS latency,
        CASE WHEN latency_ms IS NULL THEN 0
          ELSE coalesce(output, 0) + coalesce(reasoning, 0) + coalesce(audio_output, 0) END AS timed_tokens,
        CASE WHEN latency_ms IS NULL OR latency_ms > duration_ms THEN 0 ELSE duration_ms - latency_ms END AS generating
        """;

    /// <summary>The same columns of a roll-up.</summary>
    public const string OfRollup = """
        requests, charge, cost, loss, prompt, completion, thinking, cached, cache_written, pictures_in, pictures_out, lookups,
        timed, latency, timed_tokens, generating
        """;

    /// <summary>What both tell of their outcome and of own keys.</summary>
    public const string Derived = """
        CASE WHEN outcome >= 2 THEN requests ELSE 0 END AS failed, CASE WHEN outcome = 1 THEN requests ELSE 0 END AS cancelled,
        CASE WHEN is_byok THEN charge ELSE 0 END AS byok_charge, CASE WHEN is_byok THEN cost ELSE 0 END AS byok_cost
        """;

    /// <summary>The value of a dimension in a row of either table, null where unset.</summary>
    public static string Of(UsageDimension dimension, UsageDialect dialect) => dimension switch
    {
        UsageDimension.Model => "model",
        UsageDimension.Provider => "nullif(provider_name, '')",
        UsageDimension.Endpoint => "nullif(endpoint_id, '')",
        UsageDimension.ApiType => "api_type",
        UsageDimension.Outcome => "outcome",
        UsageDimension.IsByok => "is_byok",
        UsageDimension.Workspace => "workspace_id",
        UsageDimension.Key => $"nullif(key_id, {dialect.NoId})",
        UsageDimension.Member => $"nullif(member_id, {dialect.NoId})",
        UsageDimension.App => "nullif(referer, '')",
        UsageDimension.ExternalUser => "nullif(external_user, '')",
        UsageDimension.Session => "nullif(session_id, '')",
        UsageDimension.FinishReason => "nullif(finish_reason, '')",
        UsageDimension.ErrorCode => "nullif(error_code, '')",
        UsageDimension.ServiceTier => "nullif(service_tier, '')",
        UsageDimension.Router => "nullif(router, '')",
        UsageDimension.Streamed => "streamed",
        UsageDimension.Generation => "id",
        _ => throw new ArgumentOutOfRangeException(nameof(dimension)),
    };

    /// <summary>Whether its values are texts.</summary>
    public static bool IsText(UsageDimension dimension) => dimension
        is not (UsageDimension.Outcome or UsageDimension.IsByok or UsageDimension.Workspace or UsageDimension.Key
        or UsageDimension.Member or UsageDimension.Streamed);

    /// <summary>What a value is read as and what it is labelled with, of a column that holds it.</summary>
    public static (string Value, string Label) Shown(UsageDimension dimension, string column) => dimension switch
    {
        UsageDimension.Workspace => ("NULL", $"(SELECT name FROM workspace WHERE workspace.id = {column})"),
        UsageDimension.Key => (
            $"(SELECT hash FROM api_key WHERE api_key.id = {column})",
            $"(SELECT name FROM api_key WHERE api_key.id = {column})"),
        UsageDimension.Member => (
            $"(SELECT user_id FROM member WHERE member.id = {column})",
            $"(SELECT coalesce(email, name) FROM app_user WHERE app_user.id = (SELECT user_id FROM member WHERE member.id = {column}))"),
        _ => ("NULL", "NULL"),
    };

    /// <summary>The first millisecond of the piece of time that holds <c>at</c>.</summary>
    public static string Bucket(UsageGrain grain, UsageDialect dialect) => grain switch
    {
        UsageGrain.Minute => "at - at % 60000",
        UsageGrain.Hour => "at - at % 3600000",
        UsageGrain.Day => "at - at % 86400000",
        // 1970 began on a Thursday.
        UsageGrain.Week => "at - (at + 259200000) % 604800000",
        UsageGrain.Month => dialect.Month,
        _ => throw new ArgumentOutOfRangeException(nameof(grain)),
    };

    /// <summary>A measure, of the sums of a row.</summary>
    public static string Of(UsageMeasure measure) => measure switch
    {
        UsageMeasure.Requests => "requests",
        UsageMeasure.Failed => "failed",
        UsageMeasure.Cancelled => "cancelled",
        UsageMeasure.Credits => "charge",
        UsageMeasure.OwnCredits => "charge - byok_charge",
        UsageMeasure.ByokCredits => "byok_charge",
        UsageMeasure.ByokCost => "byok_cost",
        UsageMeasure.UpstreamCost => "cost - byok_cost",
        UsageMeasure.Spend => "charge + byok_cost",
        UsageMeasure.PromptTokens => "prompt",
        UsageMeasure.CompletionTokens => "completion",
        UsageMeasure.Tokens => "prompt + completion",
        UsageMeasure.ReasoningTokens => "thinking",
        UsageMeasure.CachedTokens => "cached",
        UsageMeasure.CacheWriteTokens => "cache_written",
        UsageMeasure.ImagesIn => "pictures_in",
        UsageMeasure.ImagesOut => "pictures_out",
        UsageMeasure.Searches => "lookups",
        UsageMeasure.ErrorRate => Ratio("failed", "requests"),
        UsageMeasure.CacheHitRate => Ratio("cached", "prompt"),
        UsageMeasure.MeanLatency => Ratio("latency", "timed"),
        UsageMeasure.LatencyP50 => "coalesce(p50, -1)",
        UsageMeasure.LatencyP90 => "coalesce(p90, -1)",
        UsageMeasure.LatencyP99 => "coalesce(p99, -1)",
        UsageMeasure.Throughput => Ratio("timed_tokens", "generating"),
        _ => throw new ArgumentOutOfRangeException(nameof(measure)),
    };

    // What has no rate comes below every rate.
    private static string Ratio(string part, string whole) =>
        $"CASE WHEN {whole} = 0 THEN -1 ELSE CAST({part} AS double precision) / {whole} END";
}
