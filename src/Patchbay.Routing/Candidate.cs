using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>An endpoint that an attempt may go to.</summary>
/// <param name="Endpoint">Where to send it.</param>
/// <param name="Model">The model that answers; the caller is billed and told by this one.</param>
public readonly record struct Candidate(Endpoint Endpoint, Model Model);
