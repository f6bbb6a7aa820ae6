using Npgsql;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>The connection through which settlements are written. A server's holds the advisory lock of its name, so that a
/// settlement of its journal can only be written by the process that has the lock: when the connection breaks the lock is gone
/// with it, and must be had again before anything else is written.</summary>
/// <param name="source">Where connections come from.</param>
/// <param name="node">The name of the server; null for a command, which holds no lock.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class WriterSession(NpgsqlDataSource source, Guid? node, TimeProvider timeProvider) : IAsyncDisposable
{
    private const int LockTries = 10;

    private NpgsqlConnection? _connection;

    /// <summary>The open connection.</summary>
    /// <exception cref="StorageUnavailableException">Another process holds the lock.</exception>
    public async Task<NpgsqlConnection> GetAsync(CancellationToken cancellationToken)
    {
        if (_connection is { } open)
        {
            return open;
        }

        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            if (node is { } name)
            {
                await LockAsync(connection, name, cancellationToken);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return _connection = connection;
    }

    /// <summary>Gives the connection up after an error; the next use opens another.</summary>
    public async Task ResetAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            try
            {
                await connection.DisposeAsync();
            }
            catch (Exception exception) when (PostgresErrors.IsUnavailable(exception))
            {
                // It was broken, which is why it is given up.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await ResetAsync();

    private async Task LockAsync(NpgsqlConnection connection, Guid name, CancellationToken cancellationToken)
    {
        await using var serve = new NpgsqlCommand(AdvisoryLock.TryServe, connection);
        if (!await TryLockAsync(serve, cancellationToken))
        {
            throw new StorageUnavailableException(
                "Another Patchbay server is using this PostgreSQL database, of a release that does not share it.");
        }

        await using var own = new NpgsqlCommand(AdvisoryLock.TryNode, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = name.ToString() } },
        };
        if (!await TryLockAsync(own, cancellationToken))
        {
            throw new StorageUnavailableException(
                "Another Patchbay server runs with a copy of this server's data folder. Give each server a folder of its own.");
        }

        // A server that is paused inside a transaction keeps the books locked for all others.
        await using var bound = new NpgsqlCommand("SET idle_in_transaction_session_timeout = '5s'", connection);
        await bound.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Tries for two seconds: the session of a server that has just died may still be closing.</summary>
    private async Task<bool> TryLockAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < LockTries; tries++)
        {
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), timeProvider, cancellationToken);
        }

        return false;
    }
}
