using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>One of the servers that share a database.</summary>
/// <param name="Id">Its name, which is in its data folder.</param>
/// <param name="StartedAt">When it was last started.</param>
/// <param name="Silence">How long ago the database last heard of it, by the database's clock.</param>
/// <param name="IsStopped">Whether it said that it stops.</param>
/// <param name="Leases">How many slices of limits it has which are neither used nor given back.</param>
/// <param name="LeasedCredits">What it has leased of prepaid credits and not used.</param>
public sealed record ServerNode(
    Guid Id, DateTimeOffset StartedAt, TimeSpan Silence, bool IsStopped, long Leases, Money LeasedCredits);

/// <summary>The servers that share a database. Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface INodeRoster
{
    /// <summary>All that were ever started, the one that was heard of last first.</summary>
    Task<IReadOnlyList<ServerNode>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Frees everything that a server has leased, as if its grace were over; what it settles of it later is booked as a
    /// loss and charged to nobody. False, and nothing is changed, when there is no such server or the database has heard of it
    /// within this time.</summary>
    Task<bool> ForgetAsync(Guid id, TimeSpan silentFor, CancellationToken cancellationToken);
}
