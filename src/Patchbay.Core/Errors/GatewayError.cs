namespace Patchbay.Core;

/// <summary>An expected failure as a value. Exceptions are for bugs.</summary>
/// <param name="Kind">What went wrong; decides status, retry, health and log level by the error table.</param>
/// <param name="Message">One sentence for the caller. Holds no secret and no upstream text.</param>
public sealed record GatewayError(GatewayErrorKind Kind, string Message)
{
    /// <summary>The path of the request member at fault, such as <c>messages[2].content</c>.</summary>
    public string? Parameter { get; init; }

    /// <summary>The display name of the provider that failed.</summary>
    public string? Provider { get; init; }

    /// <summary>The HTTP status that the provider sent.</summary>
    public int? UpstreamStatus { get; init; }

    /// <summary>The provider's own text, redacted and cut to a bounded length.</summary>
    public string? Raw { get; init; }

    /// <summary>How long the caller should wait before it tries again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Which limit refused a request for money: organization, workspace, member, key or guardrail.</summary>
    public string? LimitSource { get; init; }

    /// <summary>The rate limit that refused the request; null for every other error.</summary>
    public RateLimitState? RateLimit { get; init; }

    /// <summary>For a request that could not be routed: why, in a form for programs.</summary>
    public Availability? Availability { get; init; }

    /// <summary>The row of the error table for <see cref="Kind"/>.</summary>
    public GatewayErrorRow Row => GatewayErrorPolicy.For(Kind);
}

/// <summary>A rate limit at the moment in which it refused a request.</summary>
/// <param name="Limit">The most.</param>
/// <param name="Remaining">What is left of it.</param>
/// <param name="Reset">When there is room again.</param>
public sealed record RateLimitState(long Limit, long Remaining, DateTimeOffset Reset);
