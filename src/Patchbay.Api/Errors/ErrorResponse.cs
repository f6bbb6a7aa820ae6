using System.Globalization;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api;

/// <summary>Writes errors as whole answers, in the shape that OpenRouter and OpenAI clients read.</summary>
public static class ErrorResponse
{
    /// <summary>Answers with the error's status and body. Nothing may have been sent before. <paramref name="metadata"/> is
    /// the value of <c>openrouter_metadata</c>; empty for none.</summary>
    public static Task WriteErrorAsync(
        this HttpContext context, GatewayError error, PreviousError[]? previous = null,
        ReadOnlyMemory<byte> metadata = default)
    {
        var response = context.Response;
        response.StatusCode = error.Row.HttpStatus;
        response.ContentType = "application/json";
        if (error.RetryAfter is { } wait)
        {
            var seconds = (long)Math.Ceiling(Math.Max(1, wait.TotalSeconds));
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error.RateLimit is { } rate)
        {
            // openrouter-api.md, section 2.3: only where the limit is ours, and the reset in milliseconds.
            response.Headers["X-RateLimit-Limit"] = rate.Limit.ToString(CultureInfo.InvariantCulture);
            response.Headers["X-RateLimit-Remaining"] = rate.Remaining.ToString(CultureInfo.InvariantCulture);
            response.Headers["X-RateLimit-Reset"] = rate.Reset.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        }

        if (previous is { Length: > 0 } || !metadata.IsEmpty)
        {
            OpenAiErrorWriter.Write(error, previous, response.BodyWriter, metadata.Span);
        }
        else
        {
            OpenAiErrorWriter.Write(error, response.BodyWriter);
        }

        return response.BodyWriter.FlushAsync(CancellationToken.None).AsTask();
    }
}
