using Dapper;
using Npgsql;

namespace Patchbay.Storage.Postgres;

/// <summary>Tables in PostgreSQL.</summary>
/// <param name="database">The pool.</param>
internal sealed class PostgresTables(PostgresDatabase database) : ITables
{
    // Apart from all other advisory locks.
    private const string LockSql = "SELECT pg_advisory_xact_lock(hashtextextended(@subject, 7302))";

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
        await connection.ExecuteAsync(new CommandDefinition(
            LockSql, new { subject }, transaction, cancellationToken: cancellationToken));
        var result = await write(new TableConnection(connection, transaction, CreditDialect.Postgres, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}
