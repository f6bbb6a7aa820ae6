namespace Patchbay.Billing;

/// <summary>Where rate limits are kept. Thread-safe; throws <see cref="Core.StorageUnavailableException"/>.</summary>
public interface IRateLimitStore
{
    /// <summary>All of them, of all organizations.</summary>
    Task<IReadOnlyList<RateLimit>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Sets or replaces the limits of a scope; one that says nothing is removed.</summary>
    Task SetAsync(RateLimit limit, CancellationToken cancellationToken);
}
