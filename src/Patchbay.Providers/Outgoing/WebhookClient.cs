using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Providers;

/// <summary>Posts signed JSON to addresses that tenants chose: bounded in time, without redirects, proxies and cookies, and only
/// to public addresses. Thread-safe.</summary>
public sealed class WebhookClient : IDisposable
{
    /// <summary>The header with the time and the signature: <c>t=UNIX_SECONDS,v1=HEX</c>, where HEX is HMAC-SHA256 by the secret
    /// over <c>UNIX_SECONDS.BODY</c>.</summary>
    public const string SignatureHeader = "Patchbay-Signature";

    /// <summary>The header with the id of the delivery, which is the same at every attempt.</summary>
    public const string DeliveryHeader = "Patchbay-Delivery";

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _clock;

    /// <summary>Prepares the connections.</summary>
    /// <param name="allowsPrivate">Whether private addresses are allowed.</param>
    /// <param name="clock">The clock.</param>
    public WebhookClient(bool allowsPrivate, TimeProvider clock)
    {
        _clock = clock;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 64,
            ActivityHeadersPropagator = null,
            ConnectCallback = allowsPrivate ? null : AddressGuard.ConnectAsync,
        });
    }

    /// <summary>The value of <see cref="SignatureHeader"/>.</summary>
    public static string Sign(string secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(time));
        hmac.AppendData("."u8);
        hmac.AppendData(body);
        return $"t={time},v1={Convert.ToHexStringLower(hmac.GetHashAndReset())}";
    }

    /// <summary>Posts. Null when the receiver answered 2xx; else what went wrong, in a few words. Throws for nothing but the
    /// token.</summary>
    public async Task<string?> PostAsync(
        Uri address, string deliveryId, string secret, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Within);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "Patchbay");
        request.Headers.TryAddWithoutValidation(DeliveryHeader, deliveryId);
        request.Headers.TryAddWithoutValidation(SignatureHeader, Sign(secret, _clock.GetUtcNow(), body.Span));
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            var status = (int)response.StatusCode;
            return status is >= 200 and < 300 ? null
                : status is >= 300 and < 400 ? $"it answered {status}, a redirect; redirects are not followed"
                : $"it answered {status}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "it did not answer within 10 seconds";
        }
        catch (HttpRequestException exception)
        {
            return exception.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => "the name of the host cannot be resolved",
                HttpRequestError.SecureConnectionError => "no secure connection could be made",
                _ when exception.Message.StartsWith("the host has no public", StringComparison.Ordinal) => "the host has no public address",
                _ => "the host cannot be reached",
            };
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            return "the host cannot be reached";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
