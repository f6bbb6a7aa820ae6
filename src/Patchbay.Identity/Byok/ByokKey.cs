using System.Collections.Immutable;

namespace Patchbay.Identity;

/// <summary>A caller's own key at a provider, as stored: the secret only as <see cref="Sealed"/> bytes. Immutable.</summary>
public sealed record ByokKey
{
    /// <summary>Stable public id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The organization that owns it.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>The workspace that may use it; null for all workspaces of the organization.</summary>
    public Guid? WorkspaceId { get; init; }

    /// <summary>The provider's slug.</summary>
    public required string Provider { get; init; }

    /// <summary>The name its owner gave it; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>A few characters by which its owner knows it again.</summary>
    public required string Label { get; init; }

    /// <summary>Slugs of the models that it may be used for; null for all.</summary>
    public ImmutableArray<string>? AllowedModels { get; init; }

    /// <summary>Hashes of the API keys that may use it; null for all.</summary>
    public ImmutableArray<string>? AllowedApiKeyHashes { get; init; }

    /// <summary>Users whose API keys may use it; null for all.</summary>
    public ImmutableArray<string>? AllowedUserIds { get; init; }

    /// <summary>Whether its owner switched it off.</summary>
    public bool Disabled { get; init; }

    /// <summary>Whether it comes after the operator's endpoints of its provider.</summary>
    public bool IsFallback { get; init; }

    /// <summary>Whether the operator's endpoints of its provider are out for the models that it may be used for.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether the operator's endpoints of its provider are out for every model.</summary>
    public bool IsByokOnly { get; init; }

    /// <summary>Whether its owner says that the account behind it retains nothing; null for what is known of the provider.
    /// </summary>
    public bool? DeclaredZdr { get; init; }

    /// <summary>Its place among the organization's keys of the provider, from 0; the store gives it.</summary>
    public int SortOrder { get; init; }

    /// <summary>Counts the secrets that it has had, from 1: what was sealed for one is no good for another.</summary>
    public int SecretVersion { get; init; } = 1;

    /// <summary>The secret, by <see cref="SecretVault"/>; empty once the key is deleted.</summary>
    public required byte[] Sealed { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was deleted, UTC; null while it is not.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Where the secret belongs.</summary>
    public SecretPlace Place => new(OrganizationId, Provider, Id, SecretVersion);

    /// <summary>Id and provider only.</summary>
    public override string ToString() => $"{Provider} {Id}";
}
