using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Patchbay.Storage.Postgres;

/// <summary>Follows what any process changes in the database. A notification says only that there is something; what it is is
/// read from the table of changes, which is also looked at every few seconds: so a notification that is lost costs seconds, and
/// an outage loses nothing.</summary>
/// <param name="source">Where connections come from.</param>
/// <param name="leases">Who is told what other servers wait for.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class PostgresChangeFeed(
    NpgsqlDataSource source, PostgresLeaseStore leases, TimeProvider timeProvider, ILogger<PostgresChangeFeed> logger)
{
    private const string HorizonSql = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text";
    private const string WantedChannel = "patchbay_wanted";

    private static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromMilliseconds(500);

    // Every change of a transaction before this one has been seen.
    private string _horizon = "0";
    private HashSet<long> _seen = [];

    /// <summary>From now on every change counts.</summary>
    public async Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(HorizonSql, connection);
        _horizon = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Hands over every change, until it is cancelled. What could not be handled is handed over again.</summary>
    public async Task FollowAsync(Func<StorageChange, CancellationToken, Task> handle, CancellationToken cancellationToken)
    {
        var isDown = false;
        while (true)
        {
            try
            {
                await using var connection = await ListenAsync(cancellationToken);
                if (isDown)
                {
                    isDown = false;
                    Log.Back(logger);
                }

                while (true)
                {
                    await ReadAsync(connection, handle, cancellationToken);
                    await connection.WaitAsync(PollEvery, cancellationToken);
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (!isDown)
                {
                    isDown = true;
                    Log.Down(logger, exception.Message);
                }

                await Task.Delay(ReconnectAfter, timeProvider, cancellationToken);
            }
        }
    }

    private async Task<NpgsqlConnection> ListenAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            connection.Notification += (_, notification) =>
            {
                if (notification.Channel == WantedChannel)
                {
                    leases.TellWanted(notification.Payload);
                }
            };
            await using var listen = new NpgsqlCommand($"LISTEN patchbay_change; LISTEN {WantedChannel}", connection);
            await listen.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task ReadAsync(
        NpgsqlConnection connection, Func<StorageChange, CancellationToken, Task> handle, CancellationToken cancellationToken)
    {
        await using var horizon = new NpgsqlCommand(HorizonSql, connection) { CommandTimeout = 5 };
        var next = (string)(await horizon.ExecuteScalarAsync(cancellationToken))!;
        var fresh = new List<(long Id, StorageChange Change)>();
        var seen = new HashSet<long>();
        await using (var read = new NpgsqlCommand(
            "SELECT id, topic, subject FROM change WHERE xid >= $1::xid8 ORDER BY id", connection)
        {
            CommandTimeout = 5,
            Parameters = { new NpgsqlParameter { Value = _horizon, NpgsqlDbType = NpgsqlDbType.Text } },
        })
        await using (var row = await read.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                var id = row.GetInt64(0);
                seen.Add(id);
                if (!_seen.Contains(id))
                {
                    fresh.Add((id, new StorageChange(row.GetString(1), row.GetString(2))));
                }
            }
        }

        foreach (var change in fresh.Select(static pair => pair.Change).Distinct())
        {
            await handle(change, cancellationToken);
        }

        (_horizon, _seen) = (next, seen);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7024, Level = LogLevel.Warning,
            Message = "Changes made by other servers are not heard of at the moment: {Reason}")]
        public static partial void Down(ILogger logger, string reason);

        [LoggerMessage(EventId = 7025, Level = LogLevel.Information, Message = "Changes made by other servers are heard of again.")]
        public static partial void Back(ILogger logger);
    }
}
