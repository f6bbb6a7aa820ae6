using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Patchbay.EndToEnd.Tests.Catalogue;

/// <summary>What the stand-in answers at a path.</summary>
/// <param name="Body">The body.</param>
/// <param name="Status">The status.</param>
/// <param name="ETag">The version, if any; whoever shows it gets 304.</param>
/// <param name="Location">Where a redirect leads.</param>
/// <param name="CutAfter">After how many bytes of the body the connection breaks; null for never.</param>
/// <param name="Repeat">How often the body is sent.</param>
public sealed record ListReply(
    string Body, int Status = 200, string? ETag = null, string? Location = null, int? CutAfter = null, int Repeat = 1);

/// <summary>Stands in for public lists, providers' lists and model servers: plain HTTP on a free loopback port.</summary>
public sealed class ListServer : IAsyncDisposable
{
    private readonly int _port;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public ListServer()
    {
        _listener.Start();
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>What is answered, by path without the query; everything else is 404.</summary>
    public ConcurrentDictionary<string, ListReply> Replies { get; } = new();

    /// <summary>The requests so far: first line and headers.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Who answers what is not in <see cref="Replies"/>, at a path that begins otherwise; null for nobody.</summary>
    public (Uri Server, string From, string To)? Behind { get; set; }

    /// <summary>Where it listens.</summary>
    public int Port => _port;

    /// <summary>The address of a path.</summary>
    public string At(string path) => $"http://127.0.0.1:{Port}{path}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                var head = await ReadHeadAsync(stream);
                Requests.Enqueue(head);
                var path = head.Split(' ')[1].Split('?')[0];
                if (Behind is { } behind && !Replies.ContainsKey(path) && path.StartsWith(behind.From, StringComparison.Ordinal))
                {
                    await PassOnAsync(stream, head, behind);
                    return;
                }

                var reply = Replies.TryGetValue(path, out var known) ? known : new ListReply("{\"error\":\"no such path\"}", 404);
                if (reply.ETag is not null && head.Contains(reply.ETag, StringComparison.Ordinal))
                {
                    reply = new ListReply("", 304, reply.ETag);
                }

                var body = Encoding.UTF8.GetBytes(reply.Body);
                var answer = $"HTTP/1.1 {reply.Status} X\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + $"Content-Length: {(long)body.Length * reply.Repeat}\r\n"
                    + (reply.ETag is null ? "" : $"ETag: {reply.ETag}\r\n")
                    + (reply.Location is null ? "" : $"Location: {reply.Location}\r\n") + "\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), _stop.Token);
                for (var i = 0; i < reply.Repeat; i++)
                {
                    await stream.WriteAsync(body.AsMemory(0, reply.CutAfter ?? body.Length), _stop.Token);
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
            {
                // The other side has heard enough.
            }
        }
    }

    private async Task PassOnAsync(NetworkStream caller, string read, (Uri Server, string From, string To) behind)
    {
        using var next = new TcpClient();
        await next.ConnectAsync(behind.Server.Host, behind.Server.Port, _stop.Token);
        await using var stream = next.GetStream();

        // One request a connection: the next one may be for another.
        var head = read.Replace(" " + behind.From, " " + behind.To, StringComparison.Ordinal)
            .Replace(" HTTP/1.1\r\n", " HTTP/1.1\r\nConnection: close\r\n", StringComparison.Ordinal);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head), _stop.Token);
        await Task.WhenAny(caller.CopyToAsync(stream, _stop.Token), stream.CopyToAsync(caller, _stop.Token));
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer) is var read and > 0)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return text.ToString();
    }
}
