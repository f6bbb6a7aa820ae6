using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Patchbay.Providers;

/// <summary>Sends single e-mails in plain text over SMTP (RFC 5321): a connection for each. Thread-safe.</summary>
/// <param name="server">The mail server.</param>
/// <param name="clock">The clock.</param>
/// <param name="trust">Decides on the server's certificate; null for the machine's usual rules.</param>
public sealed class MailClient(MailServer server, TimeProvider clock, RemoteCertificateValidationCallback? trust = null)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(30);

    /// <summary>Sends. Null when the server took it; else what went wrong, in a few words. Throws for nothing but the token.
    /// </summary>
    /// <param name="to">The receiver's address, in ASCII.</param>
    /// <param name="id">Names the mail: the same again at every attempt, so that programs see that it is one.</param>
    /// <param name="subject">One line.</param>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string?> SendAsync(string to, Guid id, string subject, string text, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Within);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server.Host, server.Port, limit.Token);
            await using var network = new NetworkStream(socket);
            await TalkAsync(network, to, Message(to, id, subject, text), limit.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "the mail server did not answer within 30 seconds";
        }
        catch (MailRefusedException exception)
        {
            return exception.Message;
        }
        catch (AuthenticationException)
        {
            return "no secure connection to the mail server could be made";
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return "the mail server cannot be reached";
        }
    }

    private async Task TalkAsync(NetworkStream network, string to, string message, CancellationToken cancellationToken)
    {
        Stream stream = network;
        SslStream? secure = null;
        try
        {
            if (server.Security == MailSecurity.Tls)
            {
                stream = secure = await SecureAsync(stream, cancellationToken);
            }

            var dialogue = new SmtpDialogue(stream);
            await dialogue.ExpectAsync(220, cancellationToken);
            var abilities = await dialogue.SayAsync("EHLO patchbay", 250, cancellationToken);
            if (server.Security == MailSecurity.StartTls)
            {
                await dialogue.SayAsync("STARTTLS", 220, cancellationToken);
                stream = secure = await SecureAsync(stream, cancellationToken);
                // What came before the handshake is worth nothing any more.
                dialogue = new SmtpDialogue(stream);
                abilities = await dialogue.SayAsync("EHLO patchbay", 250, cancellationToken);
            }

            if (server.User is { } user)
            {
                await SignInAsync(dialogue, abilities, user, server.Password ?? "", cancellationToken);
            }

            await dialogue.SayAsync($"MAIL FROM:<{server.From}>", 250, cancellationToken);
            await dialogue.SayAsync($"RCPT TO:<{to}>", 250, cancellationToken);
            await dialogue.SayAsync("DATA", 354, cancellationToken);
            await dialogue.SayAsync(message + "\r\n.", 250, cancellationToken);
            await LeaveAsync(dialogue, cancellationToken);
        }
        finally
        {
            if (secure is not null)
            {
                await secure.DisposeAsync();
            }
        }
    }

    // The mail is taken by now: whatever goes wrong here must not have it sent again.
    private static async Task LeaveAsync(SmtpDialogue dialogue, CancellationToken cancellationToken)
    {
        try
        {
            await dialogue.SayAsync("QUIT", null, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // The server closes the connection as well when it hears nothing.
        }
    }

    private async Task<SslStream> SecureAsync(Stream stream, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = server.Host, RemoteCertificateValidationCallback = trust },
                cancellationToken);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    // RFC 4954; LOGIN for servers that know nothing else.
    private static async Task SignInAsync(
        SmtpDialogue dialogue, string abilities, string user, string password, CancellationToken cancellationToken)
    {
        var methods = Array.Find(abilities.Split('\n'), static line => line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase)) ?? "";
        if (methods.Contains("PLAIN", StringComparison.OrdinalIgnoreCase) || !methods.Contains("LOGIN", StringComparison.OrdinalIgnoreCase))
        {
            await dialogue.SayAsync("AUTH PLAIN " + Encode($"\0{user}\0{password}"), 235, cancellationToken);
            return;
        }

        await dialogue.SayAsync("AUTH LOGIN", 334, cancellationToken);
        await dialogue.SayAsync(Encode(user), 334, cancellationToken);
        await dialogue.SayAsync(Encode(password), 235, cancellationToken);
    }

    // RFC 5322. The body is in base64, so that no line of it is too long or begins with a dot.
    private string Message(string to, Guid id, string subject, string text)
    {
        var domain = server.From[(server.From.IndexOf('@', StringComparison.Ordinal) + 1)..];
        var body = Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks);
        return string.Create(CultureInfo.InvariantCulture, $"""
            From: Patchbay <{server.From}>
            To: <{to}>
            Subject: {Header(subject)}
            Date: {clock.GetUtcNow():ddd, dd MMM yyyy HH':'mm':'ss} +0000
            Message-ID: <{id:N}@{domain}>
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: base64

            {body}
            """).ReplaceLineEndings("\r\n");
    }

    // RFC 2047: encoded words of at most 75 characters, cut between characters.
    private static string Header(string text)
    {
        const int MostBytes = 42;
        var words = new StringBuilder();
        var part = new StringBuilder();
        var size = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (size + rune.Utf8SequenceLength > MostBytes)
            {
                Append(words, part);
                size = 0;
            }

            size += rune.Utf8SequenceLength;
            part.Append(rune.ToString());
        }

        Append(words, part);
        return words.ToString();
    }

    private static void Append(StringBuilder words, StringBuilder part)
    {
        words.Append(words.Length > 0 ? "\r\n " : "").Append("=?utf-8?B?").Append(Encode(part.ToString())).Append("?=");
        part.Clear();
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
