using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary>Changes rate limits.</summary>
public interface IRateLimitControl
{
    /// <summary>Makes these limits durable and puts them in force at this server before it returns; others follow within
    /// seconds. Limits that say nothing are removed.</summary>
    /// <exception cref="Core.StorageUnavailableException">The database did not take them.</exception>
    Task SetAsync(RateLimit limit, CancellationToken cancellationToken);
}
