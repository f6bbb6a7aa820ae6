using Dapper;
using Microsoft.Data.Sqlite;
using Patchbay.Billing;
using SQLitePCL;

namespace Patchbay.Storage.Sqlite;

/// <summary>Usage in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteUsageStore(SqliteWriter writer, SqliteReaders readers) : IUsageStore
{
    /// <inheritdoc/>
    public Task<UsageReport> QueryAsync(UsageQuery query, CancellationToken cancellationToken) => readers.ReadAsync(
        async connection =>
        {
            // SQLite works on this thread until it has a row; only an interrupt reaches it there.
            using var interrupt = cancellationToken.UnsafeRegister(
                static handle => raw.sqlite3_interrupt((sqlite3)handle!), connection.Handle);
            try
            {
                await using var transaction = connection.BeginTransaction(deferred: true);
                return await UsageReader.QueryAsync(connection, transaction, query, UsageDialect.Sqlite, cancellationToken);
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode == raw.SQLITE_INTERRUPT)
            {
                throw new OperationCanceledException("The query was given up.", exception, cancellationToken);
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<Guid?> FindMemberAsync(Guid organizationId, Guid userId, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(
            async connection => await connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(
                "SELECT id FROM member WHERE organization_id = @organization AND user_id = @user",
                new { organization = SqliteId.Of(organizationId), user = SqliteId.Of(userId) },
                cancellationToken: cancellationToken)) is { } id ? new Guid(id, bigEndian: true) : (Guid?)null,
            cancellationToken);

    /// <inheritdoc/>
    public async Task<long> RollUpAsync(DateTimeOffset keepHoursFrom, CancellationToken cancellationToken)
    {
        var total = 0L;
        while (await writer.WriteAsync(AddPortion, cancellationToken) is var entered and > 0)
        {
            total += entered;
        }

        await writer.WriteAsync(session => Forget(session, keepHoursFrom.ToUnixTimeMilliseconds()), cancellationToken);
        return total;
    }

    /// <inheritdoc/>
    public Task<ProviderDebt> GetDebtAsync(
        string providerSlug, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            connection => UsageReader.GetDebtAsync(connection, providerSlug, from, to, UsageDialect.Sqlite, cancellationToken),
            cancellationToken);

    private static long AddPortion(SqliteSession session)
    {
        var (reached, _) = session.ReadOnce(UsageReach.Sql);
        var (last, generations) = session.ReadOnce(RollupSql.Next(reached));
        if (last == 0)
        {
            return 0;
        }

        for (var grain = 1; grain <= 2; grain++)
        {
            session.ExecuteOnce(RollupSql.Add(grain, reached, last, UsageDialect.Sqlite));
        }

        session.ExecuteOnce(RollupSql.Reach(last));
        return Math.Max(generations, 1);
    }

    private static bool Forget(SqliteSession session, long hoursFrom)
    {
        var (_, present) = session.ReadOnce(UsageReach.Sql);
        if (present >= hoursFrom)
        {
            return false;
        }

        var (note, delete) = RollupSql.Forget(hoursFrom);
        session.ExecuteOnce(note);
        session.ExecuteOnce(delete);
        return true;
    }
}
