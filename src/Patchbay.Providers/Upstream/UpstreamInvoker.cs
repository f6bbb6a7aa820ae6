using System.Net;
using System.Net.Http.Headers;
using Patchbay.Protocol;

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
    private readonly CredentialContext _credentials;

    /// <summary>Prepares the connection pools; tokens are fetched as in production.</summary>
    public UpstreamInvoker(UpstreamLimits limits, DeadlineWatch watch)
        : this(limits, watch, new CredentialContext())
    {
    }

    /// <summary>Prepares the connection pools.</summary>
    /// <param name="limits">The bounds of every call.</param>
    /// <param name="watch">Looks after the deadlines.</param>
    /// <param name="credentials">Where tokens come from; the caller's to dispose.</param>
    public UpstreamInvoker(UpstreamLimits limits, DeadlineWatch watch, CredentialContext credentials)
    {
        Limits = limits;
        _watch = watch;
        _credentials = credentials;
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
    public Task SendAsync(UpstreamCall call, Provider provider, Uri address, ReadOnlyMemory<byte> body, bool stream)
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
        headers.TryAddWithoutValidation("Accept", Accepted(provider, stream));
        headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        headers.TryAddWithoutValidation("User-Agent", "Patchbay");
        headers.TryAddWithoutValidation(HopHeader, HopId);
        provider.AddHeaders(headers);
        var ready = provider.Credential.ApplyAsync(request, body, _credentials, call.Token);
        return ready.IsCompletedSuccessfully ? SendAsync(call, provider, request) : SendAsync(call, provider, request, ready);
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private static string Accepted(Provider provider, bool stream) =>
        stream ? Framings.MediaType(provider.Dialect?.Framing ?? Framing.ServerSentEvents) : "application/json";

    private async Task SendAsync(UpstreamCall call, Provider provider, HttpRequestMessage request, ValueTask ready)
    {
        await ready;
        await SendAsync(call, provider, request);
    }

    private async Task SendAsync(UpstreamCall call, Provider provider, HttpRequestMessage request)
    {
        var response = await _invoker.SendAsync(request, call.Token);
        call.Response = response;
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            provider.Credential.Refused(_credentials);
        }
    }
}
