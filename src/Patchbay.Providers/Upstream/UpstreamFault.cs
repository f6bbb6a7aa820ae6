using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>What an exception of the transport means.</summary>
public static class UpstreamFault
{
    /// <summary>The kind for an exception that ended a call; null when it is none of the transport's.</summary>
    public static GatewayErrorKind? Classify(Exception exception, UpstreamCall call, bool answered) => exception switch
    {
        CredentialException credential => credential.Kind,
        OperationCanceledException when call.TimedOut =>
            answered ? GatewayErrorKind.ProviderStalled : GatewayErrorKind.ProviderTimeout,
        OperationCanceledException when call.Abandoned => GatewayErrorKind.ClientClosed,
        OperationCanceledException => GatewayErrorKind.ProviderUnreachable,
        HttpRequestException http => Of(http.HttpRequestError, answered),
        HttpIOException http => Of(http.HttpRequestError, answered),
        _ when call.TimedOut => answered ? GatewayErrorKind.ProviderStalled : GatewayErrorKind.ProviderTimeout,
        _ when call.Abandoned => GatewayErrorKind.ClientClosed,
        IOException => GatewayErrorKind.ProviderDisconnected,
        _ => null,
    };

    private static GatewayErrorKind Of(HttpRequestError error, bool answered) => error switch
    {
        HttpRequestError.SecureConnectionError => GatewayErrorKind.ProviderTlsError,
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError
            or HttpRequestError.ConfigurationLimitExceeded => GatewayErrorKind.ProviderMalformed,
        HttpRequestError.ResponseEnded => GatewayErrorKind.ProviderDisconnected,
        _ => answered ? GatewayErrorKind.ProviderDisconnected : GatewayErrorKind.ProviderUnreachable,
    };

    /// <summary>A sentence for the caller.</summary>
    public static string Describe(GatewayErrorKind kind, string provider) => kind switch
    {
        GatewayErrorKind.ProviderUnreachable => $"{provider} cannot be reached.",
        GatewayErrorKind.ProviderTlsError => $"No secure connection to {provider} could be made.",
        GatewayErrorKind.ProviderTimeout => $"{provider} did not answer in time.",
        GatewayErrorKind.ProviderStalled => $"{provider} began to answer and then fell silent.",
        GatewayErrorKind.ProviderSlow => $"{provider} took longer than usual to begin its answer.",
        GatewayErrorKind.Superseded => $"Another endpoint answered before {provider} did.",
        GatewayErrorKind.ProviderDisconnected => $"{provider} closed the connection before the answer was complete.",
        GatewayErrorKind.ProviderMalformed => $"{provider} sent an answer that is not valid.",
        GatewayErrorKind.ProviderLimit => $"{provider} sent more than the server accepts.",
        GatewayErrorKind.ProviderAuth => $"{provider} refused the server's credentials.",
        GatewayErrorKind.ProviderRateLimited => $"{provider} is rate-limiting requests. Try again shortly.",
        GatewayErrorKind.ProviderOverloaded => $"{provider} is overloaded. Try again shortly.",
        GatewayErrorKind.ProviderRejected => $"{provider} rejected the request.",
        GatewayErrorKind.LoopDetected => $"The address of {provider} leads back to this server.",
        GatewayErrorKind.ClientClosed => "The caller closed the connection.",
        _ => $"{provider} returned an error.",
    };
}
