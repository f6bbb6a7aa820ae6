namespace Patchbay.Storage.Journal;

/// <summary>What waits for the next group. Adding never blocks; the one thread that takes sleeps until a group is worth its
/// flush, and is waked once for it.</summary>
/// <typeparam name="T">What is grouped.</typeparam>
internal sealed class GatheringQueue<T>
{
    private readonly object _gate = new();
    private readonly Gathering _gathering = new();
    private List<T> _items = new(256);
    private int _wakeAt;
    private bool _closed;

    /// <summary>Adds one; false when the queue is closed.</summary>
    public bool TryAdd(T item)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _items.Add(item);
            if (_items.Count == _wakeAt)
            {
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    /// <summary>Nothing more is added.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes all there is, at least one, in exchange for an empty list; waits first as it is worth. False when the
    /// queue is closed and empty.</summary>
    public bool Take(ref List<T> taken)
    {
        lock (_gate)
        {
            var early = _items.Count;
            if (!_closed && _gathering.Waits(early))
            {
                _wakeAt = _gathering.Worthwhile;
                Monitor.Wait(_gate, Gathering.PatienceMs);
            }

            _wakeAt = 1;
            while (_items.Count == 0)
            {
                if (_closed)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            _wakeAt = 0;
            _gathering.Took(early, _items.Count);
            (_items, taken) = (taken, _items);
            return true;
        }
    }
}
