using System.Data.Common;
using Dapper;

namespace Patchbay.Storage;

/// <summary>A connection of either database, with the words in which they differ.</summary>
/// <param name="connection">An open connection.</param>
/// <param name="transaction">Its transaction; null where each statement is one, or where the connection knows.</param>
/// <param name="dialect">The database's words.</param>
/// <param name="cancellationToken">Gives up.</param>
internal sealed class TableConnection(
    DbConnection connection, DbTransaction? transaction, CreditDialect dialect, CancellationToken cancellationToken)
{
    /// <summary>The database's words.</summary>
    public CreditDialect Dialect => dialect;

    /// <summary>Executes a statement; returns how many rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>Waits until nobody else has this subject, and keeps it until the transaction ends.</summary>
    public Task LockAsync(string subject) =>
        dialect.Lock is { } sql ? ExecuteAsync(sql, ("subject", subject)) : Task.CompletedTask;

    /// <summary>Waits until nobody else changes or uses this row, and keeps it until the transaction ends.</summary>
    /// <param name="name">The table.</param>
    /// <param name="id">The row's id, as a parameter.</param>
    public Task LockRowAsync(string name, object? id) =>
        dialect.Lock is null ? Task.CompletedTask : ExecuteAsync($"SELECT 1 FROM {name} WHERE id = @id FOR UPDATE", ("id", id));

    /// <summary>All rows of a query.</summary>
    public Task<IReadOnlyList<T>> ListAsync<T>(
        string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        ListAsync(Command(sql, parameters), read);

    /// <summary>The first row of a query, or null.</summary>
    public Task<T?> FirstAsync<T>(
        string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where T : class => FirstAsync(Command(sql, parameters), read);

    /// <summary>The number that a query answers; zero for null.</summary>
    public Task<long> CountAsync(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        connection.ExecuteScalarAsync<long>(Command(sql, parameters));

    /// <summary>An id as a parameter, or null.</summary>
    public object? Id(Guid? id) => id is { } value ? dialect.IdValue(value) : null;

    /// <summary>A time as a parameter, or null.</summary>
    public object? Time(DateTimeOffset? time) => time is { } value ? dialect.TimeValue(value) : null;

    private async Task<IReadOnlyList<T>> ListAsync<T>(CommandDefinition command, Func<DbDataReader, T> read)
    {
        await using var rows = await connection.ExecuteReaderAsync(command);
        return await rows.ListAsync(read, cancellationToken);
    }

    private async Task<T?> FirstAsync<T>(CommandDefinition command, Func<DbDataReader, T> read)
        where T : class
    {
        await using var rows = await connection.ExecuteReaderAsync(command);
        return await rows.FirstAsync(read, cancellationToken);
    }

    private CommandDefinition Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var values = new DynamicParameters();
        foreach (var (name, value) in parameters)
        {
            values.Add(name, value);
        }

        return new CommandDefinition(sql, values, transaction, cancellationToken: cancellationToken);
    }
}
