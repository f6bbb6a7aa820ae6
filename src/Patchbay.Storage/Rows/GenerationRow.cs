using System.Data.Common;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage;

/// <summary>A generation as a row: the order of its columns, for writing and for reading.</summary>
internal static class GenerationRow
{
    /// <summary>Every column in the order in which rows are written.</summary>
    public const string Columns = "id, batch_id, created_at, " + AfterTime;

    /// <summary>The columns after <c>created_at</c>.</summary>
    public const string AfterTime = """
        organization_id, workspace_id, key_id, member_id, model, provider_name, endpoint_id, upstream_id, api_type,
        streamed, outcome, error_code, finish_reason, native_finish_reason, uncached_input, cache_read, cache_write,
        cache_write_1h, audio_input, output, reasoning, audio_output, images_in, images_out, searches, usage_estimated,
        charge_nanos, provider_cost_nanos, loss_nanos, is_byok, price_version, latency_ms, duration_ms, service_tier,
        session_id, external_user, user_agent, referer, attempt_status, attempt_latency_ms, attempts, router,
        routing, fee_nanos, discount_nanos
        """;

    /// <summary>Reads a row that was selected with <see cref="Columns"/>, its time in unix milliseconds.</summary>
    public static Generation Read(DbDataReader row)
    {
        var generation = new Generation
        {
            Id = row.GetString(0),
            CreatedAt = row.Time(2),
            OrganizationId = row.Id(3),
            WorkspaceId = row.Id(4),
            KeyId = row.IdOrNull(5),
            MemberId = row.IdOrNull(6),
            Model = row.GetString(7),
            ProviderName = row.TextOrNull(8),
            EndpointId = row.TextOrNull(9),
            UpstreamId = row.TextOrNull(10),
            ApiType = row.GetString(11),
            Streamed = row.GetBoolean(12),
            Outcome = (GenerationOutcome)row.GetInt32(13),
            ErrorCode = row.TextOrNull(14),
            FinishReason = row.TextOrNull(15),
            NativeFinishReason = row.TextOrNull(16),
            Usage = new Usage
            {
                UncachedInput = row.LongOrNull(17),
                CacheRead = row.LongOrNull(18),
                CacheWrite = row.LongOrNull(19),
                CacheWrite1h = row.LongOrNull(20),
                AudioInput = row.LongOrNull(21),
                Output = row.LongOrNull(22),
                Reasoning = row.LongOrNull(23),
                AudioOutput = row.LongOrNull(24),
                ImagesIn = row.LongOrNull(25),
                ImagesOut = row.LongOrNull(26),
                Searches = row.LongOrNull(27),
                Estimated = row.GetBoolean(28),
            },
            Charge = new Money(row.GetInt64(29)),
            ProviderCost = new Money(row.GetInt64(30)),
            Loss = new Money(row.GetInt64(31)),
            IsByok = row.GetBoolean(32),
            PriceVersion = row.GetInt64(33),
            LatencyMs = row.IntOrNull(34),
            DurationMs = row.GetInt32(35),
            ServiceTier = row.TextOrNull(36),
            SessionId = row.TextOrNull(37),
            ExternalUser = row.TextOrNull(38),
            UserAgent = row.TextOrNull(39),
            Referer = row.TextOrNull(40),
            Router = row.TextOrNull(44),
            Routing = row.TextOrNull(45),
            Fee = new Money(row.GetInt64(46)),
            Discount = new Money(row.GetInt64(47)),
        };
        return generation with { Attempts = Attempts(row, generation) };
    }

    /// <summary>Whether the row itself tells all about the attempts: there was one, and it succeeded.</summary>
    public static bool DescribesAttempt(Generation generation) =>
        generation.Attempts is [{ ErrorCode: null, Kind: AttemptKind.Ordinary } attempt]
        && attempt.EndpointId == generation.EndpointId
        && attempt.ProviderName == generation.ProviderName
        && attempt.Model == generation.Model;

    private static IReadOnlyList<GenerationAttempt> Attempts(DbDataReader row, Generation generation)
    {
        if (row.TextOrNull(43) is { } text)
        {
            return AttemptText.Read(text);
        }

        return row.IntOrNull(41) is { } status
            ? [new GenerationAttempt(generation.EndpointId!, generation.ProviderName!, generation.Model, status, null, row.GetInt32(42))]
            : [];
    }
}
