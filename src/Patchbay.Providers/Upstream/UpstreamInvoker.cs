using System.Net;
using System.Net.Http.Headers;

namespace Patchbay.Providers;

/// <summary>Opens all connections to providers. Thread-safe; one per process, so that connections are shared.</summary>
public sealed class UpstreamInvoker : IDisposable
{
    /// <summary>The header that shows a request its own way back to this process: a provider address that points to us.
    /// </summary>
    public const string HopHeader = "X-Patchbay-Hop";

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpMessageInvoker _invoker;
    private readonly DeadlineWatch _watch;

    /// <summary>Prepares the connection pools.</summary>
    public UpstreamInvoker(UpstreamLimits limits, DeadlineWatch watch)
    {
        Limits = limits;
        _watch = watch;
        HopId = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = limits.Connect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            EnableMultipleHttp2Connections = true,
            MaxResponseHeadersLength = 64,
            ResponseDrainTimeout = TimeSpan.FromMilliseconds(500),
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>The bounds in force.</summary>
    public UpstreamLimits Limits { get; }

    /// <summary>What <see cref="HopHeader"/> carries for this process.</summary>
    public string HopId { get; }

    /// <summary>A new call, not sent yet.</summary>
    public UpstreamCall CreateCall() => new(_watch, Limits.Total);

    /// <summary>Posts a JSON body and waits for the answer's headers. Throws what the transport throws; see
    /// <see cref="UpstreamFault"/>. Only an allow-list of headers goes out: nothing of the caller's.</summary>
    public async Task SendAsync(UpstreamCall call, Provider provider, Uri address, ReadOnlyMemory<byte> body, bool stream)
    {
        var content = new BodyContent(body);
        content.Headers.ContentType = Json;
        call.Content = content;
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = address.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = content,
        };
        var headers = request.Headers;
        headers.TryAddWithoutValidation("Accept", stream ? "text/event-stream" : "application/json");
        headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        headers.TryAddWithoutValidation("User-Agent", "Patchbay");
        headers.TryAddWithoutValidation(HopHeader, HopId);
        provider.Authenticate(headers);
        call.Response = await _invoker.SendAsync(request, call.Token);
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();
}
