using System.Text.Json.Serialization;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>A company or server that runs models: its address, credentials and published facts. Immutable.</summary>
public sealed class ProviderListing
{
    /// <summary>The stable name in requests and in the file: lower case, such as <c>deepinfra</c>.</summary>
    public required string Slug { get; init; }

    /// <summary>The display name as OpenRouter lists it, such as <c>DeepInfra</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The wire format that the provider speaks; <c>openai</c> is OpenAI's chat API.</summary>
    public string Protocol { get; init; } = "openai";

    /// <summary>The address that paths such as <c>chat/completions</c> are appended to; ends with a slash. Null when the
    /// address is not known.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>How the credential is sent: a word of <see cref="AuthScheme.Words"/>.</summary>
    public string Auth { get; init; } = "bearer";

    /// <summary>The environment variables that may hold the key, the preferred one first.</summary>
    public IReadOnlyList<string> ApiKeyEnv { get; init; } = [];

    /// <summary>ISO 3166 country code of the seat, where known.</summary>
    public string? Headquarters { get; init; }

    /// <summary>ISO 3166 country codes of the data centres, where known.</summary>
    public IReadOnlyList<string>? Datacenters { get; init; }

    /// <summary>The privacy policy.</summary>
    public Uri? PrivacyPolicyUrl { get; init; }

    /// <summary>The terms of service.</summary>
    public Uri? TermsUrl { get; init; }

    /// <summary>The page that tells about outages.</summary>
    public Uri? StatusPageUrl { get; init; }

    /// <summary>The documentation of the API.</summary>
    public Uri? DocsUrl { get; init; }

    /// <summary>What happens to prompts.</summary>
    public DataPolicy Policy { get; init; } = DataPolicy.Unknown;

    /// <summary>Names of deviations from the protocol, such as <c>no_developer_role</c>.</summary>
    public IReadOnlyList<string> Quirks { get; init; } = [];

    /// <summary>Whether closing a stream early stops generation and billing there; false when unknown.</summary>
    public bool CancelStopsBilling { get; init; }

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

    /// <summary>Whether this is the simulator and not a real provider.</summary>
    public bool Simulated { get; init; }

    /// <summary>The slug; never a secret.</summary>
    public override string ToString() => Slug;
}
