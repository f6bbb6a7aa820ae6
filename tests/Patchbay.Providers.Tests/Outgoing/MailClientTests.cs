using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Patchbay.Providers.Tests;

/// <summary>Mail over real sockets, to a server that does as it is told.</summary>
public sealed class MailClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(MailSecurity.StartTls)]
    [InlineData(MailSecurity.Tls)]
    public async Task What_is_sent_and_who_signs_in_is_said_under_tls_only(MailSecurity security)
    {
        await using var server = new Server { Security = security };
        Assert.Null(await server.Client("user", "word").SendAsync("to@example.com", Guid.CreateVersion7(), "Straße – 80 % used", "Hi\n.\nbye", Token));
        Assert.Equal(security == MailSecurity.StartTls ? ["EHLO patchbay", "STARTTLS"] : [], server.InClear);
        Assert.Equal(
            ["EHLO patchbay", "AUTH PLAIN " + Convert.ToBase64String("\0user\0word"u8), "MAIL FROM:<from@example.com>", "RCPT TO:<to@example.com>", "DATA"],
            server.Secured.Take(5));
        var mail = Assert.Single(server.Mails);
        Assert.Contains("Subject: =?utf-8?B?" + Convert.ToBase64String("Straße – 80 % used"u8) + "?=\n", mail, StringComparison.Ordinal);
        Assert.All(mail.Split('\n'), static line => Assert.True(line.Length <= 78 && line.All(char.IsAscii)));
        var body = Convert.FromBase64String(mail[(mail.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]);
        Assert.Equal("Hi\n.\nbye", Encoding.UTF8.GetString(body));
    }

    [Fact]
    public async Task The_conversation_ends_with_quit()
    {
        var server = new Server { Security = MailSecurity.Tls };
        Assert.Null(await server.Client(null, null).SendAsync("to@example.com", Guid.CreateVersion7(), "s", "t", Token));

        // It hears what was said before the connection ended.
        await server.DisposeAsync();
        Assert.Equal("QUIT", server.Secured.Last());
        Assert.Single(server.Secured, static line => line == "QUIT");
    }

    [Fact]
    public async Task A_server_that_knows_only_login_is_signed_in_to_by_login()
    {
        await using var server = new Server { Security = MailSecurity.Tls, Methods = "AUTH LOGIN" };
        Assert.Null(await server.Client("user", "word").SendAsync("to@example.com", Guid.CreateVersion7(), "s", "t", Token));
        Assert.Equal(
            ["AUTH LOGIN", Convert.ToBase64String("user"u8), Convert.ToBase64String("word"u8)], server.Secured.Skip(1).Take(3));
    }

    [Fact]
    public async Task A_long_subject_is_cut_between_letters()
    {
        await using var server = new Server { Security = MailSecurity.None };
        var subject = string.Concat(Enumerable.Repeat("ü€😀 ", 20)).Trim();
        Assert.Null(await server.Client(null, null).SendAsync("to@example.com", Guid.CreateVersion7(), subject, "t", Token));
        var lines = Assert.Single(server.Mails).Split('\n').SkipWhile(static line => !line.StartsWith("Subject", StringComparison.Ordinal))
            .TakeWhile(static line => !line.StartsWith("Date", StringComparison.Ordinal)).ToList();
        Assert.All(lines, static line => Assert.True(line.Length <= 84));
        var words = lines.Select(static line => line[(line.IndexOf("?B?", StringComparison.Ordinal) + 3)..^2]);
        Assert.Equal(subject, string.Concat(words.Select(static word => Encoding.UTF8.GetString(Convert.FromBase64String(word)))));
    }

    [Theory]
    [InlineData("RCPT", "550 no such user", "the mail server answered 550")]
    [InlineData("AUTH", "535 wrong", "the mail server answered 535")]
    [InlineData("STARTTLS", "454 not now", "the mail server answered 454")]
    [InlineData("EHLO", "nonsense", "the mail server does not speak SMTP")]
    [InlineData("EHLO", "", "the mail server cannot be reached")]
    public async Task A_server_that_says_no_is_quoted_by_its_code_alone(string at, string reply, string problem)
    {
        await using var server = new Server { Security = MailSecurity.StartTls, RefusesAt = at, Refusal = reply };
        Assert.Equal(problem, await server.Client("user", "word").SendAsync("to@example.com", Guid.CreateVersion7(), "s", "t", Token));
        Assert.Empty(server.Mails);
        Assert.DoesNotContain(server.InClear, static line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_and_nothing_is_said()
    {
        await using var server = new Server { Security = MailSecurity.StartTls };
        var client = new MailClient(server.Record("user", "word"), TimeProvider.System);
        Assert.Equal(
            "no secure connection to the mail server could be made",
            await client.SendAsync("to@example.com", Guid.CreateVersion7(), "s", "t", Token));
        Assert.Empty(server.Secured);
    }

    private sealed class Server : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly X509Certificate2 _certificate;
        private readonly Task _running;

        public Server()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
            var now = TimeProvider.System.GetUtcNow();
            using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
            _listener.Start();
            _running = RunAsync();
        }

        public MailSecurity Security { get; init; }

        public string Methods { get; init; } = "AUTH PLAIN LOGIN";

        public string? RefusesAt { get; init; }

        public string Refusal { get; init; } = "";

        public ConcurrentQueue<string> InClear { get; } = new();

        public ConcurrentQueue<string> Secured { get; } = new();

        public ConcurrentQueue<string> Mails { get; } = new();

        public MailServer Record(string? user, string? password) => new(
            "127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, Security, "from@example.com", user, password);

        public MailClient Client(string? user, string? password) =>
            new(Record(user, password), TimeProvider.System, (_, certificate, _, _) => certificate!.GetCertHashString() == _certificate.Thumbprint);

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _running;
            _certificate.Dispose();
        }

        private async Task RunAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await TalkAsync(client.GetStream());
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException or IOException
                or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, or the test has ended.
            }
        }

        private async Task TalkAsync(Stream stream)
        {
            var lines = InClear;
            if (Security == MailSecurity.Tls)
            {
                (stream, lines) = (await SecureAsync(stream), Secured);
            }

            await SayAsync(stream, "220 ready");
            while (await ReadLineAsync(stream) is { } line)
            {
                lines.Enqueue(line);
                if (RefusesAt is { } at && line.StartsWith(at, StringComparison.Ordinal))
                {
                    if (Refusal.Length == 0)
                    {
                        await stream.DisposeAsync();
                        return;
                    }

                    await SayAsync(stream, Refusal);
                    continue;
                }

                if (line == "DATA")
                {
                    await SayAsync(stream, "354 go on");
                    var mail = new StringBuilder();
                    while (await ReadLineAsync(stream) is { } text && text != ".")
                    {
                        mail.Append(text).Append('\n');
                    }

                    Mails.Enqueue(mail.ToString());
                }

                if (line == "QUIT")
                {
                    await stream.DisposeAsync();
                    return;
                }

                await SayAsync(stream, line switch
                {
                    "STARTTLS" => "220 go ahead",
                    "AUTH LOGIN" => "334 VXNlcm5hbWU6",
                    _ when line.StartsWith("EHLO", StringComparison.Ordinal) => $"250-here\r\n250-STARTTLS\r\n250 {Methods}",
                    _ when line.StartsWith("AUTH", StringComparison.Ordinal) => "235 welcome",
                    _ when line == Convert.ToBase64String("user"u8) => "334 UGFzc3dvcmQ6",
                    _ when line == Convert.ToBase64String("word"u8) => "235 welcome",
                    _ => "250 fine",
                });
                if (line == "STARTTLS")
                {
                    (stream, lines) = (await SecureAsync(stream), Secured);
                }
            }
        }

        private async Task<Stream> SecureAsync(Stream stream)
        {
            var secure = new SslStream(stream);
            await secure.AuthenticateAsServerAsync(_certificate);
            return secure;
        }

        private static async Task SayAsync(Stream stream, string text)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"));
            await stream.FlushAsync();
        }

        // Byte by byte, so that nothing of a handshake is read as a line.
        private static async Task<string?> ReadLineAsync(Stream stream)
        {
            var line = new StringBuilder();
            var one = new byte[1];
            while (await stream.ReadAsync(one) == 1)
            {
                if (one[0] == '\n')
                {
                    return line.ToString().TrimEnd('\r');
                }

                line.Append((char)one[0]);
            }

            return null;
        }
    }
}
