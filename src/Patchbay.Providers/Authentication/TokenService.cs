using System.Net;
using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Calls token services: bounded in time and size, and again after a pause when they are down.</summary>
internal static class TokenService
{
    private const int MostBytes = 256 * 1024;
    private const int LongestCode = 64;

    /// <summary>The body of the service's answer.</summary>
    /// <exception cref="CredentialException">The service refused, or did not answer in spite of all tries.</exception>
    public static async Task<byte[]> AskAsync(
        CredentialContext context, TokenRequest request, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(request.Within);
            CredentialException failure;
            try
            {
                using var message = request.Message();
                using var response = await context.Http.SendAsync(message, limit.Token);
                var body = await ReadAsync(response, request.Address, limit.Token);
                if (response.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices)
                {
                    return body;
                }

                failure = Refusal(request.Address, (int)response.StatusCode, body);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                failure = new(GatewayErrorKind.ProviderUnreachable,
                    $"{request.Address.Authority} did not answer in time.", exception);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                failure = new(GatewayErrorKind.ProviderUnreachable,
                    $"{request.Address.Authority} cannot be reached.", exception);
            }

            if (failure.Kind != GatewayErrorKind.ProviderUnreachable || tried >= request.Tries)
            {
                throw failure;
            }

            // Up to a quarter more, so that many processes do not come back together.
            var pause = context.RetryDelay * Math.Pow(2, tried - 1) * (1 + (Random.Shared.NextDouble() / 4));
            await Task.Delay(pause, cancellationToken);
        }
    }

    private static CredentialException Refusal(Uri address, int status, byte[] body)
    {
        var code = Code(body);
        var said = code is null ? $"{status}" : $"{status} ({code})";
        return new CredentialException(
            status is 408 or 429 or >= 500 ? GatewayErrorKind.ProviderUnreachable : GatewayErrorKind.ProviderAuth,
            $"{address.Authority} answered {said}.");
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, Uri address, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var kept = new MemoryStream();
        var buffer = new byte[4096];
        while (await body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            kept.Write(buffer, 0, read);
            if (kept.Length > MostBytes)
            {
                throw new CredentialException(GatewayErrorKind.ProviderMalformed,
                    $"{address.Authority} answered with more than {MostBytes} bytes.");
            }
        }

        return kept.ToArray();
    }

    /// <summary>The short name of the error: <c>error</c> of RFC 6749, section 5.2, or the code in AWS's XML. Nothing else of
    /// the answer is shown, since it may quote what was sent.</summary>
    private static string? Code(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String
                ? Shown(error.GetString()!)
                : null;
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(body);
            var start = text.IndexOf("<Code>", StringComparison.Ordinal);
            var end = start < 0 ? -1 : text.IndexOf("</Code>", start, StringComparison.Ordinal);
            return end < 0 ? null : Shown(text[(start + "<Code>".Length)..end]);
        }
    }

    private static string? Shown(string code)
    {
        foreach (var character in code)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-' or '.' or ':'))
            {
                return null;
            }
        }

        return code.Length is 0 or > LongestCode ? null : code;
    }
}
