using Dapper;
using Patchbay.Billing;

namespace Patchbay.Storage.Sqlite;

/// <summary>Rate limits in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteRateLimitStore(SqliteWriter writer, SqliteReaders readers) : IRateLimitStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<RateLimit>> ListAsync(CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            async connection =>
            {
                await using var rows = await connection.ExecuteReaderAsync(
                    new CommandDefinition(RateLimitRow.Select, cancellationToken: cancellationToken));
                return await rows.ListAsync(RateLimitRow.Read, cancellationToken);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task SetAsync(RateLimit limit, CancellationToken cancellationToken) =>
        writer.WriteApartAsync(
            session =>
            {
                if (limit.IsEmpty)
                {
                    return session.Statement("DELETE FROM rate_limit WHERE level = ? AND scope_id = ?").Start()
                        .Add((long)limit.Scope.Level).Add(limit.Scope.Id).Execute();
                }

                return session.Statement("""
                    INSERT INTO rate_limit (level, scope_id, requests_per_minute, tokens_per_minute, concurrency, priority)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (level, scope_id) DO UPDATE SET
                      requests_per_minute = excluded.requests_per_minute, tokens_per_minute = excluded.tokens_per_minute,
                      concurrency = excluded.concurrency, priority = excluded.priority
                    """).Start()
                    .Add((long)limit.Scope.Level).Add(limit.Scope.Id).Add(limit.RequestsPerMinute).Add(limit.TokensPerMinute)
                    .Add((long?)limit.Concurrency).Add((long)limit.Priority).Execute();
            },
            cancellationToken);
}
