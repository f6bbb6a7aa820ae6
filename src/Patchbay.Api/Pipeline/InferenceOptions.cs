using Patchbay.Routing;

namespace Patchbay.Api;

/// <summary>The bounds and choices of the inference pipeline.</summary>
public sealed record InferenceOptions
{
    /// <summary>The largest request body, in bytes.</summary>
    public int MaxBodyBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>The most attempts for one request, over all endpoints and models.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>How long a streaming caller waits in silence before the first processing comment, and between two.</summary>
    public TimeSpan ProcessingCommentAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What happens to a request without a token limit that the account cannot pay in full: true sends the limit
    /// that it can pay, false answers 402.</summary>
    public bool ClampMaxTokens { get; init; } = true;

    /// <summary>Preferences that hold for every request, outermost level first.</summary>
    public IReadOnlyList<RoutePreferences> Routing { get; init; } = [];

    /// <summary>The output bound of an endpoint whose real one is unknown, in tokens.</summary>
    public int UnknownMaxOutputTokens { get; init; } = 32_768;
}
