using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Patchbay.Core;

namespace Patchbay.Storage.Sqlite;

/// <summary>Read-only connections, opened when needed and kept. Each read sees every commit that ended before it began.</summary>
/// <param name="connectionString">How to open one.</param>
/// <param name="catchUp">Brings all settlements into the tables that are durable by now.</param>
internal sealed class SqliteReaders(string connectionString, Func<CancellationToken, ValueTask> catchUp) : IAsyncDisposable
{
    private const int MaxConnections = 8;

    private readonly SemaphoreSlim _slots = new(MaxConnections);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentBag<SqliteConnection> _idle = [];

    /// <summary>Reads on a pool thread, since SQLite blocks while it reads the disk. Sees every settlement that was durable
    /// before.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await catchUp(cancellationToken);
        }
        catch (Exception exception) when (exception is SqliteException or IOException)
        {
            throw SqliteErrors.Translate(exception);
        }

        return await ReadApartAsync(read, cancellationToken);
    }

    /// <summary>The same for tables that settlements do not change: it does not wait for them.</summary>
    public async Task<T> ReadApartAsync<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        await TakeSlotAsync(cancellationToken);
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

    /// <summary>Turns new reads away, waits for running ones, then closes every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        for (var slot = 0; slot < MaxConnections; slot++)
        {
            await _slots.WaitAsync();
        }

        while (_idle.TryTake(out var connection))
        {
            await connection.DisposeAsync();
        }
    }

    private async ValueTask TakeSlotAsync(CancellationToken cancellationToken)
    {
        if (!_closing.IsCancellationRequested && _slots.Wait(0, cancellationToken))
        {
            return;
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, cancellationToken);
            await _slots.WaitAsync(either.Token);
        }
        catch (OperationCanceledException closed) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StorageUnavailableException("The database is being closed.", closed);
        }
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
