namespace Patchbay.Core;

/// <summary>What a scheme that makes its credential itself was told by the operator. Null is "not given": it is then looked
/// for where the vendor's own tools look. Immutable; holds secrets.</summary>
public sealed record AuthSettings
{
    /// <summary>Nothing was given.</summary>
    public static AuthSettings Empty { get; } = new();

    /// <summary>AWS: the region that the signature names, such as <c>us-east-1</c>.</summary>
    public string? Region { get; init; }

    /// <summary>AWS: the service that the signature names; <c>bedrock</c> when not given.</summary>
    public string? Service { get; init; }

    /// <summary>AWS: the profile of the shared configuration files.</summary>
    public string? Profile { get; init; }

    /// <summary>AWS: the id of the access key.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>AWS: the secret of the access key.</summary>
    public string? SecretAccessKey { get; init; }

    /// <summary>AWS: the token that belongs to a temporary key.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Google: a JSON file with the key of a service account or the credential of a user.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>Google: the content of such a file, where it is at hand itself.</summary>
    public string? CredentialsJson { get; init; }

    /// <summary>Google and Entra: what the token is asked for.</summary>
    public string? Scope { get; init; }

    /// <summary>Entra: the tenant, by id or by domain.</summary>
    public string? TenantId { get; init; }

    /// <summary>Entra: the application.</summary>
    public string? ClientId { get; init; }

    /// <summary>Entra: the secret of the application.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Entra: where tokens are asked for, if not in the public cloud; without a path.</summary>
    public Uri? Authority { get; init; }

    /// <summary>Says nothing, since some of it is secret.</summary>
    public override string ToString() => nameof(AuthSettings);
}
