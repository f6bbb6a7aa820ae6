using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>Why one endpoint is in a plan or not.</summary>
/// <param name="Model">The model it was considered for.</param>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Reason">Why it is out; <see cref="ExclusionReason.None"/> for an attempt.</param>
/// <param name="Attempt">The place among the attempts from 0, or null when it is out.</param>
public readonly record struct EndpointVerdict(Model Model, Endpoint Endpoint, ExclusionReason Reason, int? Attempt);
