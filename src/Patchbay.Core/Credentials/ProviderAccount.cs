namespace Patchbay.Core;

/// <summary>A caller's own account at a provider: what is shown there, and where. Immutable; holds secrets.</summary>
public sealed record ProviderAccount
{
    /// <summary>The key; null where <see cref="AuthSettings"/> make the credential.</summary>
    public string? ApiKey { get; init; }

    /// <summary>How the credential is sent, a word of <see cref="AuthScheme.Words"/>; null for the provider's usual way.
    /// </summary>
    public string? Auth { get; init; }

    /// <summary>What a scheme that makes its credential itself needs.</summary>
    public AuthSettings AuthSettings { get; init; } = AuthSettings.Empty;

    /// <summary>What the provider's address needs, by name: <c>region</c>, <c>resource</c>, <c>location</c>, <c>project</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> AddressValues { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the account is, in place of the provider's usual address; null for that.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>The one model that it serves; null for all.</summary>
    public string? ModelSlug { get; init; }

    /// <summary>What that model is called there; null for the provider's usual id.</summary>
    public string? UpstreamModel { get; init; }

    /// <summary>Says nothing, since most of it is secret.</summary>
    public override string ToString() => nameof(ProviderAccount);
}
