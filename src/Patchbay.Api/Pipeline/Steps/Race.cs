namespace Patchbay.Api;

/// <summary>Two attempts at the same answer. The first that has content for the caller wins, and the other is given up at
/// that moment. Safe for the threads of both.</summary>
internal sealed class Race(InferenceContext context, Attempt first)
{
    private readonly Lock _gate = new();
    private Attempt? _second;
    private Attempt? _winner;

    /// <summary>Who was first; null as long as none was.</summary>
    public Attempt? Winner
    {
        get
        {
            lock (_gate)
            {
                return _winner;
            }
        }
    }

    /// <summary>Lets the second attempt in, once its request is written. The request is written under the lock, since whoever
    /// wins may give the caller's body back.</summary>
    /// <returns>False when there is a winner already, or the request cannot be written.</returns>
    public bool TryEnter(AttemptStep step, Attempt second)
    {
        lock (_gate)
        {
            if (_winner is not null || step.Prepare(context, second) is not null)
            {
                return false;
            }

            second.Race = this;
            _second = second;
            return true;
        }
    }

    /// <summary>Whether this attempt is the first with content; if so, it alone goes on.</summary>
    public bool TryWin(Attempt attempt)
    {
        Attempt? loser;
        lock (_gate)
        {
            if (_winner is not null)
            {
                return false;
            }

            _winner = attempt;
            loser = ReferenceEquals(attempt, first) ? _second : first;
            context.Current = attempt;
            attempt.Race = null;
        }

        loser?.GiveUp();
        return true;
    }
}
