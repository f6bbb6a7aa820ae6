using Npgsql;
using NpgsqlTypes;
using Patchbay.Billing;

namespace Patchbay.Storage.Postgres;

/// <summary>Streams generation rows into their table.</summary>
internal static class GenerationCopier
{
    private const string CopySql = $"COPY generation ({GenerationRow.Columns}) FROM STDIN (FORMAT BINARY)";

    /// <summary>Copies all rows, or none.</summary>
    public static async Task CopyAsync(
        NpgsqlConnection connection, IReadOnlyList<Settlement> settlements, long batchId, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopySql, cancellationToken);
        foreach (var settlement in settlements)
        {
            await WriteAsync(new Row(copy, cancellationToken), settlement.Generation, batchId);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task WriteAsync(Row row, Generation generation, long batchId)
    {
        var usage = generation.Usage;
        await row.StartAsync();
        await row.AddAsync(generation.Id);
        await row.AddAsync(batchId);
        await row.AddAsync(PostgresTime.Of(generation.CreatedAt), NpgsqlDbType.TimestampTz);
        await row.AddAsync(generation.OrganizationId);
        await row.AddAsync(generation.WorkspaceId);
        await row.AddAsync(generation.KeyId);
        await row.AddAsync(generation.MemberId);
        await row.AddAsync(generation.Model);
        await row.AddAsync(generation.ProviderName);
        await row.AddAsync(generation.EndpointId);
        await row.AddAsync(generation.UpstreamId);
        await row.AddAsync(generation.ApiType);
        await row.AddAsync(generation.Streamed, NpgsqlDbType.Boolean);
        await row.AddAsync((short)generation.Outcome, NpgsqlDbType.Smallint);
        await row.AddAsync(generation.ErrorCode);
        await row.AddAsync(generation.FinishReason);
        await row.AddAsync(generation.NativeFinishReason);
        await row.AddAsync(usage.UncachedInput);
        await row.AddAsync(usage.CacheRead);
        await row.AddAsync(usage.CacheWrite);
        await row.AddAsync(usage.CacheWrite1h);
        await row.AddAsync(usage.AudioInput);
        await row.AddAsync(usage.Output);
        await row.AddAsync(usage.Reasoning);
        await row.AddAsync(usage.AudioOutput);
        await row.AddAsync(usage.ImagesIn);
        await row.AddAsync(usage.ImagesOut);
        await row.AddAsync(usage.Searches);
        await row.AddAsync(usage.Estimated, NpgsqlDbType.Boolean);
        await row.AddAsync(generation.Charge.Nanos);
        await row.AddAsync(generation.ProviderCost.Nanos);
        await row.AddAsync(generation.Loss.Nanos);
        await row.AddAsync(generation.IsByok, NpgsqlDbType.Boolean);
        await row.AddAsync(generation.PriceVersion);
        await row.AddAsync(generation.LatencyMs);
        await row.AddAsync(generation.DurationMs, NpgsqlDbType.Integer);
        await row.AddAsync(generation.ServiceTier);
        await row.AddAsync(generation.SessionId);
        await row.AddAsync(generation.ExternalUser);
        await row.AddAsync(generation.UserAgent);
        await row.AddAsync(generation.Referer);
        var described = GenerationRow.DescribesAttempt(generation) ? generation.Attempts[0] : null;
        await row.AddAsync(described?.Status);
        await row.AddAsync(described?.LatencyMs);
        await row.AddAsync(described is null && generation.Attempts.Count > 0 ? AttemptText.Write(generation.Attempts) : null);
        await row.AddAsync(generation.Router);
        await row.AddAsync(generation.Routing);
        await row.AddAsync(generation.Fee.Nanos);
        await row.AddAsync(generation.Discount.Nanos);
    }

    private readonly record struct Row(NpgsqlBinaryImporter Copy, CancellationToken CancellationToken)
    {
        public Task StartAsync() => Copy.StartRowAsync(CancellationToken);

        public Task AddAsync(string? value) => value is null
            ? Copy.WriteNullAsync(CancellationToken)
            : Copy.WriteAsync(value, NpgsqlDbType.Text, CancellationToken);

        public Task AddAsync(long? value) => value is { } number
            ? Copy.WriteAsync(number, NpgsqlDbType.Bigint, CancellationToken)
            : Copy.WriteNullAsync(CancellationToken);

        public Task AddAsync(int? value) => value is { } number
            ? Copy.WriteAsync(number, NpgsqlDbType.Integer, CancellationToken)
            : Copy.WriteNullAsync(CancellationToken);

        public Task AddAsync(Guid? value) => value is { } id
            ? Copy.WriteAsync(id, NpgsqlDbType.Uuid, CancellationToken)
            : Copy.WriteNullAsync(CancellationToken);

        public Task AddAsync<T>(T value, NpgsqlDbType type) => Copy.WriteAsync(value, type, CancellationToken);
    }
}
