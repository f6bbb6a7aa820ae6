using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>A credential could not be had. The message is for the operator: it names the place and what it said, never a
/// secret.</summary>
public sealed class CredentialException : Exception
{
    /// <summary>Says what went wrong.</summary>
    /// <param name="kind"><see cref="GatewayErrorKind.ProviderAuth"/> when asking again will not help before somebody
    /// changes something: no credential was found, or the token service refused it.
    /// <see cref="GatewayErrorKind.ProviderUnreachable"/> when the token service is down, and
    /// <see cref="GatewayErrorKind.ProviderMalformed"/> when its answer cannot be read.</param>
    /// <param name="message">One sentence.</param>
    /// <param name="innerException">The cause.</param>
    public CredentialException(GatewayErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
    }

    /// <summary>What it means for the request and for the endpoint's health.</summary>
    public GatewayErrorKind Kind { get; }
}
