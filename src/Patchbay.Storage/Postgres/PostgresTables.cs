using Npgsql;

namespace Patchbay.Storage.Postgres;

/// <summary>Tables in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresTables(PostgresDatabase database) : ITables
{
    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<TableConnection, Task<T>> read, CancellationToken cancellationToken) => database.UseAsync(
        connection => read(new TableConnection(connection, null, CreditDialect.Postgres, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task<T> ReadSettledAsync<T>(Func<TableConnection, Task<T>> read, CancellationToken cancellationToken) =>
        database.UseSettledAsync(
            connection => read(new TableConnection(connection, null, CreditDialect.Postgres, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(string subject, Func<TableConnection, Task<T>> write, CancellationToken cancellationToken) =>
        database.UseAsync(connection => WriteAsync(connection, subject, write, cancellationToken), cancellationToken);

    private static async Task<T> WriteAsync<T>(
        NpgsqlConnection connection, string subject, Func<TableConnection, Task<T>> write, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var table = new TableConnection(connection, transaction, CreditDialect.Postgres, cancellationToken);
        await table.LockAsync(subject);
        var result = await write(table);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}
