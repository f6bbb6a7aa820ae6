using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>An error as the result of an operation.</summary>
internal sealed class ErrorResult(GatewayError error) : IResult
{
    /// <summary>The addressed thing does not exist, or belongs to somebody else; the caller cannot tell which.</summary>
    public static ErrorResult NotFound(string what) => new(new GatewayError(
        GatewayErrorKind.NotFound, $"Resource not found: there is no {what}."));

    /// <summary>The same, for what a parameter names.</summary>
    public static ErrorResult NotFound(string what, string parameter) => new(new GatewayError(
        GatewayErrorKind.NotFound, $"Resource not found: '{parameter}' names no {what}.")
    {
        Parameter = parameter,
    });

    /// <summary>It took longer than it may.</summary>
    public static ErrorResult TimedOut { get; } = new(new GatewayError(
        GatewayErrorKind.RequestTimeout, "Operation timed out. Ask for less time, fewer dimensions or fewer filters, or try again later."));

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => httpContext.WriteErrorAsync(error);
}
