using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Addresses that a secret may be sent to.</summary>
internal static class SecretAddress
{
    /// <summary>The address, which is absolute and encrypted, or on this machine.</summary>
    /// <exception cref="CredentialException">It is something else.</exception>
    public static Uri Check(string text, string what) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            ? address
            : throw new CredentialException(GatewayErrorKind.ProviderAuth, $"{what} is not an https address.");
}
