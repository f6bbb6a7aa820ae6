using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Everything that is needed to call a provider whose wire format is known. Data only; immutable.</summary>
public sealed record ProviderDescriptor
{
    /// <summary>The provider's unique short name.</summary>
    public required string Slug { get; init; }

    /// <summary>The name that callers see.</summary>
    public required string Name { get; init; }

    /// <summary>Where its API begins; ends with a slash.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>How the credential is sent: a word of <see cref="AuthScheme.Words"/>.</summary>
    public string Auth { get; init; } = "bearer";

    /// <summary>What a scheme that makes its credential itself was told.</summary>
    public AuthSettings AuthSettings { get; init; } = AuthSettings.Empty;

    /// <summary>The operator's credential; null when none is needed.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Fixed headers that every call carries.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Known deviations from the protocol, by the names of the catalogue.</summary>
    public IReadOnlyList<string> Quirks { get; init; } = [];

    /// <summary>Whether the provider stops billing when the connection is closed; null when unknown.</summary>
    public bool? CancelStopsBilling { get; init; }

    /// <summary>Slug only: a descriptor holds a secret.</summary>
    public override string ToString() => Slug;
}
