using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Patchbay.Core;

namespace Patchbay.Storage.Sqlite;

/// <summary>The one thread that writes. It takes what has queued up, executes it in one transaction and commits once for
/// all (group commit), so that the cost of a disk flush is shared. A full queue makes callers wait.</summary>
internal sealed partial class SqliteWriter : IAsyncDisposable
{
    private const int MaxBatch = 512;
    private const int QueueLength = 8192;

    private readonly Channel<WriteCommand> _queue = Channel.CreateBounded<WriteCommand>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteConnection _connection;
    private readonly SqliteSession _session;
    private readonly SettlementWriter _settlements;
    private readonly bool _ownsCheckpoints;
    private readonly ILogger _logger;
    private readonly List<SettlementCommand> _settling = new(MaxBatch);

    /// <summary>Takes over an open connection and starts. The one that owns checkpoints leaves no log behind.</summary>
    public SqliteWriter(
        SqliteConnection connection, bool ownsCheckpoints, TimeProvider timeProvider, ILogger<SqliteWriter> logger)
    {
        _connection = connection;
        _ownsCheckpoints = ownsCheckpoints;
        _logger = logger;
        _session = new SqliteSession(connection);
        _settlements = new SettlementWriter(_session, timeProvider, logger);
        var thread = new Thread(Run) { IsBackground = true, Name = "patchbay-sqlite-writer" };
        thread.Start();
    }

    /// <summary>Executes work in a transaction of the writer thread; the task ends when it is durable.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        var command = new WorkCommand<T>(work);
        await EnqueueAsync(command, cancellationToken);
        return await command.Task;
    }

    /// <summary>Puts a command into the queue without waiting. False when the queue is full or closed.</summary>
    public bool TryEnqueue(WriteCommand command) => _queue.Writer.TryWrite(command);

    /// <summary>Puts a command into the queue, waiting for room.</summary>
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

    /// <summary>Finishes what is queued, empties the log into the database and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stopped.Task;
        StoppedCleanly = TryCheckpoint();
        _session.Dispose();
        await _connection.DisposeAsync();
    }

    private bool TryCheckpoint()
    {
        try
        {
            if (_ownsCheckpoints)
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

    private void Process(List<WriteCommand> batch)
    {
        if (TryCommit(batch, out var exception))
        {
            Completion.Queue(batch, failure: null);
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
            Completion.Queue(batch, SqliteErrors.Translate(exception));
        }
    }

    private bool TryCommit(List<WriteCommand> batch, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Exception? exception)
    {
        _settling.Clear();
        try
        {
            _session.Begin();
            foreach (var command in batch)
            {
                if (command is SettlementCommand settlement)
                {
                    _settling.Add(settlement);
                }
                else
                {
                    ((WorkCommand)command).Execute(_session);
                }
            }

            _settlements.Write(_settling);
            _session.Commit();
            exception = null;
            return true;
        }
        catch (Exception caught)
        {
            exception = caught;
            TryRollback();
            return false;
        }
    }

    private void TryRollback()
    {
        try
        {
            _session.Rollback();
        }
        catch (SqliteException exception)
        {
            Log.RollbackFailed(_logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7008, Level = LogLevel.Error, Message = "{Commands} writes failed and had no effect.")]
        public static partial void CommitFailed(ILogger logger, int commands, Exception exception);

        [LoggerMessage(EventId = 7009, Level = LogLevel.Error, Message = "A failed transaction could not be rolled back.")]
        public static partial void RollbackFailed(ILogger logger, Exception exception);

        [LoggerMessage(EventId = 7010, Level = LogLevel.Warning, Message = "The write-ahead log could not be emptied.")]
        public static partial void CheckpointFailed(ILogger logger, Exception exception);
    }
}
