using Dapper;
using Npgsql;
using Patchbay.Billing;

namespace Patchbay.Storage.Tests;

/// <summary>Looks again and again at what is spent and leased of a limit, in one view of the database.</summary>
internal sealed class LimitWatch : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<int> _watching;

    /// <summary>Watches a limit in its only window.</summary>
    public LimitWatch(PostgresTestDatabase database, BudgetLevel level, Guid scope, long limit, bool includesByok = false) =>
        _watching = WatchAsync(
            database.Options.PostgresConnectionString!,
            $"""
            SELECT coalesce((SELECT sum(credits_nanos{(includesByok ? " + byok_nanos" : "")}) FROM spending
              WHERE level = {(int)level} AND scope_id = '{scope}'), 0) + {Leased($"level = {(int)level} AND scope_id = '{scope}'")}
            """,
            limit);

    /// <summary>Watches what is free of fees in a month.</summary>
    public LimitWatch(PostgresTestDatabase database, DateOnly month, long allowance) =>
        _watching = WatchAsync(
            database.Options.PostgresConnectionString!,
            $"""
            SELECT coalesce((SELECT sum(free_nanos) FROM byok_allowance WHERE month = '{month:yyyy-MM-dd}'), 0)
              + {Leased($"kind = 9 AND window_start = '{month:yyyy-MM-dd}'")}
            """,
            allowance);

    /// <summary>Ends it; fails when the limit was ever passed. Returns how often it looked.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _watching;
    }

    public void Dispose() => _stop.Dispose();

    private static string Leased(string condition) =>
        $"coalesce((SELECT sum(granted_nanos - returned_nanos - used_nanos) FROM lease WHERE {condition}), 0)";

    private async Task<int> WatchAsync(string connectionString, string gone, long limit)
    {
        var sql = gone + ", coalesce((SELECT min(granted_nanos - returned_nanos - used_nanos) FROM lease), 0)";
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        var looks = 0;
        while (!_stop.IsCancellationRequested)
        {
            var (spent, least) = await connection.QuerySingleAsync<(decimal Spent, decimal Least)>(sql);
            Assert.True(spent <= limit, $"{spent} of {limit} nano-USD are spent or leased.");
            Assert.True(least >= 0, $"A lease is overdrawn by {-least} nano-USD.");
            looks++;
            await Task.Delay(5, CancellationToken.None);
        }

        return looks;
    }
}
