using System.Collections.Concurrent;
using Dapper;
using Patchbay.Billing;

namespace Patchbay.Storage.Sqlite;

/// <summary>Counts of a server that is alone, which survive it. They are kept in memory and written down ahead, a few at a
/// time: a start after a crash goes on from what was written, which is up to <see cref="Chunk"/> more or less than was counted;
/// after an orderly stop it is exact. Nobody waits for the disk, unless more is counted than that while it writes.</summary>
/// <param name="writer">The writing thread.</param>
/// <param name="readers">The reading connections.</param>
internal sealed class SqliteCounters(SqliteWriter writer, SqliteReaders readers) : ISharedCounters
{
    /// <summary>How far what is written may be from what was counted.</summary>
    public const int Chunk = 10;

    private readonly ConcurrentDictionary<(string Name, DateTimeOffset Window), Count> _counts = new();
    private DateTimeOffset _forgotten = DateTimeOffset.MinValue;
    private long _newest;

    /// <inheritdoc/>
    public ValueTask<CounterResult> TryTakeAsync(
        string name, DateTimeOffset window, long amount, long limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        if (window.UtcTicks > Volatile.Read(ref _newest))
        {
            Begin(window);
        }

        var count = _counts.GetOrAdd((name, window), static _ => new Count());
        return count.TryTake(amount, limit) is { } result
            ? ValueTask.FromResult(WriteAhead(count, name, window, limit, result))
            : new ValueTask<CounterResult>(TakeAsync(count, name, window, amount, limit, cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<long> ReadAsync(string name, DateTimeOffset window, CancellationToken cancellationToken)
    {
        var count = _counts.GetOrAdd((name, window), static _ => new Count());
        await LoadAsync(count, name, window, cancellationToken);
        return count.Taken;
    }

    /// <summary>Writes down exactly what was counted. For the end, when nobody counts any more.</summary>
    public async Task FlushAsync()
    {
        var counts = _counts.Where(static pair => pair.Value.IsLoaded).ToArray();
        foreach (var (_, count) in counts)
        {
            if (count.Writing is { } writing)
            {
                await writing.ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }

        if (counts.Length > 0)
        {
            await writer.WriteApartAsync(
                session =>
                {
                    foreach (var (key, count) in counts)
                    {
                        Write(session, key.Name, key.Window, count.Taken);
                    }

                    return true;
                },
                CancellationToken.None);
        }
    }

    private static void Write(SqliteSession session, string name, DateTimeOffset window, long taken) => session.Statement("""
        INSERT INTO shared_counter (name, window_start, taken) VALUES (?, ?, ?)
        ON CONFLICT (name, window_start) DO UPDATE SET taken = excluded.taken
        """).Start().Add(name).Add(window).Add(taken).Execute();

    private async Task<CounterResult> TakeAsync(
        Count count, string name, DateTimeOffset window, long amount, long limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            await LoadAsync(count, name, window, cancellationToken);
            if (count.TryTake(amount, limit) is { } result)
            {
                return WriteAhead(count, name, window, limit, result);
            }

            await (count.Writing ?? Begin(count, name, window, amount, limit) ?? Task.CompletedTask).WaitAsync(cancellationToken);
        }
    }

    private CounterResult WriteAhead(Count count, string name, DateTimeOffset window, long limit, CounterResult result)
    {
        if (result.IsTaken && count.IsShort)
        {
            Begin(count, name, window, 0, limit);
        }

        return result;
    }

    private Task? Begin(Count count, string name, DateTimeOffset window, long amount, long limit)
    {
        var task = count.BeginWrite(amount, limit, mark => WriteAsync(name, window, mark));

        // Who waits for it learns of a fault; the next one who counts writes again.
        task?.ContinueWith(static failed => _ = failed.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);
        return task;
    }

    private Task<bool> WriteAsync(string name, DateTimeOffset window, long mark) => writer.WriteApartAsync(
        session =>
        {
            if (window > _forgotten)
            {
                session.Statement("DELETE FROM shared_counter WHERE window_start < ?").Start().Add(window.AddDays(-40)).Execute();
                _forgotten = window;
            }

            Write(session, name, window, mark);
            return true;
        },
        CancellationToken.None);

    private async Task LoadAsync(Count count, string name, DateTimeOffset window, CancellationToken cancellationToken)
    {
        if (count.IsLoaded)
        {
            return;
        }

        var taken = await readers.ReadApartAsync(
            connection => connection.ExecuteScalarAsync<long>(new CommandDefinition(
                "SELECT coalesce(max(taken), 0) FROM shared_counter WHERE name = @name AND window_start = @window",
                new { name, window = window.ToUnixTimeMilliseconds() }, cancellationToken: cancellationToken)),
            cancellationToken);
        count.Load(taken);
    }

    // Once for each window, whoever counts in it first: what ended more than a day before is forgotten.
    private void Begin(DateTimeOffset window)
    {
        var newest = Volatile.Read(ref _newest);
        if (window.UtcTicks <= newest || Interlocked.CompareExchange(ref _newest, window.UtcTicks, newest) != newest)
        {
            return;
        }

        var time = window.AddDays(-1);
        foreach (var key in _counts.Keys)
        {
            if (key.Window < time)
            {
                _counts.TryRemove(key, out _);
            }
        }
    }

    private sealed class Count
    {
        private readonly Lock _gate = new();
        private bool _isLoaded;
        private long _taken;
        private long _written;

        public bool IsLoaded => Volatile.Read(ref _isLoaded);

        public long Taken => Volatile.Read(ref _taken);

        public bool IsShort => Volatile.Read(ref _written) - Volatile.Read(ref _taken) < Chunk / 2;

        public Task? Writing { get; private set; }

        public void Load(long taken)
        {
            lock (_gate)
            {
                if (!_isLoaded)
                {
                    (_taken, _written, _isLoaded) = (taken, taken, true);
                }
            }
        }

        // Null when it is not known yet, or too far ahead of what is written.
        public CounterResult? TryTake(long amount, long limit)
        {
            lock (_gate)
            {
                if (!_isLoaded)
                {
                    return null;
                }

                if (amount > limit - _taken)
                {
                    return new CounterResult(false, Math.Max(0, limit - _taken));
                }

                if (_taken + amount > _written + Chunk)
                {
                    return null;
                }

                _taken += amount;
                return new CounterResult(true, limit - _taken);
            }
        }

        // One at a time; null when there is nothing to write.
        public Task? BeginWrite(long amount, long limit, Func<long, Task> write)
        {
            lock (_gate)
            {
                if (Writing is not null)
                {
                    return Writing;
                }

                var mark = Math.Max(_taken, Math.Min(limit, _taken + amount + Chunk));
                return mark == _written ? null : Writing = RunAsync(mark, write);
            }
        }

        private async Task RunAsync(long mark, Func<long, Task> write)
        {
            // Never at once: the field that names this task is set first.
            await Task.Yield();
            try
            {
                await write(mark);
                lock (_gate)
                {
                    _written = mark;
                }
            }
            finally
            {
                lock (_gate)
                {
                    Writing = null;
                }
            }
        }
    }
}
