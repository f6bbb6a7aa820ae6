namespace Patchbay.Providers;

/// <summary>Something that wants to be looked at a few times a second while it is registered.</summary>
public abstract class Watched
{
    internal Watched? Previous { get; set; }

    internal Watched? Next { get; set; }

    internal bool IsRegistered { get; set; }

    /// <summary>Called on the watch's timer; must return quickly and not throw.</summary>
    /// <param name="nowMs">Milliseconds on the clock of <see cref="Environment.TickCount64"/>.</param>
    protected internal abstract void Tick(long nowMs);
}

/// <summary>One timer for the deadlines of all running requests. Setting a deadline is then a store to a field, where a
/// timer each would cost an allocation and a lock per streamed frame. Resolution is <see cref="Resolution"/>.</summary>
public sealed class DeadlineWatch : IDisposable
{
    /// <summary>How late a deadline may be noticed.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private Watched[] _due = new Watched[64];
    private Watched? _first;
    private int _count;
    private int _isTicking;

    /// <summary>Starts the timer.</summary>
    public DeadlineWatch()
    {
        _timer = new Timer(static state => ((DeadlineWatch)state!).TickAll(), this, Resolution, Resolution);
    }

    /// <summary>How many are registered.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Begins to look at something; nothing happens when it is registered already.</summary>
    public void Add(Watched watched)
    {
        lock (_gate)
        {
            if (watched.IsRegistered)
            {
                return;
            }

            watched.IsRegistered = true;
            watched.Next = _first;
            if (_first is not null)
            {
                _first.Previous = watched;
            }

            _first = watched;
            _count++;
        }
    }

    /// <summary>Stops looking. A tick that is under way may still end after this returns.</summary>
    public void Remove(Watched watched)
    {
        lock (_gate)
        {
            if (!watched.IsRegistered)
            {
                return;
            }

            watched.IsRegistered = false;
            if (watched.Previous is not null)
            {
                watched.Previous.Next = watched.Next;
            }
            else
            {
                _first = watched.Next;
            }

            if (watched.Next is not null)
            {
                watched.Next.Previous = watched.Previous;
            }

            watched.Previous = null;
            watched.Next = null;
            _count--;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    // A timer does not wait for its last turn: where the processor is short, the next would begin beside it.
    private void TickAll()
    {
        if (Interlocked.Exchange(ref _isTicking, 1) != 0)
        {
            return;
        }

        try
        {
            TickRegistered();
        }
        finally
        {
            Volatile.Write(ref _isTicking, 0);
        }
    }

    private void TickRegistered()
    {
        int count;
        lock (_gate)
        {
            if (_due.Length < _count)
            {
                _due = new Watched[_count * 2];
            }

            count = 0;
            for (var watched = _first; watched is not null; watched = watched.Next)
            {
                _due[count++] = watched;
            }
        }

        var now = Environment.TickCount64;
        for (var i = 0; i < count; i++)
        {
            _due[i].Tick(now);
            _due[i] = null!;
        }
    }
}
