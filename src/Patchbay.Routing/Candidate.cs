using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>An endpoint that an attempt may go to.</summary>
/// <param name="Endpoint">Where to send it.</param>
/// <param name="Model">The model that answers; the caller is billed and told by this one.</param>
public readonly record struct Candidate(Endpoint Endpoint, Model Model)
{
    /// <summary>The caller's own key that it is called with; null for the operator's.</summary>
    public ByokRoute? OwnKey { get; init; }

    /// <summary>What stands for the key in the endpoint's health.</summary>
    public CredentialId Credential => OwnKey?.Credential ?? CredentialId.Operators;
}
