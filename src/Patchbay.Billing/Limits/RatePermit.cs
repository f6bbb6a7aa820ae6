namespace Patchbay.Billing;

/// <summary>A request that was admitted: to be ended exactly once, when the request ends.</summary>
public sealed class RatePermit
{
    private readonly IRateWindows _windows;
    private readonly TurnQueue? _queue;
    private readonly List<ConcurrencyLimit> _turns;
    private readonly List<TakenCount> _counts;
    private int _ended;

    internal RatePermit(IRateWindows windows, TurnQueue? queue, List<ConcurrencyLimit> turns, List<TakenCount> counts)
    {
        _windows = windows;
        _queue = queue;
        _turns = turns;
        _counts = counts;
    }

    /// <summary>The request is over: its turn is given back, and the tokens that it really used are counted in place of the
    /// estimate. The second call has no effect.</summary>
    public void End(long tokens)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 1)
        {
            return;
        }

        _queue?.Leave(_turns);
        foreach (var count in _counts)
        {
            if (count.IsTokens && count.Amount != tokens)
            {
                _windows.Adjust(count.Name, tokens - count.Amount);
            }
        }
    }

    /// <summary>The request was not admitted after all: nothing is counted.</summary>
    internal void Undo()
    {
        _ended = 1;
        _queue?.Leave(_turns);
        foreach (var count in _counts)
        {
            _windows.Adjust(count.Name, -count.Amount);
        }
    }
}

/// <summary>What was counted for a request.</summary>
/// <param name="Name">Where.</param>
/// <param name="Amount">How much.</param>
/// <param name="IsTokens">Whether it is an estimate of tokens.</param>
internal readonly record struct TakenCount(string Name, long Amount, bool IsTokens);
