using System.Buffers;
using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Reads a request's body once, into pooled memory.</summary>
internal static class RequestBody
{
    /// <summary>Fills the buffer. An error when the body is too large (without reading it where its length was announced),
    /// compressed, or does not arrive.</summary>
    public static async ValueTask<GatewayError?> ReadAsync(HttpRequest request, PooledBuffer buffer, int limit)
    {
        if (request.ContentLength > limit)
        {
            return TooLarge(limit);
        }

        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
        {
            return new GatewayError(GatewayErrorKind.InvalidRequest, "Compressed request bodies are not accepted.")
            {
                Parameter = "Content-Encoding",
            };
        }

        try
        {
            var reader = request.BodyReader;
            while (true)
            {
                var result = await reader.ReadAsync();
                foreach (var segment in result.Buffer)
                {
                    if (buffer.Length + segment.Length > limit)
                    {
                        return TooLarge(limit);
                    }

                    buffer.Write(segment.Span);
                }

                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return null;
                }
            }
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => TooLarge(limit),
                StatusCodes.Status408RequestTimeout => new GatewayError(
                    GatewayErrorKind.RequestTimeout, "The request's body did not arrive in time."),
                _ => new GatewayError(GatewayErrorKind.InvalidRequest, "The request's body is not valid HTTP."),
            };
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return new GatewayError(GatewayErrorKind.ClientClosed, "The caller closed the connection.");
        }
    }

    private static GatewayError TooLarge(int limit) => new(
        GatewayErrorKind.PayloadTooLarge, $"The request's body is larger than {limit} bytes.");
}
