using Npgsql;

namespace Patchbay.Storage.Postgres;

/// <summary>The pool of connections, with errors in the contract's words.</summary>
/// <param name="source">The pool, which stays the caller's.</param>
internal sealed class PostgresDatabase(NpgsqlDataSource source)
{
    /// <summary>A pool for this connection string, with limits on waiting where it sets none.</summary>
    public static NpgsqlDataSource CreateSource(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException exception)
        {
            throw new StorageRefusedException($"The PostgreSQL connection string cannot be read: {exception.Message}", exception);
        }

        settings.ApplicationName ??= "patchbay";
        settings.Options ??= "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000";
        if (!settings.ContainsKey("Timeout"))
        {
            settings.Timeout = 5;
        }

        if (!settings.ContainsKey("Keepalive"))
        {
            settings.KeepAlive = 15;
        }

        return NpgsqlDataSource.Create(settings);
    }

    /// <summary>Ends when all settlements that this server made durable before are in the tables.</summary>
    public Func<CancellationToken, ValueTask> CatchUp { get; set; } = static _ => ValueTask.CompletedTask;

    /// <summary>Lends a connection, for what must see every settlement that this server made durable before.</summary>
    public async Task<T> UseSettledAsync<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken)
    {
        await CatchUp(cancellationToken);
        return await UseAsync(use, cancellationToken);
    }

    /// <summary>Lends a connection.</summary>
    public async Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            return await use(connection);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var translated = PostgresErrors.Translate(exception);
            if (ReferenceEquals(translated, exception))
            {
                throw;
            }

            throw translated;
        }
    }
}
