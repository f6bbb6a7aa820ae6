using System.Collections.Concurrent;
using Npgsql;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>The minutes that all servers of the database share. As much as this server counted in the second before is set
/// aside for it with the next question, to be used within a second; so a busy limit asks the database a few times a second, and
/// a slow one is exact to the last.</summary>
/// <param name="database">The pool.</param>
/// <param name="clock">The clock, of which only the monotonic part is used.</param>
internal sealed class PostgresRateWindows(PostgresDatabase database, TimeProvider clock) : IRateWindows
{
    private const int MostKnown = 20_000;
    private static readonly TimeSpan ReportAfter = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, Count> _counts = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<RateResult> TryTakeAsync(string name, long amount, long limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        var count = Find(name);
        return count.TryTake(amount, clock) is { } left
            ? ValueTask.FromResult(new RateResult(true, left, TimeSpan.Zero))
            : new ValueTask<RateResult>(AskAsync(count, name, amount, limit, cancellationToken));
    }

    /// <inheritdoc/>
    public void Adjust(string name, long amount)
    {
        var count = Find(name);
        if (count.Owe(amount))
        {
            _ = ReportAsync(count, name);
        }
    }

    private Count Find(string name)
    {
        if (_counts.Count > MostKnown)
        {
            _counts.Clear();
        }

        return _counts.GetOrAdd(name, static _ => new Count());
    }

    private async Task<RateResult> AskAsync(
        Count count, string name, long amount, long limit, CancellationToken cancellationToken)
    {
        await count.Asking.WaitAsync(cancellationToken);
        try
        {
            if (count.TryTake(amount, clock) is { } left)
            {
                return new RateResult(true, left, TimeSpan.Zero);
            }

            var asked = clock.GetTimestamp();
            var owed = count.TakeOwed();
            var answer = await TakeAsync(name, owed, amount, Math.Max(amount, count.Pace(clock)), limit, count, cancellationToken);
            if (answer.Got < amount || (answer.Got == 0 && answer.Remaining == 0))
            {
                return new RateResult(
                    false, answer.Remaining, amount > limit ? TimeSpan.MaxValue : TimeSpan.FromSeconds(Math.Max(1, answer.Wait)));
            }

            count.Grant(answer.Got - amount, answer.Remaining, amount, asked, clock);
            return new RateResult(true, answer.Remaining + answer.Got - amount, TimeSpan.Zero);
        }
        finally
        {
            count.Asking.Release();
        }
    }

    // What was used beyond the estimates is told soon, also when this server asks no more.
    private async Task ReportAsync(Count count, string name)
    {
        await Task.Delay(ReportAfter, clock);
        if (count.TakeOwed() is not 0 and var owed)
        {
            try
            {
                await TakeAsync(name, owed, 0, 0, 0, count, CancellationToken.None);
            }
            catch (StorageUnavailableException)
            {
                // Given back to what is owed; told with the next question.
            }
        }
    }

    private async Task<(long Got, long Remaining, int Wait)> TakeAsync(
        string name, long owed, long need, long want, long limit, Count count, CancellationToken cancellationToken)
    {
        try
        {
            return await database.UseAsync(
                async connection =>
                {
                    await using var command = new NpgsqlCommand(
                        "SELECT got, remaining, wait FROM take_minute($1, $2, $3, $4, $5)", connection)
                    {
                        Parameters =
                        {
                            new NpgsqlParameter<string> { TypedValue = name },
                            new NpgsqlParameter<long> { TypedValue = owed },
                            new NpgsqlParameter<long> { TypedValue = need },
                            new NpgsqlParameter<long> { TypedValue = want },
                            new NpgsqlParameter<long> { TypedValue = limit },
                        },
                    };
                    await using var row = await command.ExecuteReaderAsync(cancellationToken);
                    await row.ReadAsync(cancellationToken);
                    return (row.GetInt64(0), row.GetInt64(1), row.GetInt32(2));
                },
                cancellationToken);
        }
        catch
        {
            count.Owe(owed);
            throw;
        }
    }

    private sealed class Count
    {
        private readonly Lock _gate = new();
        private long _aside;
        private long _remaining;
        private long _grantedAt;
        private long _owed;
        private long _second;
        private long _now;
        private long _before;

        public SemaphoreSlim Asking { get; } = new(1, 1);

        /// <summary>Takes out of what is set aside; null when that is too little or too old.</summary>
        public long? TryTake(long amount, TimeProvider clock)
        {
            lock (_gate)
            {
                if (_aside > 0 && clock.GetElapsedTime(_grantedAt) >= TimeSpan.FromSeconds(1))
                {
                    // Counted, and not used in time: given back.
                    _owed -= _aside;
                    _aside = 0;
                }

                if (_aside == 0 || _aside < amount)
                {
                    return null;
                }

                _aside -= amount;
                Note(amount, clock);
                return _remaining + _aside;
            }
        }

        public void Grant(long aside, long remaining, long used, long at, TimeProvider clock)
        {
            lock (_gate)
            {
                _owed -= _aside;
                (_aside, _remaining, _grantedAt) = (aside, remaining, at);
                Note(used, clock);
            }
        }

        /// <summary>What was counted in the second before this, or in this one so far.</summary>
        public long Pace(TimeProvider clock)
        {
            lock (_gate)
            {
                Note(0, clock);
                return Math.Max(_before, _now) / 4;
            }
        }

        /// <summary>Whether nothing was owed before.</summary>
        public bool Owe(long amount)
        {
            lock (_gate)
            {
                var first = _owed == 0 && amount != 0;
                _owed += amount;
                return first;
            }
        }

        public long TakeOwed()
        {
            lock (_gate)
            {
                var owed = _owed;
                _owed = 0;
                return owed;
            }
        }

        private void Note(long amount, TimeProvider clock)
        {
            var second = clock.GetTimestamp() / clock.TimestampFrequency;
            if (second != _second)
            {
                _before = second == _second + 1 ? _now : 0;
                (_now, _second) = (0, second);
            }

            _now += amount;
        }
    }
}
