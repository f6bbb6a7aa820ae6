namespace Patchbay.Benchmarks;

/// <summary>What is wrong with an endpoint for a while.</summary>
internal enum SimulatedFaultKind
{
    None,

    /// <summary>A part of its requests ends in a server error.</summary>
    Fails,

    /// <summary>It accepts requests and never answers.</summary>
    Stalls,

    /// <summary>It takes only so many requests a second and refuses the others with 429.</summary>
    RateLimits,

    /// <summary>Nobody listens.</summary>
    Down,
}

/// <summary>A kind of fault and its size.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Share">The part of requests that fail, from 0 to 1.</param>
/// <param name="PerSecond">Requests a second that are let through.</param>
/// <param name="RetryAfterMs">What its 429 say; null when they say nothing.</param>
internal sealed record SimulatedFault(
    SimulatedFaultKind Kind, double Share = 1, int PerSecond = 0, int? RetryAfterMs = null);
