using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Patchbay.Core;
using Patchbay.Storage.Journal;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Postgres;

/// <summary>The one loop that settles: it takes what has queued up and commits once for all, and brings in what is durable in
/// the journal. A full queue makes callers wait.</summary>
internal sealed partial class PostgresWriter : IWriteQueue, IAsyncDisposable
{
    private const int MaxBatch = 512;
    private const int QueueLength = 8192;

    private readonly Channel<WriteCommand> _queue = Channel.CreateBounded<WriteCommand>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _abandon = new();
    private readonly WriterSession _session;
    private readonly SettlementTransaction _transaction;
    private readonly PostgresIngest? _ingest;
    private readonly PendingSettlements? _pending;
    private readonly ILogger _logger;
    private readonly Task _loop;

    /// <summary>Takes over the session and starts. With a journal it brings in what that has made durable.</summary>
    public PostgresWriter(
        WriterSession session, SettlementTransaction transaction, JournaledSettlements? journaled, ILogger<PostgresWriter> logger)
    {
        _session = session;
        _transaction = transaction;
        _logger = logger;
        if (journaled is not null)
        {
            _pending = journaled.Pending;
            _ingest = new PostgresIngest(session, transaction, journaled, logger);
            _pending.WakeWith(() => TryEnqueue(new CatchUpCommand()));
        }

        _loop = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public bool TryEnqueue(WriteCommand command) => _queue.Writer.TryWrite(command);

    /// <inheritdoc/>
    public async ValueTask EnqueueAsync(WriteCommand command, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(command, cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw new StorageUnavailableException("The database is being closed.", closed);
        }
    }

    /// <summary>Ends when all settlements that this server made durable before are in the tables.</summary>
    /// <exception cref="StorageUnavailableException">The database does not take them.</exception>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken) =>
        _pending is { Any: true } ? new ValueTask(CatchUpNowAsync(cancellationToken)) : ValueTask.CompletedTask;

    /// <summary>Finishes what is queued and brings in what is journaled, waiting at most half a minute for a database that does
    /// not answer; what it does not take stays in the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _abandon.CancelAfter(TimeSpan.FromSeconds(30));
        await _loop;
        if (_ingest is not null)
        {
            await _ingest.RunAsync(_abandon.Token);
        }

        await _session.DisposeAsync();
        _abandon.Dispose();
    }

    private async Task CatchUpNowAsync(CancellationToken cancellationToken)
    {
        var command = new CatchUpCommand();
        await EnqueueAsync(command, cancellationToken);
        await command.Task.WaitAsync(cancellationToken);
    }

    private async Task RunAsync()
    {
        var batch = new List<WriteCommand>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var command))
            {
                batch.Add(command);
            }

            await CatchUpAsync(batch);
            if (batch.Count > 0)
            {
                await ProcessAsync(batch.ConvertAll(static command => (SettlementCommand)command));
            }
        }
    }

    private async Task CatchUpAsync(List<WriteCommand> batch)
    {
        var waiting = batch.FindAll(static command => command.AfterSettlements);
        if (waiting.Count == 0)
        {
            return;
        }

        batch.RemoveAll(static command => command.AfterSettlements);
        var failure = _ingest is null ? null : await _ingest.RunAsync(_abandon.Token);
        Completion.Queue(waiting.ToArray(), failure is null ? null : PostgresErrors.Translate(failure));
    }

    private async Task ProcessAsync(List<SettlementCommand> batch)
    {
        var exception = await TryCommitAsync(batch);
        if (exception is not null && PostgresErrors.IsUnavailable(exception))
        {
            // Once more over a new connection: the old one may have been lost with the commit done, which the ids tell.
            exception = await TryCommitAsync(batch);
        }

        if (exception is null)
        {
            Completion.Queue(batch.ToArray(), failure: null);
        }
        else if (batch.Count > 1 && exception is not StorageUnavailableException && !PostgresErrors.IsUnavailable(exception))
        {
            // One of them is at fault: each alone, so that it fails alone.
            foreach (var command in batch)
            {
                await ProcessAsync([command]);
            }
        }
        else
        {
            Log.CommitFailed(_logger, batch.Count, exception);
            Completion.Queue(batch.ToArray(), PostgresErrors.Translate(exception));
        }
    }

    private async Task<Exception?> TryCommitAsync(List<SettlementCommand> batch)
    {
        try
        {
            await _transaction.CommitAsync(
                batch.ConvertAll(static command => command.Settlement), journal: null, _abandon.Token);
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

    private static partial class Log
    {
        [LoggerMessage(EventId = 7001, Level = LogLevel.Error, Message = "{Settlements} settlements failed and had no effect.")]
        public static partial void CommitFailed(ILogger logger, int settlements, Exception exception);
    }
}
