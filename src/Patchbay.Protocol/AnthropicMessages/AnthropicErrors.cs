using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>The error types of https://docs.claude.com/en/api/errors and what they mean to us.</summary>
internal static class AnthropicErrors
{
    /// <summary>The status that stands for an error type inside a stream.</summary>
    public static int StatusOf(ReadOnlySpan<byte> type) => type switch
    {
        _ when type.SequenceEqual("invalid_request_error"u8) => 400,
        _ when type.SequenceEqual("authentication_error"u8) => 401,
        _ when type.SequenceEqual("billing_error"u8) => 402,
        _ when type.SequenceEqual("permission_error"u8) => 403,
        _ when type.SequenceEqual("not_found_error"u8) => 404,
        _ when type.SequenceEqual("request_too_large"u8) => 413,
        _ when type.SequenceEqual("rate_limit_error"u8) => 429,
        _ when type.SequenceEqual("timeout_error"u8) => 504,
        _ when type.SequenceEqual("overloaded_error"u8) => 529,
        _ => 500,
    };

    /// <summary>Reads <c>{"type":"error","error":{"type":…,"message":…}}</c>. A body of another form gives what the status
    /// says.</summary>
    public static DialectError Read(ReadOnlySpan<byte> body, int status)
    {
        var (message, _, type) = ChatErrorReader.Read(body, 0);
        return new DialectError(Classify(type, message, status), message);
    }

    /// <summary>On Vertex AI an error is Anthropic's, or Google's own
    /// (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/api-errors).</summary>
    public static DialectError ReadOnVertex(ReadOnlySpan<byte> body, int status)
    {
        var (_, _, type) = ChatErrorReader.Read(body, 0);
        return type is not null && type.EndsWith("_error", StringComparison.Ordinal)
            ? Read(body, status)
            : GeminiErrors.Read(body, status);
    }

    private static GatewayErrorKind Classify(string? type, string? message, int status) => type switch
    {
        // An empty account is told as an invalid request.
        "invalid_request_error" when message is not null
            && message.Contains("credit balance is too low", StringComparison.OrdinalIgnoreCase) => GatewayErrorKind.ProviderAuth,
        "invalid_request_error" or "not_found_error" or "request_too_large" => GatewayErrorKind.ProviderRejected,
        "authentication_error" or "permission_error" or "billing_error" => GatewayErrorKind.ProviderAuth,
        "rate_limit_error" => GatewayErrorKind.ProviderRateLimited,
        "timeout_error" => GatewayErrorKind.ProviderTimeout,
        "overloaded_error" => GatewayErrorKind.ProviderOverloaded,
        "api_error" => GatewayErrorKind.ProviderError,
        _ => ByStatus(status),
    };

    private static GatewayErrorKind ByStatus(int status) => status switch
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
