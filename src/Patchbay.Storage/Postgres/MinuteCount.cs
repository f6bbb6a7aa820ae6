using Patchbay.Billing;

namespace Patchbay.Storage.Postgres;

/// <summary>What one server knows of a minute that it shares with others. Thread-safe.</summary>
/// <param name="clock">The clock, of which only the monotonic part is used.</param>
internal sealed class MinuteCount(TimeProvider clock)
{
    private readonly Lock _gate = new();

    // What this server let through; and of that, what the database was not told because it was away.
    private readonly SlidingMinute _own = new();
    private SlidingMinute? _untold;
    private long _aside;
    private long _remaining;
    private long _grantedAt;
    private long _owed;
    private long _second;
    private long _now;
    private long _before;

    /// <summary>One question at a time.</summary>
    public SemaphoreSlim Asking { get; } = new(1, 1);

    private long Second => clock.GetTimestamp() / clock.TimestampFrequency;

    /// <summary>Takes out of what is set aside, and says what is left; null when that is too little or too old.</summary>
    public long? TryTake(long amount)
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
            Note(amount);
            return _remaining + _aside;
        }
    }

    /// <summary>Takes what the database granted: some was used at once, the rest is set aside.</summary>
    public void Grant(long aside, long remaining, long used, long at)
    {
        lock (_gate)
        {
            _owed -= _aside;
            (_aside, _remaining, _grantedAt) = (aside, remaining, at);
            Note(used);
        }
    }

    /// <summary>Takes out of this server's share of the limit. One amount may be all of it.</summary>
    public RateResult TakeAlone(long amount, long limit, long share)
    {
        lock (_gate)
        {
            // What was owed or set aside before the database went away is old when it is back.
            (_owed, _aside) = (0, 0);
            var counted = amount > limit ? amount : Math.Min(amount, share);
            var second = Second;
            var left = share - _own.SumAt(second);
            if (counted > left || left <= 0)
            {
                var wait = _own.SecondsUntil(Math.Max(counted, 1), share, second);
                return new RateResult(
                    false, Math.Max(0, left), wait is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue);
            }

            // All of it counts, since what is given back later is given back of all.
            _own.Add(amount, second);
            (_untold ??= new SlidingMinute()).Add(amount, second);
            return new RateResult(true, Math.Max(0, left - amount), TimeSpan.Zero);
        }
    }

    /// <summary>A quarter of what was counted in the second before this, or in this one so far.</summary>
    public long Pace()
    {
        lock (_gate)
        {
            Note(0);
            return Math.Max(_before, _now) / 4;
        }
    }

    /// <summary>Counts what is used already, or takes it back. Whether the database is to be told and nothing was owed before.
    /// </summary>
    public bool Adjust(long amount, bool isAlone)
    {
        lock (_gate)
        {
            _own.Add(amount, Second);
            if (!isAlone)
            {
                return Owe(amount);
            }

            (_untold ??= new SlidingMinute()).Add(amount, Second);
            return false;
        }
    }

    /// <summary>The database was not told after all. Whether nothing was owed before.</summary>
    public bool Owe(long amount)
    {
        lock (_gate)
        {
            var first = _owed == 0 && amount != 0;
            _owed += amount;
            return first;
        }
    }

    /// <summary>What the database is to be told, which it then is.</summary>
    public long TakeOwed()
    {
        lock (_gate)
        {
            var owed = _owed + (_untold?.SumAt(Second) ?? 0);
            (_owed, _untold) = (0, null);
            return owed;
        }
    }

    private void Note(long amount)
    {
        var second = Second;
        if (second != _second)
        {
            _before = second == _second + 1 ? _now : 0;
            (_now, _second) = (0, second);
        }

        _now += amount;
        _own.Add(amount, second);
    }
}
