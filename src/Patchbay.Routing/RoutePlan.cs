using System.Collections.Immutable;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>The ordered attempts of one request, or the error that says why there are none. Immutable.</summary>
public sealed class RoutePlan
{
    /// <summary>The attempts, first to last, without repetition. Empty if and only if <see cref="Error"/> is set.</summary>
    public ImmutableArray<Candidate> Attempts { get; init; } = [];

    /// <summary>Why nothing can be tried; null when there are attempts.</summary>
    public GatewayError? Error { get; init; }

    /// <summary>For every endpoint of each model of the request, in catalogue order, why it is in or out. Worked out at
    /// the first call, so ask before the request's list of models is used for something else.</summary>
    public IReadOnlyList<EndpointVerdict> Verdicts => [];
}
