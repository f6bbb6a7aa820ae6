namespace Patchbay.Billing;

/// <summary>How many requests of an organization, its workspaces and its keys run at a time, and who waits for a turn. A higher
/// priority goes first; among equals the keys take turns, so that one that sends much does not keep the others waiting.
/// Thread-safe.</summary>
internal sealed class TurnQueue
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BudgetScope, int> _running = [];

    // By priority, the highest first; in each the keys in the order of their next turns.
    private readonly SortedDictionary<int, LinkedList<Line>> _waiting = new(Comparer<int>.Create(static (a, b) => b.CompareTo(a)));

    private int _waits;

    /// <summary>How many wait.</summary>
    public int Waiting => Volatile.Read(ref _waits);

    /// <summary>Takes a turn at every scope, or at none; null when it could. Else the limit that is full. Requests that wait
    /// already and could take that turn go first.</summary>
    public ConcurrencyLimit? TryEnter(IReadOnlyList<ConcurrencyLimit> limits)
    {
        lock (_gate)
        {
            return TryTake(limits);
        }
    }

    /// <summary>Waits for a turn: true when it was taken.</summary>
    /// <param name="limits">The scopes at which it is needed.</param>
    /// <param name="priority">Who goes first.</param>
    /// <param name="line">Whose requests wait in one line: the key.</param>
    /// <param name="within">How long to wait.</param>
    /// <param name="most">How many may wait; when there are as many, the answer is false at once.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    public async ValueTask<bool> WaitAsync(
        IReadOnlyList<ConcurrencyLimit> limits, int priority, Guid line, TimeSpan within, int most, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var waiter = new Waiter(limits);
        lock (_gate)
        {
            if (TryTake(limits) is null)
            {
                return true;
            }

            if (_waits >= most)
            {
                return false;
            }

            Enqueue(waiter, priority, line);
        }

        try
        {
            await waiter.Turn.Task.WaitAsync(within, clock, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                // The turn may have come at the last moment; a caller that is gone does not take it.
                var came = waiter.Turn.Task.IsCompleted;
                if (!came)
                {
                    waiter.IsGone = true;
                    _waits--;
                    return false;
                }
            }

            if (exception is TimeoutException)
            {
                return true;
            }

            Leave(limits);
            return false;
        }
    }

    /// <summary>Gives a turn back, and the next one to whoever waits for it.</summary>
    public void Leave(IReadOnlyList<ConcurrencyLimit> limits)
    {
        lock (_gate)
        {
            foreach (var limit in limits)
            {
                var running = _running[limit.Scope] - 1;
                if (running == 0)
                {
                    _running.Remove(limit.Scope);
                }
                else
                {
                    _running[limit.Scope] = running;
                }
            }

            Serve();
        }
    }

    private ConcurrencyLimit? TryTake(IReadOnlyList<ConcurrencyLimit> limits)
    {
        foreach (var limit in limits)
        {
            if (_running.GetValueOrDefault(limit.Scope) >= limit.Most)
            {
                return limit;
            }
        }

        foreach (var limit in limits)
        {
            _running[limit.Scope] = _running.GetValueOrDefault(limit.Scope) + 1;
        }

        return null;
    }

    private void Enqueue(Waiter waiter, int priority, Guid key)
    {
        if (!_waiting.TryGetValue(priority, out var lines))
        {
            _waiting.Add(priority, lines = new LinkedList<Line>());
        }

        Line? own = null;
        foreach (var line in lines)
        {
            own = line.Key == key ? line : own;
        }

        if (own is null)
        {
            lines.AddLast(own = new Line(key));
        }

        own.Waiters.Enqueue(waiter);
        _waits++;
    }

    // Every line's first gets its turn when it can; a line that got one stands last.
    private void Serve()
    {
        foreach (var (priority, lines) in _waiting.ToArray())
        {
            var tried = 0;
            while (tried < lines.Count && lines.First is { } first)
            {
                lines.RemoveFirst();
                var served = first.Value.TryServe(waiter => TryTake(waiter.Limits) is null, out var isEmpty);
                _waits -= served ? 1 : 0;
                tried = served ? 0 : tried + (isEmpty ? 0 : 1);
                if (!isEmpty)
                {
                    lines.AddLast(first);
                }
            }

            if (lines.Count == 0)
            {
                _waiting.Remove(priority);
            }
        }
    }

    private sealed class Line(Guid key)
    {
        public Guid Key { get; } = key;

        public Queue<Waiter> Waiters { get; } = new();

        public bool TryServe(Func<Waiter, bool> take, out bool isEmpty)
        {
            while (Waiters.TryPeek(out var gone) && gone.IsGone)
            {
                Waiters.Dequeue();
            }

            var served = Waiters.TryPeek(out var first) && take(first);
            if (served)
            {
                Waiters.Dequeue().Turn.SetResult();
            }

            isEmpty = Waiters.Count == 0;
            return served;
        }
    }

    private sealed class Waiter(IReadOnlyList<ConcurrencyLimit> limits)
    {
        public IReadOnlyList<ConcurrencyLimit> Limits { get; } = limits;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsGone { get; set; }
    }
}

/// <summary>How many requests of a scope may run at a time.</summary>
/// <param name="Scope">Whose.</param>
/// <param name="Most">One or more.</param>
internal readonly record struct ConcurrencyLimit(BudgetScope Scope, int Most);
