using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>Settlements in groups: one loop takes what has queued up and commits once for all. A full queue makes callers
/// wait.</summary>
internal sealed partial class PostgresSettlementLog : ISettlementLog, IAsyncDisposable
{
    private const int MaxBatch = 512;
    private const int QueueLength = 8192;

    private readonly Channel<Waiter> _queue = Channel.CreateBounded<Waiter>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _abandon = new();
    private readonly WriterSession _session;
    private readonly SettlementTransaction _transaction;
    private readonly ILogger _logger;
    private readonly Task _loop;

    /// <summary>Takes over the session and starts.</summary>
    public PostgresSettlementLog(WriterSession session, TimeProvider timeProvider, ILogger<PostgresSettlementLog> logger)
    {
        _session = session;
        _transaction = new SettlementTransaction(session, timeProvider, logger);
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async ValueTask SettleAsync(Settlement settlement)
    {
        var waiter = new Waiter(settlement);
        try
        {
            await _queue.Writer.WriteAsync(waiter);
        }
        catch (ChannelClosedException closed)
        {
            throw new StorageUnavailableException("The database is being closed.", closed);
        }

        await waiter.Completion.Task;
    }

    /// <summary>Finishes what is queued, waiting at most half a minute for a database that does not answer.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _abandon.CancelAfter(TimeSpan.FromSeconds(30));
        await _loop;
        await _session.DisposeAsync();
        _abandon.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<Waiter>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var waiter))
            {
                batch.Add(waiter);
            }

            await ProcessAsync(batch);
        }
    }

    private async Task ProcessAsync(List<Waiter> batch)
    {
        var exception = await TryCommitAsync(batch);
        if (exception is not null && PostgresErrors.IsUnavailable(exception))
        {
            // Once more over a new connection: the old one may have been lost with the commit done, which the ids tell.
            exception = await TryCommitAsync(batch);
        }

        if (exception is null)
        {
            foreach (var waiter in batch)
            {
                waiter.Completion.SetResult();
            }
        }
        else if (batch.Count > 1 && exception is not StorageUnavailableException && !PostgresErrors.IsUnavailable(exception))
        {
            // One of them is at fault: each alone, so that it fails alone.
            foreach (var waiter in batch)
            {
                await ProcessAsync([waiter]);
            }
        }
        else
        {
            Log.CommitFailed(_logger, batch.Count, exception);
            var translated = PostgresErrors.Translate(exception);
            foreach (var waiter in batch)
            {
                waiter.Completion.SetException(translated);
            }
        }
    }

    private async Task<Exception?> TryCommitAsync(List<Waiter> batch)
    {
        try
        {
            await _transaction.CommitAsync(batch.ConvertAll(waiter => waiter.Settlement), _abandon.Token);
            return null;
        }
        catch (OperationCanceledException exception)
        {
            await _session.ResetAsync();
            return new StorageUnavailableException("PostgreSQL did not answer in time.", exception);
        }
        catch (Exception exception)
        {
            if (PostgresErrors.IsUnavailable(exception))
            {
                await _session.ResetAsync();
            }

            return exception;
        }
    }

    private sealed class Waiter(Settlement settlement)
    {
        public Settlement Settlement { get; } = settlement;

        public TaskCompletionSource Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7001, Level = LogLevel.Error, Message = "{Settlements} settlements failed and had no effect.")]
        public static partial void CommitFailed(ILogger logger, int settlements, Exception exception);
    }
}
