using Patchbay.Core;
using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>The bounds and choices of the inference pipeline.</summary>
public sealed record InferenceOptions
{
    /// <summary>The largest request body, in bytes.</summary>
    public int MaxBodyBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>The most attempts for one request, over all endpoints and models.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>The most answers that are read to their end at a time after their callers left, because their providers bill them
    /// whole.</summary>
    public int UnheardAnswers { get; init; } = 256;

    /// <summary>How long after that at most.</summary>
    public TimeSpan UnheardTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a streaming caller waits in silence before the first processing comment, and between two.</summary>
    public TimeSpan ProcessingCommentAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What happens to a request without a token limit that the account cannot pay in full: true sends the limit
    /// that it can pay, false answers 402.</summary>
    public bool ClampMaxTokens { get; init; } = true;

    /// <summary>What workspaces pay less that let their prompts be used, in hundredths of a percent.</summary>
    public int LoggingDiscountBasisPoints { get; init; } = 100;

    /// <summary>What an account must be able to spend for its streams to begin with a part of their longest answer's price
    /// held, the rest of which is held as they run; null when all of it is always held from the beginning.</summary>
    public Money? SteppedHoldsAbove { get; init; } = Money.FromDollars(5);

    /// <summary>Preferences that hold for every request, outermost level first.</summary>
    public IReadOnlyList<RoutePreferences> Routing { get; init; } = [];

    /// <summary>The output bound of an endpoint whose real one is unknown, in tokens.</summary>
    public int UnknownMaxOutputTokens { get; init; } = 32_768;

    /// <summary>Calls beyond one per request, for each hundred requests for a model: failover and second chances that come to
    /// nothing.</summary>
    public int RetryPercent { get; init; } = 20;

    /// <summary>Such calls for a model in ten seconds that are allowed however few requests there are.</summary>
    public int RetryMinimum { get; init; } = 30;

    /// <summary>When a stream that has no content yet is given up for the next endpoint.</summary>
    public Patience FirstToken { get; init; } = Patience.Off;

    /// <summary>Who gets a second endpoint asked while the first still may answer.</summary>
    public FeatureMode Hedging { get; init; }

    /// <summary>How long the first endpoint is waited for before the second is asked, too.</summary>
    public Patience HedgeAfter { get; init; } = Patience.Auto;

    /// <summary>Second endpoints that are asked so, for each hundred requests for a model; one in ten seconds always may.
    /// </summary>
    public int HedgePercent { get; init; } = 10;

    /// <summary>Whose streams go on at another endpoint after theirs died in the middle.</summary>
    public FeatureMode Continuation { get; init; } = FeatureMode.OnRequest;
}

/// <summary>For whom something is done that costs extra.</summary>
public enum FeatureMode
{
    /// <summary>For nobody.</summary>
    Off,

    /// <summary>For requests that ask for it by their header.</summary>
    OnRequest,

    /// <summary>For all requests but those that decline it by their header.</summary>
    Always,
}

/// <summary>How long to wait for something that usually comes sooner.</summary>
/// <param name="Kind">Whether there is an end to it.</param>
/// <param name="Fixed">That end, where it is the same for all endpoints.</param>
public readonly record struct Patience(PatienceKind Kind, TimeSpan Fixed)
{
    /// <summary>As long as the limits say.</summary>
    public static Patience Off => default;

    /// <summary>As long as this endpoint usually takes, and some more.</summary>
    public static Patience Auto => new(PatienceKind.Measured, default);

    /// <summary>So long.</summary>
    public static Patience Of(TimeSpan time) => new(PatienceKind.Fixed, time);
}

/// <summary>The kinds of <see cref="Patience"/>.</summary>
public enum PatienceKind
{
    /// <summary>Without an end of its own.</summary>
    Unbounded,

    /// <summary>From what was measured of the endpoint.</summary>
    Measured,

    /// <summary>A fixed time.</summary>
    Fixed,
}
