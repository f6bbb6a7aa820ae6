using Dapper;
using Patchbay.Billing;

namespace Patchbay.Storage.Postgres;

/// <summary>Rate limits in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresRateLimitStore(PostgresDatabase database) : IRateLimitStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<RateLimit>> ListAsync(CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(
                    new CommandDefinition(RateLimitRow.Select, cancellationToken: cancellationToken));
                return await rows.ListAsync(RateLimitRow.Read, cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task SetAsync(RateLimit limit, CancellationToken cancellationToken)
    {
        var sql = limit.IsEmpty
            ? "DELETE FROM rate_limit WHERE level = @level AND scope_id = @scope"
            : """
                INSERT INTO rate_limit (level, scope_id, requests_per_minute, tokens_per_minute, concurrency, priority)
                VALUES (@level, @scope, @requests, @tokens, @concurrency, @priority)
                ON CONFLICT (level, scope_id) DO UPDATE SET
                  requests_per_minute = excluded.requests_per_minute, tokens_per_minute = excluded.tokens_per_minute,
                  concurrency = excluded.concurrency, priority = excluded.priority
                """;
        var parameters = new
        {
            level = (int)limit.Scope.Level,
            scope = limit.Scope.Id,
            requests = limit.RequestsPerMinute,
            tokens = limit.TokensPerMinute,
            concurrency = limit.Concurrency,
            priority = limit.Priority,
        };
        return database.UseAsync(
            connection => connection.ExecuteAsync(
                new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)),
            cancellationToken);
    }
}
