using Microsoft.AspNetCore.Http;
using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>An API dialect that we serve: how its requests are read and its errors written. Everything between is the same
/// pipeline for all surfaces, so that no surface can miss a limit.</summary>
public abstract class Surface
{
    /// <summary>The <c>api_type</c> of its generations.</summary>
    public abstract string ApiType { get; }

    /// <summary>Reads the body into the envelope; an error names the member at fault.</summary>
    public abstract GatewayError? Read(ReadOnlySpan<byte> body, RequestEnvelope envelope);

    /// <summary>Answers with an error when nothing has been sent yet. <paramref name="metadata"/> is the value of
    /// <c>openrouter_metadata</c>; empty when the caller did not ask for it.</summary>
    public abstract Task WriteErrorAsync(
        HttpContext http, GatewayError error, PreviousError[]? previous, ReadOnlyMemory<byte> metadata);
}
