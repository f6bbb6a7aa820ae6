namespace Patchbay.Billing;

/// <summary>What came of an attempt to count within a minute.</summary>
/// <param name="IsTaken">Whether the amount was counted.</param>
/// <param name="Left">What the limit leaves; never negative.</param>
/// <param name="RetryAfter">When not: after how long there is room for the amount, if nobody else takes it;
/// <see cref="TimeSpan.MaxValue"/> when the amount alone passes the limit.</param>
public readonly record struct RateResult(bool IsTaken, long Left, TimeSpan RetryAfter);

/// <summary>Counts of the last minute, which slides by the second: in no 60 seconds more is counted than the limit, and at most
/// a sixtieth less is let through than it would allow. Thread-safe; throws <see cref="Core.StorageUnavailableException"/> where
/// several servers count together and their database does not answer.</summary>
public interface IRateWindows
{
    /// <summary>Counts an amount, unless the last minute would pass the limit with it.</summary>
    /// <param name="name">What is counted; the same text on every server.</param>
    /// <param name="amount">Zero or more.</param>
    /// <param name="limit">The most in a minute.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    ValueTask<RateResult> TryTakeAsync(string name, long amount, long limit, CancellationToken cancellationToken);

    /// <summary>Counts what cannot be undone any more, beyond the limit too; or, when negative, takes back what was counted a
    /// moment ago and came to nothing.</summary>
    void Adjust(string name, long amount);
}
