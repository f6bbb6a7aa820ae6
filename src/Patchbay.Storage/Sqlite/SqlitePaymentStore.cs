using System.Data.Common;

namespace Patchbay.Storage.Sqlite;

/// <summary>Payments in SQLite.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqlitePaymentStore(SqliteWriter writer, SqliteReaders readers) : PaymentStore(CreditDialect.Sqlite, "")
{
    /// <inheritdoc/>
    protected override Task<T> ReadAsync<T>(
        Func<DbConnection, DbTransaction?, Task<T>> read, CancellationToken cancellationToken) =>
        readers.ReadApartAsync(connection => read(connection, null), cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> WriteAsync<T>(
        Func<DbConnection, DbTransaction?, Task<T>> write, CancellationToken cancellationToken) =>
        // SQLite's asynchronous methods end before they return.
        writer.WriteApartAsync(session => write(session.Connection, null).GetAwaiter().GetResult(), cancellationToken);
}
