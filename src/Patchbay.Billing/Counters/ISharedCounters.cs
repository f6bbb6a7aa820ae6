using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What came of an attempt to count.</summary>
/// <param name="IsTaken">Whether the amount was counted.</param>
/// <param name="Left">What the limit leaves for everybody; never negative. What other servers have set aside and not counted
/// yet is not part of it.</param>
public readonly record struct CounterResult(bool IsTaken, long Left);

/// <summary>Counts of requests, tokens or anything else against limits that hold for all servers together. A count is never
/// beyond its limit. Thread-safe; throws <see cref="StorageUnavailableException"/> when what this server has set aside is used up
/// and the database does not answer.</summary>
public interface ISharedCounters
{
    /// <summary>Counts an amount in a window, unless that would pass the limit.</summary>
    /// <param name="name">What is counted, such as <c>free:KEYID</c>. The same text on every server.</param>
    /// <param name="window">The first moment of the window. Counts are forgotten 40 days after it.</param>
    /// <param name="amount">More than zero.</param>
    /// <param name="limit">The most that is counted in the window.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    ValueTask<CounterResult> TryTakeAsync(
        string name, DateTimeOffset window, long amount, long limit, CancellationToken cancellationToken);
}
