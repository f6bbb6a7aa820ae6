using System.Net;
using System.Text.Json;

namespace Patchbay.Billing;

/// <summary>Calls a payment gateway's HTTP API: bounded in time and size, without redirects, proxies and cookies; what may be
/// asked again is asked again. Thread-safe.</summary>
/// <param name="name">The gateway's name, for messages.</param>
/// <param name="clock">The clock of the waits between tries.</param>
internal sealed class GatewayConnection(string name, TimeProvider clock) : IDisposable
{
    /// <summary>The code for an idempotency key that was used with other parameters before.</summary>
    public const string KeyMisused = "idempotency_error";

    private const int Tries = 4;
    private const int LargestAnswer = 4 * 1024 * 1024;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(150);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        MaxResponseHeadersLength = 64,
        ActivityHeadersPropagator = null,
    });

    /// <summary>Sends a request that can be repeated without a second effect, and returns the answer's JSON. Null for 404.
    /// </summary>
    /// <param name="make">Makes the request, anew for each try.</param>
    /// <param name="readCode">Reads the gateway's short code from an error's JSON.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GatewayException">It was refused, or nobody knows.</exception>
    public async Task<JsonElement?> SendAsync(
        Func<HttpRequestMessage> make, Func<JsonElement, string?> readCode, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            GatewayException failure;
            try
            {
                var (status, body) = await SendOnceAsync(make, cancellationToken);
                if (status is >= 200 and < 300)
                {
                    return body;
                }

                if (status == (int)HttpStatusCode.NotFound)
                {
                    return null;
                }

                failure = Refused(status, body is { } json ? readCode(json) : null);
            }
            catch (Exception exception) when (
                exception is HttpRequestException or IOException or JsonException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
                failure = new GatewayException($"{name} cannot be reached, or its answer was cut off.", 0, null, false, exception);
            }

            if (failure.IsFinal || failure.Status is 401 or 403 || attempt == Tries)
            {
                throw failure;
            }

            await Task.Delay(FirstWait * (1 << (attempt - 1)) * (1 + Random.Shared.NextDouble()), clock, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<(int Status, JsonElement? Body)> SendOnceAsync(
        Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Within);
        using var request = make();
        request.Headers.TryAddWithoutValidation("User-Agent", "Patchbay");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        using var response = await _http.SendAsync(request, limit.Token);
        await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, limit.Token) is var read and > 0)
        {
            kept.Write(buffer, 0, read);
            if (kept.Length > LargestAnswer)
            {
                throw new IOException("The answer is too large.");
            }
        }

        var status = (int)response.StatusCode;
        return (status, Parse(kept.ToArray(), mustBeJson: status is >= 200 and < 300));
    }

    private static JsonElement? Parse(byte[] body, bool mustBeJson)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException) when (!mustBeJson)
        {
            return null;
        }
    }

    // 401 and 403 are the operator's to mend, not the payer's. 409: the same key is being worked on. 429: too many. 5xx:
    // nobody knows. A key that was used for something else says nothing of what happened then.
    private GatewayException Refused(int status, string? code)
    {
        var isFinal = status is not (401 or 403 or 409 or 425 or 429) and < 500 && code != KeyMisused;
        var message = code is null ? $"{name} answered {status}." : $"{name} answered {status} ({code}).";
        return new GatewayException(message, status, code, isFinal);
    }
}
