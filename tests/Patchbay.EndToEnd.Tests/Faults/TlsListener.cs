using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Patchbay.EndToEnd.Tests.Faults;

/// <summary>An authority that the server under test trusts, and the certificates that it gave.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=Patchbay test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddDays(-30), now.AddDays(30));
    }

    /// <summary>The authority in the form that OpenSSL reads.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>A certificate for an address or a name.</summary>
    public X509Certificate2 Issue(string host, int fromDay = -1, int toDay = 1)
    {
        var (request, key) = Request(host);
        using (key)
        {
            var now = TimeProvider.System.GetUtcNow();
            var serial = RandomNumberGenerator.GetBytes(12);
            using var signed = request.Create(_certificate, now.AddDays(fromDay), now.AddDays(toDay), serial);
            return signed.CopyWithPrivateKey(key);
        }
    }

    /// <summary>A certificate that nobody else vouches for.</summary>
    public static X509Certificate2 SelfSigned(string host)
    {
        var (request, key) = Request(host);
        using (key)
        {
            var now = TimeProvider.System.GetUtcNow();
            return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        }
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private static (CertificateRequest Request, ECDsa Key) Request(string host)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + host, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        return (request, key);
    }
}

/// <summary>A provider behind TLS that answers every request with one small completion; without a certificate, one that
/// speaks only TLS 1.0.</summary>
public sealed class TlsListener : IAsyncDisposable
{
    private const string Answer =
        """{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}""";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;

    public TlsListener(X509Certificate2? certificate)
    {
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string BaseUrl => $"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _certificate?.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                if (_certificate is null)
                {
                    await ServeOldAsync(client.GetStream());
                    return;
                }

                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                var buffer = new byte[64 * 1024];
                _ = await tls.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false, _stop.Token);
                await tls.WriteAsync(
                    Encoding.UTF8.GetBytes(
                        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {Answer.Length}\r\n\r\n{Answer}"),
                    _stop.Token);
                await tls.ShutdownAsync();
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException
                or System.Security.Authentication.AuthenticationException)
            {
                // The client did not like the certificate: that is what is tested.
            }
        }
    }

    // RFC 2246: a ServerHello that chooses version 3.1, to which no client of today may step down.
    private async Task ServeOldAsync(NetworkStream stream)
    {
        var buffer = new byte[16 * 1024];
        _ = await stream.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false, _stop.Token);
        byte[] hello = [0x03, 0x01, .. RandomNumberGenerator.GetBytes(32), 0x00, 0x00, 0x2F, 0x00];
        byte[] record = [0x16, 0x03, 0x01, 0x00, (byte)(hello.Length + 4), 0x02, 0x00, 0x00, (byte)hello.Length, .. hello];
        await stream.WriteAsync(record, _stop.Token);
        _ = await stream.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false, _stop.Token);
    }
}
