using Microsoft.AspNetCore.Http;
using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>OpenAI's chat completions with OpenRouter's additions.</summary>
public sealed class ChatCompletionsSurface : Surface
{
    /// <inheritdoc/>
    public override string ApiType => "completions";

    /// <inheritdoc/>
    public override GatewayError? Read(ReadOnlySpan<byte> body, RequestEnvelope envelope) =>
        ChatRequestReader.Read(body, envelope)
        ?? (envelope.Models.Count == 0
            ? new GatewayError(GatewayErrorKind.InvalidRequest, "Missing 'model': name the model to use.") { Parameter = "model" }
            : null);

    /// <inheritdoc/>
    public override Task WriteErrorAsync(
        HttpContext http, GatewayError error, PreviousError[]? previous, ReadOnlyMemory<byte> metadata) =>
        http.WriteErrorAsync(error, previous, metadata);
}
