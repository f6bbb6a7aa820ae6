using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A POST that came.</summary>
public sealed record ReceivedAlert(string Body, string Signature, string Delivery, int Status)
{
    public JsonElement Json => JsonElement.Parse(Body);

    /// <summary>Whether the signature is that of this secret, over the time and the body, and not older than a minute.</summary>
    public bool IsSignedBy(string secret)
    {
        var parts = Signature.Split(',').Select(static part => part.Split('=')).ToDictionary(static pair => pair[0], static pair => pair[1]);
        var expected = Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{parts["t"]}.{Body}")));
        var age = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(parts["t"], CultureInfo.InvariantCulture);
        return parts["v1"] == expected && age is >= -60 and < 60;
    }
}

/// <summary>A receiver of webhooks, over a real socket. Answers what it is told to.</summary>
public sealed class AlertReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AlertReceiver(WebApplication app) => _app = app;

    /// <summary>Everything that came, in order.</summary>
    public ConcurrentQueue<ReceivedAlert> Received { get; } = new();

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 200;

    /// <summary>What it waits for before it answers.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public string Address => _app.Urls.First() + "/hook";

    /// <summary>What it took.</summary>
    public IReadOnlyList<ReceivedAlert> Taken => [.. Received.Where(static alert => alert.Status == 200)];

    public static async Task<AlertReceiver> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new AlertReceiver(builder.Build());
        receiver._app.MapPost("/hook", (RequestDelegate)receiver.TakeAsync);
        await receiver._app.StartAsync(cancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers;
        var status = Status;
        Received.Enqueue(new ReceivedAlert(
            await reader.ReadToEndAsync(context.RequestAborted), headers["Patchbay-Signature"].ToString(),
            headers["Patchbay-Delivery"].ToString(), status));
        await Gate.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = status;
    }
}

/// <summary>A mail server without TLS that takes everything from one user, over a real socket.</summary>
public sealed class MailReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What was said to it.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>The mails, as they came.</summary>
    public ConcurrentQueue<string> Mails { get; } = new();

    public static MailReceiver Start()
    {
        var receiver = new MailReceiver();
        receiver._listener.Start();
        receiver._running = receiver.RunAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                await TalkAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
        {
            // The test has ended.
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        await using var writer = new StreamWriter(stream, Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 ready");
        while (await reader.ReadLineAsync(_stopping.Token) is { } line)
        {
            Lines.Enqueue(line);
            if (line == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                var mail = new StringBuilder();
                while (await reader.ReadLineAsync(_stopping.Token) is { } text && text != ".")
                {
                    mail.Append(text).Append('\n');
                }

                Mails.Enqueue(mail.ToString());
            }

            if (line == "QUIT")
            {
                return;
            }

            await writer.WriteLineAsync(
                line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-here\r\n250-SIZE 1000000\r\n250 AUTH LOGIN PLAIN"
                : line.StartsWith("AUTH", StringComparison.Ordinal) ? "235 welcome"
                : "250 fine");
        }
    }
}
