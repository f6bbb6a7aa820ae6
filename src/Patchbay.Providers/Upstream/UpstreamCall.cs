namespace Patchbay.Providers;

/// <summary>One call to a provider: its cancellation, its deadlines and, once it has answered, its response. Dispose it to
/// close the connection or give it back to the pool. Not thread-safe, but for <see cref="Abandon"/>.</summary>
public sealed class UpstreamCall : Watched, IDisposable
{
    private readonly DeadlineWatch _watch;
    private readonly CancellationTokenSource _cancel = new();
    private long _totalDeadline;
    private long _deadline = long.MaxValue;
    private int _timedOut;
    private int _abandoned;

    internal UpstreamCall(DeadlineWatch watch, TimeSpan total)
    {
        _watch = watch;
        _totalDeadline = Environment.TickCount64 + (long)total.TotalMilliseconds;
        watch.Add(this);
    }

    /// <summary>Fires when a deadline passed or the call was abandoned.</summary>
    public CancellationToken Token => _cancel.Token;

    /// <summary>Whether a deadline ended it.</summary>
    public bool TimedOut => Volatile.Read(ref _timedOut) != 0;

    /// <summary>Whether the caller gave it up.</summary>
    public bool Abandoned => Volatile.Read(ref _abandoned) != 0;

    /// <summary>The status of the answer; 0 before there is one.</summary>
    public int Status => Response is null ? 0 : (int)Response.StatusCode;

    /// <summary>Whether the memory of the request's body may still be read by the transport.</summary>
    public bool IsSendingBody => Content is { IsSending: true };

    /// <summary>Whether the request, or a part of it, was given to a connection: the provider may bill it.</summary>
    public bool WasSent => Content is { WasSent: true };

    internal BodyContent? Content { get; set; }

    /// <summary>The answer; its body is read through <see cref="Body"/>.</summary>
    public HttpResponseMessage? Response { get; internal set; }

    /// <summary>The body as it arrives.</summary>
    public Stream Body => Response!.Content.ReadAsStream();

    /// <summary>From now on the next sign of life must come within this time.</summary>
    public void Expect(TimeSpan within) =>
        Volatile.Write(ref _deadline, Environment.TickCount64 + (long)within.TotalMilliseconds);

    /// <summary>Nothing is expected of the provider until the next <see cref="Expect"/>: the caller is the slow one.</summary>
    public void Pause() => Volatile.Write(ref _deadline, long.MaxValue);

    /// <summary>The whole answer must have come within this time from now, or within the time that it had before, whichever ends
    /// first. Safe from any thread.</summary>
    public void EndWithin(TimeSpan time) => Volatile.Write(
        ref _totalDeadline,
        Math.Min(Volatile.Read(ref _totalDeadline), Environment.TickCount64 + (long)time.TotalMilliseconds));

    /// <summary>Gives the call up: the provider sees its connection closed. Safe from any thread, any number of times.
    /// </summary>
    public void Abandon()
    {
        if (Interlocked.Exchange(ref _abandoned, 1) == 0)
        {
            Cancel();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Remove(this);
        Response?.Dispose();
    }

    /// <inheritdoc/>
    protected internal override void Tick(long nowMs)
    {
        if (nowMs >= Volatile.Read(ref _deadline) || nowMs >= Volatile.Read(ref _totalDeadline))
        {
            if (Interlocked.Exchange(ref _timedOut, 1) == 0)
            {
                Cancel();
            }
        }
    }

    // Off this thread: the callbacks of a token run the waiting code inline.
    private void Cancel() => _ = _cancel.CancelAsync();
}
