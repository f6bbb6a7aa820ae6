using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>An error as the result of an operation.</summary>
internal sealed class ErrorResult(GatewayError error) : IResult
{
    /// <summary>The addressed thing does not exist, or belongs to somebody else; the caller cannot tell which.</summary>
    public static ErrorResult NotFound(string what) => new(new GatewayError(
        GatewayErrorKind.NotFound, $"Resource not found: there is no {what}."));

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => httpContext.WriteErrorAsync(error);
}
