namespace Patchbay.Routing;

/// <summary>Stands for the key with which a provider is called, so that what one key is told (a rate limit, a refusal)
/// holds for that key only. Never the key itself.</summary>
/// <param name="Value">Any number that is the same for the same key; 0 is the operator's own.</param>
public readonly record struct CredentialId(long Value)
{
    /// <summary>The operator's key of the provider: the only one as long as callers bring none of their own.</summary>
    public static CredentialId Operators => default;
}
