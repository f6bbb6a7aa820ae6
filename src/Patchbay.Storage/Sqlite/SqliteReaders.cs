using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Patchbay.Core;

namespace Patchbay.Storage.Sqlite;

/// <summary>Read-only connections, opened when needed and kept. Each read sees every commit that ended before it began.</summary>
/// <param name="connectionString">How to open one.</param>
internal sealed class SqliteReaders(string connectionString) : IAsyncDisposable
{
    private const int MaxConnections = 8;

    private readonly SemaphoreSlim _slots = new(MaxConnections);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];

    /// <summary>Reads on a pool thread, since SQLite blocks while it reads the disk.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await _slots.WaitAsync(cancellationToken);
        }
        catch (ObjectDisposedException closed)
        {
            throw new StorageUnavailableException("The database is being closed.", closed);
        }

        try
        {
            return await Task.Run(() => ReadNowAsync(read, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (exception is SqliteException or IOException)
        {
            throw SqliteErrors.Translate(exception);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Waits for running reads, then closes every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var slot = 0; slot < MaxConnections; slot++)
        {
            await _slots.WaitAsync();
        }

        while (_idle.TryTake(out var connection))
        {
            await connection.DisposeAsync();
        }

        _slots.Dispose();
    }

    private async Task<T> ReadNowAsync<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        if (!_idle.TryTake(out var connection))
        {
            connection = await OpenAsync(cancellationToken);
        }

        try
        {
            var result = await read(connection);
            _idle.Add(connection);
            return result;
        }
        catch
        {
            // A failed read may leave a statement or a transaction open.
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA query_only = 1; PRAGMA busy_timeout = 5000;";
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
