using System.Collections.Concurrent;
using Npgsql;
using Patchbay.Billing;

namespace Patchbay.Storage.Postgres;

/// <summary>Counts that all servers of the database share. As much as this server counted in the last second is set aside for it
/// with the next question, as long as that is little of what is left; so a busy counter asks the database once or twice a second
/// and a slow one is exact to the last.</summary>
/// <param name="database">The pool.</param>
/// <param name="clock">The clock.</param>
internal sealed class PostgresCounters(PostgresDatabase database, TimeProvider clock) : ISharedCounters
{
    private const int MostKnown = 20_000;

    private readonly ConcurrentDictionary<(string Name, DateTimeOffset Window), Count> _counts = new();

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

            var (need, want) = count.Short(amount, Second);
            var (got, remaining) = await database.UseAsync(
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
                    await using var row = await command.ExecuteReaderAsync(cancellationToken);
                    await row.ReadAsync(cancellationToken);
                    return (row.GetInt64(0), row.GetInt64(1));
                },
                cancellationToken);
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
