using System.Collections.Concurrent;
using Npgsql;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Postgres;

/// <summary>The minutes that all servers of the database share. As much as this server counted in the second before is set
/// aside for it with the next question, to be used within a second; so a busy limit asks the database a few times a second, and
/// a slow one is exact to the last. While the database does not answer, this server keeps to its share of each limit, by what
/// it let through itself in the last minute; that is told when the database is back.</summary>
/// <param name="database">The pool.</param>
/// <param name="fleet">The servers among which limits are shared meanwhile.</param>
/// <param name="clock">The clock, of which only the monotonic part is used.</param>
internal sealed class PostgresRateWindows(PostgresDatabase database, FleetShare fleet, TimeProvider clock) : IRateWindows
{
    private const int MostKnown = 20_000;
    private static readonly TimeSpan ReportAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan OthersTellWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, MinuteCount> _counts = new(StringComparer.Ordinal);
    private long _triedAt;
    private int _isTrying;
    private volatile bool _isAlone;

    /// <inheritdoc/>
    public ValueTask<RateResult> TryTakeAsync(string name, long amount, long limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        var count = Find(name);
        if (count.TryTake(amount) is { } left)
        {
            return ValueTask.FromResult(new RateResult(true, left, TimeSpan.Zero));
        }

        if (!_isAlone)
        {
            return new ValueTask<RateResult>(AskAsync(count, name, amount, limit, cancellationToken));
        }

        if (clock.GetElapsedTime(Volatile.Read(ref _triedAt)) > ReportAfter && Interlocked.Exchange(ref _isTrying, 1) == 0)
        {
            _ = TryAgainAsync();
        }

        return ValueTask.FromResult(count.TakeAlone(amount, limit, fleet.Of(limit)));
    }

    /// <inheritdoc/>
    public void Adjust(string name, long amount)
    {
        var count = Find(name);
        if (count.Adjust(amount, _isAlone))
        {
            _ = ReportAsync(count, name);
        }
    }

    private MinuteCount Find(string name)
    {
        if (_counts.Count > MostKnown)
        {
            _counts.Clear();
        }

        return _counts.TryGetValue(name, out var count) ? count : _counts.GetOrAdd(name, new MinuteCount(clock));
    }

    private async Task<RateResult> AskAsync(
        MinuteCount count, string name, long amount, long limit, CancellationToken cancellationToken)
    {
        await count.Asking.WaitAsync(cancellationToken);
        try
        {
            if (count.TryTake(amount) is { } left)
            {
                return new RateResult(true, left, TimeSpan.Zero);
            }

            if (_isAlone)
            {
                return count.TakeAlone(amount, limit, fleet.Of(limit));
            }

            var asked = clock.GetTimestamp();
            var answer = await TakeAsync(name, count.TakeOwed(), amount, Math.Max(amount, count.Pace()), limit, count, cancellationToken);
            if (answer.Got < amount || (answer.Got == 0 && answer.Remaining == 0))
            {
                return new RateResult(
                    false, answer.Remaining, amount > limit ? TimeSpan.MaxValue : TimeSpan.FromSeconds(Math.Max(1, answer.Wait)));
            }

            count.Grant(answer.Got - amount, answer.Remaining, amount, asked);
            return new RateResult(true, answer.Remaining + answer.Got - amount, TimeSpan.Zero);
        }
        catch (StorageUnavailableException)
        {
            Volatile.Write(ref _triedAt, clock.GetTimestamp());
            _isAlone = true;
            return count.TakeAlone(amount, limit, fleet.Of(limit));
        }
        finally
        {
            count.Asking.Release();
        }
    }

    // Nobody waits for it. After its return the database is told first, and then given to the other servers for a moment to do
    // the same.
    private async Task TryAgainAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, clock);
            await database.UseAsync(
                async connection =>
                {
                    await using var command = new NpgsqlCommand("SELECT 1", connection);
                    return await command.ExecuteScalarAsync(patience.Token);
                },
                patience.Token);
            foreach (var (name, count) in _counts)
            {
                await TellAsync(count, name);
            }

            await Task.Delay(OthersTellWithin, clock, CancellationToken.None);
            _isAlone = false;
        }
        catch (Exception exception) when (exception is StorageUnavailableException or OperationCanceledException)
        {
            // Tried again with a later request.
        }
        finally
        {
            Volatile.Write(ref _triedAt, clock.GetTimestamp());
            Volatile.Write(ref _isTrying, 0);
        }
    }

    // What was used beyond the estimates is told soon, also when this server asks no more.
    private async Task ReportAsync(MinuteCount count, string name)
    {
        await Task.Delay(ReportAfter, clock);
        if (!_isAlone)
        {
            try
            {
                await TellAsync(count, name);
            }
            catch (StorageUnavailableException)
            {
                // Given back to what is owed; told with the next question.
            }
        }
    }

    private async Task TellAsync(MinuteCount count, string name)
    {
        if (count.TakeOwed() is not 0 and var owed)
        {
            await TakeAsync(name, owed, 0, 0, 0, count, CancellationToken.None);
        }
    }

    private async Task<(long Got, long Remaining, int Wait)> TakeAsync(
        string name, long owed, long need, long want, long limit, MinuteCount count, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
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
                    await using var row = await command.ExecuteReaderAsync(patience.Token);
                    await row.ReadAsync(patience.Token);
                    return (row.GetInt64(0), row.GetInt64(1), row.GetInt32(2));
                },
                patience.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            count.Owe(owed);
            throw new StorageUnavailableException("The database did not answer in time.", exception);
        }
        catch
        {
            count.Owe(owed);
            throw;
        }
    }
}
