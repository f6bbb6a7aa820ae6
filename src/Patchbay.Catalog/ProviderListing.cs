using System.Text.Json.Serialization;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>A company or server that runs models: its address, credentials and published facts. Immutable.</summary>
public sealed record ProviderListing
{
    internal const string DefaultProtocol = "openai";

    /// <summary>The stable name in requests and in the file: lower case, such as <c>deepinfra</c>.</summary>
    public required string Slug { get; init; }

    /// <summary>The display name as OpenRouter lists it, such as <c>DeepInfra</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The wire format that the provider speaks; <c>openai</c> is OpenAI's chat API, <c>unknown</c> means that
    /// nobody told.</summary>
    public string Protocol { get; init; } = DefaultProtocol;

    /// <summary>Whether this release speaks <see cref="Protocol"/>. Endpoints of others are listed and never called.</summary>
    public bool IsSpoken { get; init; } = true;

    /// <summary>What can be said to it in <see cref="Protocol"/>.</summary>
    [JsonIgnore]
    public ProtocolWords Words { get; init; }

    /// <summary>What kind of company it is: <c>first-party</c> (runs its own models), <c>cloud</c>, <c>host</c>,
    /// <c>media</c> or <c>gateway</c>.</summary>
    public string Category { get; init; } = "host";

    /// <summary>The address that paths such as <c>chat/completions</c> are appended to; ends with a slash. Null when the
    /// address is not known, or when one of <see cref="MissingSettings"/> is part of it.</summary>
    public Uri? BaseUrl
    {
        get => field ??= Address is null ? null : new Uri(Address);
        init;
    }

    /// <summary>Whether <see cref="BaseUrl"/> is known.</summary>
    [JsonIgnore]
    public bool HasAddress => Address is not null || BaseUrl is not null;

    /// <summary>The environment variables that the address needs and that are not set, such as the name of an Azure
    /// resource.</summary>
    public IReadOnlyList<string> MissingSettings { get; init; } = [];

    /// <summary>How the credential is sent: a word of <see cref="AuthScheme.Words"/>, or <c>unknown</c>, and then no
    /// key is ever sent.</summary>
    public string Auth { get; init; } = "bearer";

    /// <summary>The environment variables that may hold the key, the preferred one first.</summary>
    public IReadOnlyList<string> ApiKeyEnv { get; init; } = [];

    /// <summary>ISO 3166 country code of the seat, where known.</summary>
    public string? Headquarters { get; init; }

    /// <summary>ISO 3166 country codes of the data centres, where known.</summary>
    public IReadOnlyList<string>? Datacenters { get; init; }

    /// <summary>The privacy policy.</summary>
    public Uri? PrivacyPolicyUrl => Links?.Privacy;

    /// <summary>The terms of service.</summary>
    public Uri? TermsUrl => Links?.Terms;

    /// <summary>The page that tells about outages.</summary>
    public Uri? StatusPageUrl => Links?.Status;

    /// <summary>The documentation of the API.</summary>
    public Uri? DocsUrl => Links?.Docs;

    /// <summary>What happens to prompts.</summary>
    public DataPolicy Policy { get; init; } = DataPolicy.Unknown;

    /// <summary>Names of deviations from the protocol, such as <c>no_developer_role</c>.</summary>
    public IReadOnlyList<string> Quirks { get; init; } = [];

    /// <summary>Whether closing a connection early stops generation and billing there; null when unknown.</summary>
    public bool? CancelStopsBilling { get; init; }

    /// <summary>Our key at the provider. A secret: never logged, never serialized.</summary>
    [JsonIgnore]
    public string? ApiKey { get; init; }

    /// <summary>Extra headers that go with every request to this provider. May hold secrets: never logged, never
    /// serialized.</summary>
    [JsonIgnore]
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>What the operator gave for a scheme that makes its credential itself. May hold secrets: never logged, never
    /// serialized.</summary>
    [JsonIgnore]
    public AuthSettings AuthSettings { get; init; } = AuthSettings.Empty;

    /// <summary>Whether the scheme finds its credential by itself and there is reason to believe that it will: the operator
    /// asked for it, or one of <see cref="ApiKeyEnv"/> is set.</summary>
    public bool FindsCredential { get; init; }

    /// <summary>Whether calls can be made: a key is present, will be found, or is not needed.</summary>
    public bool HasCredential => ApiKey is not null || FindsCredential || Auth == "none";

    /// <summary>Whether a caller's own key can be sent to it, once its account gives what the address needs.</summary>
    [JsonIgnore]
    public bool TakesKey => Auth != "none" && AuthScheme.TryParse(Auth, out _) && (HasAddress || Template is not null);

    /// <summary>What an account has to give for the address, such as <c>region</c>; none where the address is fixed.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> AddressNames => Template is null ? [] : AddressTemplate.Names(Template);

    /// <summary>The provider as it is called with a caller's own account: nothing of the operator's credential remains, and
    /// headers of the operator's go nowhere. Null when the account lacks a part of the address.</summary>
    public ProviderListing? CalledBy(ProviderAccount account)
    {
        var address = account.BaseUrl is not null ? null
            : Template is null ? Address ?? BaseUrl?.AbsoluteUri
            : AddressTemplate.Fill(Template, account.AddressValues);
        if (address is null && account.BaseUrl is null)
        {
            return null;
        }

        return this with
        {
            BaseUrl = account.BaseUrl,
            Address = address,
            Template = null,
            MissingSettings = [],
            Auth = account.Auth ?? Auth,
            AuthSettings = account.AuthSettings,
            ApiKey = account.ApiKey,
            FindsCredential = account.ApiKey is null,
            Headers = [],
        };
    }

    /// <summary>Whether it is the same object: providers are known by their slugs.</summary>
    public bool Equals(ProviderListing? other) => ReferenceEquals(this, other);

    /// <summary>Of the object.</summary>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>Whether this is the simulator and not a real provider.</summary>
    public bool Simulated { get; init; }

    /// <summary><see cref="BaseUrl"/> as text. Addresses become <see cref="Uri"/> when they are asked for: a thousand of them
    /// would be a third of the time that the catalogue takes at start.</summary>
    internal string? Address { get; init; }

    /// <summary>The address with the names of what an account or the environment gives in braces; null where it has none.
    /// </summary>
    internal string? Template { get; init; }

    internal ProviderLinks? Links { get; init; }

    /// <summary>The slug; never a secret.</summary>
    public override string ToString() => Slug;
}
