namespace Patchbay.Core;

/// <summary>Why a request could not be routed, for programs (<c>error.availability</c> of the API).</summary>
/// <param name="Code">One of the documented words, such as <c>constraint_filtered</c>.</param>
/// <param name="Retryable">Whether the same request can succeed later.</param>
/// <param name="RequestedModels">The models of the request that are in the catalogue, or its names where none is.</param>
public sealed record Availability(string Code, bool Retryable, IReadOnlyList<string> RequestedModels)
{
    /// <summary>The slugs of the providers whose endpoints were left out; empty when there are none.</summary>
    public IReadOnlyList<string> AffectedProviders { get; init; } = [];

    /// <summary>The names of the conditions that left endpoints out, each once; empty when there are none.</summary>
    public IReadOnlyList<string> ExcludedBy { get; init; } = [];

    /// <summary>The request member whose change comes nearest to an endpoint; null when no change of the request helps.
    /// </summary>
    public string? Field { get; init; }

    /// <summary>What to change there, as a sentence without its end; set together with <see cref="Field"/>.</summary>
    public string? Detail { get; init; }
}
