namespace Patchbay.Api;

/// <summary>Answers that are read to their end though their callers left: their providers bill them whole, and only their ends
/// say how much that is. Bounded in number and time; beyond that a call is ended with its caller and counted by ourselves.
/// Thread-safe.</summary>
/// <param name="most">How many at a time.</param>
/// <param name="longest">How long after the caller left.</param>
internal sealed class UnheardAnswers(int most, TimeSpan longest)
{
    private int _running;

    /// <summary>How many there are now.</summary>
    public int Count => Volatile.Read(ref _running);

    /// <summary>True when the attempt's call goes on; <see cref="End"/> must follow.</summary>
    public bool TryBegin(Attempt attempt)
    {
        if (Interlocked.Increment(ref _running) <= most && attempt.TryGoOn(longest))
        {
            return true;
        }

        End();
        return false;
    }

    /// <summary>One has ended.</summary>
    public void End() => Interlocked.Decrement(ref _running);
}
