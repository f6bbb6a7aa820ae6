using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage.Sqlite;

namespace Patchbay.Storage.Journal;

/// <summary>Makes settlements durable in groups, each with one write and one flush of a file; the database takes them later
/// (<see cref="PendingSettlements"/>). What the journal cannot take goes directly into the database.</summary>
internal sealed partial class SettlementJournal : IAsyncDisposable
{
    private const int MaxWrite = 256 << 10;

    // Null for a question that waits.
    private readonly GatheringQueue<SettlementCommand?> _queue = new();
    private readonly ConcurrentQueue<TaskCompletionSource<bool>> _questions = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JournalSegments _segments;
    private readonly PendingSettlements _pending;
    private readonly IWriteQueue _writer;
    private readonly ILogger _logger;
    private readonly JournalBuffer _buffer = new();
    private readonly List<Settlement> _settled = [];
    private SegmentState _state;

    /// <summary>Starts the journal's thread over segments that are ready.</summary>
    public SettlementJournal(
        JournalSegments segments, PendingSettlements pending, IWriteQueue writer, ILogger<SettlementJournal> logger)
    {
        _segments = segments;
        _pending = pending;
        _writer = writer;
        _logger = logger;
        TryOpen();
        var thread = new Thread(Run) { IsBackground = true, Name = "patchbay-journal" };
        thread.Start();
    }

    /// <summary>The segments, for tests that make them fail.</summary>
    internal JournalSegments Segments => _segments;

    /// <summary>Takes a settlement; its wait ends when it is durable. False when the journal is being closed.</summary>
    public bool TryEnqueue(SettlementCommand command) => _queue.TryAdd(command);

    /// <summary>Whether a segment takes settlements, after an attempt to open one where none is.</summary>
    public Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        var question = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _questions.Enqueue(question);
        return _queue.TryAdd(null) ? question.Task.WaitAsync(cancellationToken) : Task.FromResult(false);
    }

    /// <summary>Makes durable what is queued and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _stopped.Task;
        _segments.Dispose();
    }

    private void Run()
    {
        var group = new List<SettlementCommand?>();
        while (_queue.Take(ref group))
        {
            var asks = group.RemoveAll(static command => command is null) > 0;
            Process(CollectionsMarshal.AsSpan(group)!);
            group.Clear();
            if (asks)
            {
                Answer();
            }
        }

        _stopped.SetResult();
    }

    private void Answer()
    {
        var isOpen = TryOpen();
        while (_questions.TryDequeue(out var question))
        {
            question.SetResult(isOpen);
        }
    }

    private void Process(ReadOnlySpan<SettlementCommand> group)
    {
        while (!group.IsEmpty)
        {
            if (!TryOpen())
            {
                Divert(group);
                return;
            }

            var count = Encode(group);
            if (count > 0)
            {
                Commit(group[..count]);
                group = group[count..];
            }
            else if (!_segments.IsFresh)
            {
                _segments.Close();
            }
            else
            {
                // Larger than a whole segment.
                Divert(group[..1]);
                group = group[1..];
            }
        }
    }

    private bool TryOpen()
    {
        var state = _segments.Open(_pending.Durable + 1, _pending.Ingested);
        if (state != _state)
        {
            switch (state)
            {
                case SegmentState.Open:
                    Log.Journaling(_logger);
                    break;
                case SegmentState.Occupied:
                    Log.Full(_logger);
                    break;
                default:
                    Log.Failed(_logger, _segments.Failure);
                    break;
            }

            _state = state;
        }

        if (state == SegmentState.Occupied)
        {
            _writer.TryEnqueue(new CatchUpCommand());
        }

        return state == SegmentState.Open;
    }

    // As many records as one write and the segment take.
    private int Encode(ReadOnlySpan<SettlementCommand> group)
    {
        _buffer.Truncate(0);
        var room = Math.Min(_segments.Room, MaxWrite);
        var count = 0;
        foreach (var command in group)
        {
            var before = _buffer.Length;
            JournalRecord.Append(_buffer, _segments.Salt, _pending.Durable + 1 + count, command.Payload);
            if (_buffer.Length > room && (count > 0 || _buffer.Length > _segments.Room))
            {
                _buffer.Truncate(before);
                break;
            }

            count++;
        }

        return count;
    }

    private void Commit(ReadOnlySpan<SettlementCommand> group)
    {
        try
        {
            _segments.Write(_buffer.Span, _pending.Durable + group.Length);
        }
        catch (Exception exception)
        {
            Log.Failed(_logger, exception);
            _state = SegmentState.Failed;
            Divert(group);
            return;
        }

        _settled.Clear();
        foreach (var command in group)
        {
            _settled.Add(command.Settlement);
        }

        // Before anybody learns of it: whoever reads after that waits until the database has it.
        _pending.Add(CollectionsMarshal.AsSpan(_settled));
        Completion.Queue(group, failure: null);
    }

    private void Divert(ReadOnlySpan<SettlementCommand> group)
    {
        foreach (var command in group)
        {
            try
            {
                if (!_writer.TryEnqueue(command))
                {
                    _writer.EnqueueAsync(command, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                }
            }
            catch (StorageUnavailableException exception)
            {
                Completion.Queue([command], exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 7011, Level = LogLevel.Error,
            Message = "The settlement journal cannot be written; settlements go directly into the database until it can.")]
        public static partial void Failed(ILogger logger, Exception? exception);

        [LoggerMessage(EventId = 7012, Level = LogLevel.Warning,
            Message = "The settlement journal is full, since the database does not take what it holds; settlements go directly into the database.")]
        public static partial void Full(ILogger logger);

        [LoggerMessage(EventId = 7013, Level = LogLevel.Information, Message = "Settlements are journaled again.")]
        public static partial void Journaling(ILogger logger);
    }
}
