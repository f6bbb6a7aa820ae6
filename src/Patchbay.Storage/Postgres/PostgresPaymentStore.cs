using System.Data.Common;

namespace Patchbay.Storage.Postgres;

/// <summary>Payments in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresPaymentStore(PostgresDatabase database) : PaymentStore(CreditDialect.Postgres, "FOR UPDATE")
{
    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(
        Func<DbConnection, DbTransaction?, Task<T>> read, CancellationToken cancellationToken) =>
        database.UseAsync(connection => read(connection, null), cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> WriteAsync<T>(
        Func<DbConnection, DbTransaction?, Task<T>> write, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var result = await write(connection, transaction);
                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken);
}
