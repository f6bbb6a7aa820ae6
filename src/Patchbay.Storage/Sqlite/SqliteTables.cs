namespace Patchbay.Storage.Sqlite;

/// <summary>Tables in SQLite, which has one writer at a time.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteTables(SqliteWriter writer, SqliteReaders readers) : ITables
{
    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<TableConnection, Task<T>> read, CancellationToken cancellationToken) => readers.ReadApartAsync(
        connection => read(new TableConnection(connection, null, CreditDialect.Sqlite, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task<T> ReadSettledAsync<T>(Func<TableConnection, Task<T>> read, CancellationToken cancellationToken) => readers.ReadAsync(
        connection => read(new TableConnection(connection, null, CreditDialect.Sqlite, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(string subject, Func<TableConnection, Task<T>> write, CancellationToken cancellationToken) =>
        writer.WriteApartAsync(
            // SQLite's asynchronous methods end before they return.
            session => write(new TableConnection(session.Connection, null, CreditDialect.Sqlite, CancellationToken.None))
                .GetAwaiter().GetResult(),
            cancellationToken);
}
