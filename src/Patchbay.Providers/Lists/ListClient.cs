using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Patchbay.Providers;

/// <summary>Fetches lists of models: bounded in time and size, without redirects, proxies and cookies, as calls to providers
/// are. Thread-safe.</summary>
public sealed class ListClient : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly CredentialContext _credentials;
    private readonly TimeSpan _within;
    private readonly int _mostBytes;

    /// <summary>Prepares the connections.</summary>
    /// <param name="credentials">Where credentials of providers come from; the caller's to dispose.</param>
    /// <param name="within">The longest that one question may take in all.</param>
    /// <param name="mostBytes">The largest body, unpacked.</param>
    public ListClient(CredentialContext credentials, TimeSpan within, int mostBytes)
    {
        _credentials = credentials;
        _within = within;
        _mostBytes = mostBytes;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = within < TimeSpan.FromSeconds(5) ? within : TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 64,
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>Asks for a list. Never throws but for <paramref name="cancellationToken"/>: what goes wrong is told in the
    /// answer.</summary>
    /// <param name="address">Where.</param>
    /// <param name="provider">Whose credential goes along; null for none.</param>
    /// <param name="etag">The version that is known; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ListAnswer> GetAsync(Uri address, Provider? provider, string? etag, CancellationToken cancellationToken) =>
        AskAsync(new HttpRequestMessage(HttpMethod.Get, address), provider, etag, cancellationToken);

    /// <summary>Posts a JSON body, for servers that want one to tell about a model; otherwise as <see cref="GetAsync"/>.
    /// </summary>
    public Task<ListAnswer> PostAsync(Uri address, byte[] json, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return AskAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = content }, null, null, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<ListAnswer> AskAsync(
        HttpRequestMessage request, Provider? provider, string? etag, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_within);
        using (request)
        {
            try
            {
                request.Version = request.RequestUri!.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11;
                request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
                request.Headers.TryAddWithoutValidation("Accept", "application/json");
                request.Headers.TryAddWithoutValidation("User-Agent", "Patchbay");
                if (etag is not null)
                {
                    request.Headers.TryAddWithoutValidation("If-None-Match", etag);
                }

                if (provider is not null)
                {
                    provider.AddHeaders(request.Headers);
                    await provider.Credential.ApplyAsync(request, default, _credentials, limit.Token);
                }

                using var response = await _http.SendAsync(request, limit.Token);
                return await ReadAsync(response, limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return Failed(string.Create(CultureInfo.InvariantCulture, $"no answer within {_within.TotalSeconds:0.#} s."));
            }
            catch (CredentialException exception)
            {
                return Failed("no credential could be had: " + exception.Message);
            }
            catch (HttpRequestException exception)
            {
                var refused = exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
                return new ListAnswer { Problem = Reason(exception.HttpRequestError, refused), Nobody = refused };
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException)
            {
                return Failed("the answer was cut off.");
            }
        }
    }

    private async Task<ListAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            return new ListAnswer { Unchanged = true, ETag = response.Headers.ETag?.ToString() };
        }

        if (status is >= 300 and < 400)
        {
            return Failed($"it answered {status}, a redirect; redirects are not followed.");
        }

        if (status is < 200 or >= 300)
        {
            return Failed($"it answered {status}.");
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            kept.Write(buffer, 0, read);
            if (kept.Length > _mostBytes)
            {
                return Failed($"the answer is larger than {_mostBytes / (1024 * 1024)} MiB.");
            }
        }

        return new ListAnswer { Body = kept.ToArray(), ETag = response.Headers.ETag?.ToString() };
    }

    private static string Reason(HttpRequestError error, bool refused) => error switch
    {
        HttpRequestError.NameResolutionError => "the name of the host cannot be resolved.",
        HttpRequestError.ConnectionError => refused ? "nobody listens there." : "the host cannot be reached.",
        HttpRequestError.SecureConnectionError => "no secure connection could be made.",
        _ => "the answer was cut off, or is no HTTP.",
    };

    private static ListAnswer Failed(string problem) => new() { Problem = problem };
}
