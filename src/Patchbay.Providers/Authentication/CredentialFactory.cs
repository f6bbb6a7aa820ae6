using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Makes the credential that a provider's data asks for.</summary>
internal static class CredentialFactory
{
    /// <summary>None when the provider needs no key, or has none yet.</summary>
    public static Credential Create(ProviderDescriptor descriptor)
    {
        if (!AuthScheme.TryParse(descriptor.Auth, out var scheme) || (scheme.SendsKey && descriptor.ApiKey is null))
        {
            return Credential.None;
        }

        var settings = descriptor.AuthSettings;
        return scheme.Kind switch
        {
            AuthKind.Bearer => new HeaderCredential("Authorization", "Bearer " + descriptor.ApiKey),
            AuthKind.Header => new HeaderCredential(scheme.Name!, descriptor.ApiKey!),
            AuthKind.Query => new QueryCredential(scheme.Name!, descriptor.ApiKey!),
            AuthKind.AwsSigV4 => new AwsCredential(descriptor.Slug, new AwsKeyChain(settings, descriptor.BaseUrl)),
            AuthKind.Google => new TokenCredential(descriptor.Slug, new GoogleTokens(settings)),
            AuthKind.AzureEntra => new TokenCredential(descriptor.Slug, new EntraTokens(settings)),
            _ => Credential.None,
        };
    }
}
