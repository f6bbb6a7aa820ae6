using Patchbay.Billing;

namespace Patchbay.Storage.Journal;

/// <summary>Settlements that are durable in the journal and have not entered the database yet, in order. Thread-safe: the
/// journal adds, the writer takes. Wakes the writer when there are many or when the first has waited for a while.</summary>
internal sealed class PendingSettlements : IDisposable
{
    /// <summary>How many enter the database in one transaction.</summary>
    public const int BatchSize = 512;

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<Settlement> _waiting = new();
    private readonly ITimer _timer;
    private Func<bool>? _wake;
    private long _durable;
    private long _ingested;

    /// <summary>Nothing waits; the sequence is that of the last settlement in the database.</summary>
    public PendingSettlements(long ingested, TimeProvider clock)
    {
        _durable = _ingested = ingested;
        _timer = clock.CreateTimer(
            static state => ((PendingSettlements)state!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether any wait.</summary>
    public bool Any => Volatile.Read(ref _ingested) != Volatile.Read(ref _durable);

    /// <summary>The sequence of the last durable settlement.</summary>
    public long Durable => Volatile.Read(ref _durable);

    /// <summary>The sequence up to which all have entered the database.</summary>
    public long Ingested => Volatile.Read(ref _ingested);

    /// <summary>Whom to wake; it answers false when it cannot be waked now.</summary>
    public void WakeWith(Func<bool> wake) => _wake = wake;

    /// <summary>Adds settlements that have just become durable, with the sequences after <see cref="Durable"/>.</summary>
    public void Add(ReadOnlySpan<Settlement> settlements)
    {
        bool isMany;
        lock (_gate)
        {
            var before = _waiting.Count;
            foreach (var settlement in settlements)
            {
                _waiting.Enqueue(settlement);
            }

            Volatile.Write(ref _durable, _durable + settlements.Length);
            isMany = before / BatchSize != _waiting.Count / BatchSize;
            if (before == 0)
            {
                _timer.Change(Delay, Timeout.InfiniteTimeSpan);
            }
        }

        if (isMany)
        {
            Wake();
        }
    }

    /// <summary>Copies the first ones, at most a batch. Returns the sequence of the last one copied.</summary>
    public long Peek(List<Settlement> batch)
    {
        lock (_gate)
        {
            foreach (var settlement in _waiting)
            {
                batch.Add(settlement);
                if (batch.Count == BatchSize)
                {
                    break;
                }
            }

            return _ingested + batch.Count;
        }
    }

    /// <summary>Forgets the first ones, which have entered the database.</summary>
    public void Remove(int count)
    {
        lock (_gate)
        {
            for (var i = 0; i < count; i++)
            {
                _waiting.Dequeue();
            }

            Volatile.Write(ref _ingested, _ingested + count);
            if (_waiting.Count > 0)
            {
                _timer.Change(Delay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Wakes the writer after a pause, since the database did not take them.</summary>
    public void RetryLater() => _timer.Change(RetryDelay, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Wake()
    {
        if (_wake is { } wake && Any && !wake())
        {
            _timer.Change(Delay, Timeout.InfiniteTimeSpan);
        }
    }
}
