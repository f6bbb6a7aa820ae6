using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage.Journal;

namespace Patchbay.Storage.Sqlite;

/// <summary>The one thread that writes. It takes what has queued up, executes it in one transaction and commits once for
/// all (group commit), so that the cost of a disk flush is shared. A full queue makes callers wait.</summary>
internal sealed partial class SqliteWriter : IWriteQueue, IAsyncDisposable
{
    private const int MaxBatch = 512;
    private const int QueueLength = 8192;

    private readonly Channel<WriteCommand> _queue = Channel.CreateBounded<WriteCommand>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteConnection _connection;
    private readonly SqliteSession _session;
    private readonly SettlementWriter _settlements;
    private readonly WriteTransaction _transaction;
    private readonly JournaledSettlements? _journaled;
    private readonly SettlementIngest? _ingest;
    private readonly ILogger _logger;
    private readonly List<Settlement> _settling = new(MaxBatch);

    /// <summary>Takes over an open connection and starts. The server's writer, which is given what is journaled, owns the
    /// checkpoints and leaves no log behind.</summary>
    public SqliteWriter(
        SqliteConnection connection, JournaledSettlements? journaled, Action<Exception> diskFailed, TimeProvider timeProvider,
        ILogger<SqliteWriter> logger)
    {
        _connection = connection;
        _journaled = journaled;
        _logger = logger;
        _session = new SqliteSession(connection);
        _transaction = new WriteTransaction(_session, diskFailed, logger);
        _settlements = new SettlementWriter(_session, timeProvider, logger);
        if (journaled is not null)
        {
            _ingest = new SettlementIngest(_session, _settlements, journaled, _transaction, logger);
            journaled.Pending.WakeWith(() => TryEnqueue(new CatchUpCommand()));
        }

        var thread = new Thread(Run) { IsBackground = true, Name = "patchbay-sqlite-writer" };
        thread.Start();
    }

    /// <summary>Executes work in a transaction of the writer thread, after all settlements that were durable before; the task
    /// ends when it is durable.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) =>
        WriteAsync(new WorkCommand<T>(work, afterSettlements: true), cancellationToken);

    /// <summary>The same for work on tables that settlements neither change nor read: it does not wait for them.</summary>
    public Task<T> WriteApartAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) =>
        WriteAsync(new WorkCommand<T>(work, afterSettlements: false), cancellationToken);

    /// <summary>Ends when all settlements that were durable before are in the tables.</summary>
    /// <exception cref="StorageUnavailableException">The database does not take them.</exception>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken) =>
        _journaled is { Pending.Any: true } ? new ValueTask(CatchUpNowAsync(cancellationToken)) : ValueTask.CompletedTask;

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

    /// <summary>After disposing: whether the log was emptied into the database. When not, nothing is lost; the next start
    /// reads it.</summary>
    public bool StoppedCleanly { get; private set; }

    /// <summary>Finishes what is queued, brings in what is journaled, empties the log into the database and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stopped.Task;
        var isComplete = _ingest?.Run() is null;
        StoppedCleanly = TryCheckpoint() && isComplete;
        _session.Dispose();
        await _connection.DisposeAsync();
    }

    private async Task<T> WriteAsync<T>(WorkCommand<T> command, CancellationToken cancellationToken)
    {
        await EnqueueAsync(command, cancellationToken);
        return await command.Task;
    }

    private async Task CatchUpNowAsync(CancellationToken cancellationToken)
    {
        var command = new CatchUpCommand();
        await EnqueueAsync(command, cancellationToken);
        await command.Task.WaitAsync(cancellationToken);
    }

    private bool TryCheckpoint()
    {
        try
        {
            if (_journaled is not null)
            {
                _session.Statement("PRAGMA wal_checkpoint(TRUNCATE)").Execute();
            }
            else
            {
                _session.KeepLogOnClose();
            }

            return true;
        }
        catch (SqliteException exception)
        {
            Log.CheckpointFailed(_logger, exception);
            return false;
        }
    }

    private void Run()
    {
        var batch = new List<WriteCommand>(MaxBatch);
        while (Take(batch))
        {
            CatchUp(batch);
            Process(batch);
            batch.Clear();
        }

        _stopped.SetResult();
    }

    private bool Take(List<WriteCommand> batch)
    {
        while (true)
        {
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var command))
            {
                batch.Add(command);
            }

            if (batch.Count > 0)
            {
                return true;
            }

            if (!_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                return false;
            }
        }
    }

    // What is durable by now enters the tables before the work that must see it. What only waited for that is done then.
    private void CatchUp(List<WriteCommand> batch)
    {
        if (!batch.Exists(static command => command.AfterSettlements))
        {
            return;
        }

        if (_ingest?.Run() is { } failure)
        {
            Settle(batch, static command => command.AfterSettlements, SqliteErrors.Unavailable(failure));
        }
        else
        {
            Settle(batch, static command => command is CatchUpCommand, failure: null);
        }
    }

    private static void Settle(List<WriteCommand> batch, Predicate<WriteCommand> which, Exception? failure)
    {
        Completion.Queue(batch.FindAll(which).ToArray(), failure);
        batch.RemoveAll(which);
    }

    private void Process(List<WriteCommand> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        if (_transaction.TryCommit((Writer: this, batch), static state => state.Writer.Execute(state.batch), out var exception))
        {
            Completion.Queue(CollectionsMarshal.AsSpan(batch), failure: null);
        }
        else if (batch.Count > 1 && SqliteErrors.IsFaultOfRow(exception))
        {
            // One of them is at fault: each alone, so that it fails alone.
            foreach (var command in batch.ToArray())
            {
                Process([command]);
            }
        }
        else
        {
            Log.CommitFailed(_logger, batch.Count, exception);
            Completion.Queue(CollectionsMarshal.AsSpan(batch), SqliteErrors.Translate(exception));
        }
    }

    private void Execute(List<WriteCommand> batch)
    {
        _settling.Clear();
        foreach (var command in batch)
        {
            if (command is SettlementCommand settlement)
            {
                _settling.Add(settlement.Settlement);
            }
            else
            {
                ((WorkCommand)command).Execute(_session);
            }
        }

        _settlements.Write(_settling);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7008, Level = LogLevel.Error, Message = "{Commands} writes failed and had no effect.")]
        public static partial void CommitFailed(ILogger logger, int commands, Exception exception);

        [LoggerMessage(EventId = 7010, Level = LogLevel.Warning, Message = "The write-ahead log could not be emptied.")]
        public static partial void CheckpointFailed(ILogger logger, Exception exception);
    }
}
