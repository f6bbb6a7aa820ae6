using System.Data;
using Dapper;
using Npgsql;
using Patchbay.Billing;

namespace Patchbay.Storage.Postgres;

/// <summary>Usage in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresUsageStore(PostgresDatabase database) : IUsageStore
{
    // Also keeps other servers away until the transaction ends.
    private const string TakeReachSql = UsageReach.Sql + " FOR UPDATE";

    /// <inheritdoc/>
    public Task<UsageReport> QueryAsync(UsageQuery query, CancellationToken cancellationToken) => database.UseSettledAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            return await UsageReader.QueryAsync(connection, transaction, query, UsageDialect.Postgres, cancellationToken);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<Guid?> FindMemberAsync(Guid organizationId, Guid userId, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            connection => connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
                "SELECT id FROM member WHERE organization_id = @organizationId AND user_id = @userId",
                new { organizationId, userId },
                cancellationToken: cancellationToken)),
            cancellationToken);

    /// <inheritdoc/>
    public async Task<long> RollUpAsync(DateTimeOffset keepHoursFrom, CancellationToken cancellationToken)
    {
        var total = 0L;
        while (await database.UseSettledAsync(connection => AddPortionAsync(connection, cancellationToken), cancellationToken)
            is var entered and > 0)
        {
            total += entered;
        }

        await database.UseSettledAsync(
            connection => ForgetAsync(connection, keepHoursFrom.ToUnixTimeMilliseconds(), cancellationToken), cancellationToken);
        return total;
    }

    /// <inheritdoc/>
    public Task<ProviderDebt> GetDebtAsync(
        string providerSlug, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            connection => UsageReader.GetDebtAsync(connection, providerSlug, from, to, UsageDialect.Postgres, cancellationToken),
            cancellationToken);

    private static async Task<long> AddPortionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (reached, _) = await connection.QuerySingleAsync<(long Batch, long Hours)>(Command(TakeReachSql));
        var (last, generations) = await connection.QuerySingleAsync<(long? Batch, long? Count)>(Command(RollupSql.Next(reached)));
        if (last is not { } next)
        {
            return 0;
        }

        for (var grain = 1; grain <= 2; grain++)
        {
            await connection.ExecuteAsync(Command(RollupSql.Add(grain, reached, next, UsageDialect.Postgres)));
        }

        await connection.ExecuteAsync(Command(RollupSql.Reach(next)));
        await transaction.CommitAsync(cancellationToken);
        return Math.Max(generations ?? 0, 1);

        CommandDefinition Command(string sql) => new(sql, transaction: transaction, cancellationToken: cancellationToken);
    }

    private static async Task<bool> ForgetAsync(NpgsqlConnection connection, long hoursFrom, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (note, delete) = RollupSql.Forget(hoursFrom);
        var changed = await connection.ExecuteAsync(
            new CommandDefinition(note, transaction: transaction, cancellationToken: cancellationToken)) > 0;
        if (changed)
        {
            await connection.ExecuteAsync(new CommandDefinition(delete, transaction: transaction, cancellationToken: cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        return changed;
    }
}
