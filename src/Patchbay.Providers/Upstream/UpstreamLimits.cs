namespace Patchbay.Providers;

/// <summary>How long and how large an upstream answer may be.</summary>
public sealed record UpstreamLimits
{
    /// <summary>From the first packet to an open, encrypted connection.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the request to the answer's headers, when there is no other endpoint to try.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same when there is another endpoint to try.</summary>
    public TimeSpan FirstByteWithAlternatives { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Between two events of a stream, and between two reads of a whole body.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>All attempts together, before anything has reached the caller.</summary>
    public TimeSpan BeforeAnswer { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A whole answer.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromHours(2);

    /// <summary>One event of a stream, in bytes.</summary>
    public int EventBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>A whole stream, in bytes.</summary>
    public long StreamBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>A whole body that is not streamed, in bytes.</summary>
    public int BodyBytes { get; init; } = 64 * 1024 * 1024;
}
