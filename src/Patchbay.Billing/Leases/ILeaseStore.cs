using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>A wish for a slice of a limit.</summary>
/// <param name="Key">Which limit.</param>
/// <param name="Need">The least that helps; zero for a wish that may be left unfulfilled.</param>
/// <param name="Want">What would be good to have.</param>
public readonly record struct LeaseRequest(LeaseKey Key, Money Need, Money Want)
{
    /// <summary>The limit itself, where it is not in the database: that of <see cref="LeaseKind.Allowance"/>.</summary>
    public Money? Limit { get; init; }
}

/// <summary>What came of a wish.</summary>
/// <param name="IsRefused">Whether not even the need was there. Then nothing was leased of any limit asked for with it; but of
/// an allowance what was left.</param>
/// <param name="GrantedTotal">Everything that this server was granted of the limit in its present epoch: so that an answer
/// that was lost is made good by the next one.</param>
/// <param name="Available">What is left for everybody.</param>
/// <param name="Others">What other servers have leased and not spent.</param>
/// <param name="IsTight">Whether so little is left that slices must be exact and given back at once.</param>
public readonly record struct LeaseGrant(bool IsRefused, Money GrantedTotal, Money Available, Money Others, bool IsTight);

/// <summary>Gives a part of a slice back.</summary>
/// <param name="Key">Which limit.</param>
/// <param name="ReturnedTotal">Everything given back of it in this epoch, so that saying it twice changes nothing.</param>
public readonly record struct LeaseReturn(LeaseKey Key, Money ReturnedTotal);

/// <summary>Where limits are shared out to servers. Whatever servers and connections do, what was spent in a window and what
/// is leased of it is never more than its limit: a slice counts as gone from the moment it is granted until what was used of it
/// is in the books and the rest was given back. Thread-safe; throws <see cref="StorageUnavailableException"/>.</summary>
public interface ILeaseStore
{
    /// <summary>Counts the registrations of this server: what was leased in an earlier epoch is not its any more.</summary>
    long Epoch { get; }

    /// <summary>How long after the last sign of life of this server, sent or tried, it must not spend from its slices.</summary>
    TimeSpan Lifetime { get; }

    /// <summary>How long after the last sign of life that arrived its slices may be given to others.</summary>
    TimeSpan Grace { get; }

    /// <summary>Called with a limit that another server waits for, with or without own provider keys; what is not in use should
    /// be given back.</summary>
    Action<LeaseKey>? Wanted { get; set; }

    /// <summary>Leases slices of several limits, all or none. Grants are in the order of the requests.</summary>
    /// <exception cref="LeasesLostException">This server's slices were given to others.</exception>
    Task<IReadOnlyList<LeaseGrant>> TakeAsync(IReadOnlyList<LeaseRequest> requests, CancellationToken cancellationToken);

    /// <summary>Gives parts of slices back.</summary>
    Task ReturnAsync(IReadOnlyList<LeaseReturn> returns, CancellationToken cancellationToken);

    /// <summary>A sign of life.</summary>
    /// <exception cref="LeasesLostException">This server's slices were given to others.</exception>
    Task RenewAsync(CancellationToken cancellationToken);

    /// <summary>Begins a new epoch, in which nothing is leased.</summary>
    Task RegisterAsync(CancellationToken cancellationToken);
}

/// <summary>This server was silent for so long that its slices were given to others.</summary>
public sealed class LeasesLostException : Exception
{
    /// <summary>Says so.</summary>
    public LeasesLostException()
        : base("The leases of this server were given to others, since nothing was heard of it.")
    {
    }

    /// <summary>Says so in other words.</summary>
    public LeasesLostException(string message)
        : base(message)
    {
    }

    /// <summary>Says so in other words, with a cause.</summary>
    public LeasesLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
