using System.Collections.Concurrent;
using Npgsql;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>Counts that all servers of the database share. As much as this server counted in the last second is set aside for it
/// with the next question, as long as that is little of what is left; so a busy counter asks the database once or twice a second
/// and a slow one is exact to the last. A database that does not answer within two seconds is taken to be away, and for a
/// second nobody else waits for it.</summary>
/// <param name="database">The pool.</param>
/// <param name="clock">The clock.</param>
internal sealed class PostgresCounters(PostgresDatabase database, TimeProvider clock) : ISharedCounters
{
    private const int MostKnown = 20_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Name, DateTimeOffset Window), Count> _counts = new();
    private long _triedAt;
    private volatile bool _isAway;

    /// <inheritdoc/>
    public ValueTask<CounterResult> TryTakeAsync(
        string name, DateTimeOffset window, long amount, long limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        if (_counts.Count > MostKnown)
        {
            // What is set aside is lost with them: counted, never exceeded.
            _counts.Clear();
        }

        var count = _counts.GetOrAdd((name, window), static _ => new Count());
        return count.TryTake(amount, Second) is { } left
            ? ValueTask.FromResult(new CounterResult(true, left))
            : new ValueTask<CounterResult>(AskAsync(count, name, window, amount, limit, cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<long> ReadAsync(string name, DateTimeOffset window, CancellationToken cancellationToken) =>
        await database.UseAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    "SELECT taken FROM shared_counter WHERE name = $1 AND window_start = $2", connection)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<string> { TypedValue = name },
                        new NpgsqlParameter<DateTime> { TypedValue = PostgresTime.Of(window) },
                    },
                };
                return await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
            },
            cancellationToken);

    private long Second => clock.GetTimestamp() / clock.TimestampFrequency;

    private async Task<CounterResult> AskAsync(
        Count count, string name, DateTimeOffset window, long amount, long limit, CancellationToken cancellationToken)
    {
        await count.Asking.WaitAsync(cancellationToken);
        try
        {
            if (count.TryTake(amount, Second) is { } left)
            {
                return new CounterResult(true, left);
            }

            if (!MayAsk())
            {
                throw new StorageUnavailableException("The database did not answer a moment ago.");
            }

            var (need, want) = count.Short(amount, Second);
            var (got, remaining) = await TakeAsync(name, window, need, want, limit, cancellationToken);
            count.Add(got, remaining);
            return count.TryTake(amount, Second) is { } after
                ? new CounterResult(true, after)
                : new CounterResult(false, count.Left);
        }
        finally
        {
            count.Asking.Release();
        }
    }

    // While it is away, one asks again each second.
    private bool MayAsk()
    {
        var triedAt = Volatile.Read(ref _triedAt);
        return !_isAway
            || (clock.GetElapsedTime(triedAt) >= AskAgainAfter
                && Interlocked.CompareExchange(ref _triedAt, clock.GetTimestamp(), triedAt) == triedAt);
    }

    // What is taken by a question that was given up is lost: counted, never exceeded.
    private async Task<(long Got, long Remaining)> TakeAsync(
        string name, DateTimeOffset window, long need, long want, long limit, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var taken = await database.UseAsync(
                async connection =>
                {
                    await using var command = new NpgsqlCommand("SELECT got, remaining FROM take_counter($1, $2, $3, $4, $5)", connection)
                    {
                        Parameters =
                        {
                            new NpgsqlParameter<string> { TypedValue = name },
                            new NpgsqlParameter<DateTime> { TypedValue = PostgresTime.Of(window) },
                            new NpgsqlParameter<long> { TypedValue = need },
                            new NpgsqlParameter<long> { TypedValue = want },
                            new NpgsqlParameter<long> { TypedValue = limit },
                        },
                    };
                    await using var row = await command.ExecuteReaderAsync(patience.Token);
                    await row.ReadAsync(patience.Token);
                    return (row.GetInt64(0), row.GetInt64(1));
                },
                patience.Token);
            _isAway = false;
            return taken;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            NoteAway();
            throw new StorageUnavailableException("The database did not answer in time.", exception);
        }
        catch (StorageUnavailableException)
        {
            NoteAway();
            throw;
        }
    }

    private void NoteAway()
    {
        Volatile.Write(ref _triedAt, clock.GetTimestamp());
        _isAway = true;
    }

    private sealed class Count
    {
        private readonly Lock _gate = new();
        private long _aside;
        private long _remaining;
        private long _second;
        private long _now;
        private long _before;

        public SemaphoreSlim Asking { get; } = new(1, 1);

        public long Left
        {
            get
            {
                lock (_gate)
                {
                    return _remaining + _aside;
                }
            }
        }

        public long? TryTake(long amount, long second)
        {
            lock (_gate)
            {
                if (_aside < amount)
                {
                    return null;
                }

                Roll(second);
                _aside -= amount;
                _now += amount;
                return _remaining + _aside;
            }
        }

        public (long Need, long Want) Short(long amount, long second)
        {
            lock (_gate)
            {
                Roll(second);
                var need = amount - _aside;
                return (need, Math.Max(need, Math.Max(_before, _now)));
            }
        }

        public void Add(long got, long remaining)
        {
            lock (_gate)
            {
                _aside += got;
                _remaining = remaining;
            }
        }

        private void Roll(long second)
        {
            if (second != _second)
            {
                _before = second == _second + 1 ? _now : 0;
                (_now, _second) = (0, second);
            }
        }
    }
}
