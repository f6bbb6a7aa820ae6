using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>What a provider's HTTP status means where its body says nothing better.</summary>
internal static class StatusKinds
{
    public static GatewayErrorKind Of(int status) => status switch
    {
        429 => GatewayErrorKind.ProviderRateLimited,
        401 or 402 or 403 => GatewayErrorKind.ProviderAuth,
        408 or 504 => GatewayErrorKind.ProviderTimeout,
        503 or 529 => GatewayErrorKind.ProviderOverloaded,
        >= 500 => GatewayErrorKind.ProviderError,
        >= 400 => GatewayErrorKind.ProviderRejected,
        _ => GatewayErrorKind.ProviderMalformed,
    };
}
