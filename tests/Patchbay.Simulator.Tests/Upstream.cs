using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.Tests;

/// <summary>A simulator with a plain client: no redirects, no decompression, no retries.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private static readonly int HeaderKilobytes = 2048;

    private readonly HttpMessageInvoker _client;

    private Upstream(RunningSimulator simulator)
    {
        Simulator = simulator;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ResponseDrainTimeout = TimeSpan.Zero,
            MaxResponseHeadersLength = HeaderKilobytes,
        });
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public RunningSimulator Simulator { get; }

    public static async Task<Upstream> StartAsync(SimulatorOptions? options = null) =>
        new(await SimulatorHost.StartAsync(options ?? new SimulatorOptions(), Token));

    public static string Chat(string model, bool stream = false, string more = "") =>
        $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Say something"}]{{(more.Length > 0 ? "," + more : "")}}}""";

    public Task<HttpResponseMessage> SendAsync(
        string path, string? body = null, string? behavior = null, CancellationToken? token = null,
        (string Name, string Value)[]? headers = null)
    {
        var request = new HttpRequestMessage(
            body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(Simulator.Address, path));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (behavior is not null)
        {
            request.Headers.Add("X-Sim", behavior);
        }

        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.Add(name, value);
        }

        return _client.SendAsync(request, token ?? Token);
    }

    public Task<HttpResponseMessage> ChatAsync(string model, bool stream = false, string more = "", string? behavior = null) =>
        SendAsync("alpha/v1/chat/completions", Chat(model, stream, more), behavior);

    public async Task<JsonElement> JsonAsync(string path, string? body = null, string? behavior = null)
    {
        using var response = await SendAsync(path, body, behavior);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync(Token));
    }

    public Task<JsonElement> ChatJsonAsync(string model, string more = "", string? behavior = null) =>
        JsonAsync("alpha/v1/chat/completions", Chat(model, more: more), behavior);

    /// <summary>The data of each event of a stream, as an independent parser reads it.</summary>
    public async Task<List<string>> EventsAsync(string model, string more = "", string? behavior = null)
    {
        using var response = await ChatAsync(model, stream: true, more, behavior);
        await using var stream = await response.Content.ReadAsStreamAsync(Token);
        var events = new List<string>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(Token))
        {
            events.Add(item.Data);
        }

        return events;
    }

    /// <summary>Every byte that comes back on a connection of its own, and how the connection ended.</summary>
    public async Task<(byte[] Bytes, bool WasReset)> RawAsync(string body)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Simulator.Address.Host, Simulator.Address.Port, Token);
        var stream = socket.GetStream();
        var head = $"POST /alpha/v1/chat/completions HTTP/1.1\r\nHost: sim\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head + body), Token);
        using var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, Token);
        }
        catch (IOException exception)
            when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return (received.ToArray(), true);
        }

        return (received.ToArray(), false);
    }

    public async Task<(string Text, bool WasReset)> RawTextAsync(string model, bool stream)
    {
        var (bytes, wasReset) = await RawAsync(Chat(model, stream));
        return (Encoding.UTF8.GetString(bytes), wasReset);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Simulator.DisposeAsync();
    }
}

/// <summary>Reads what a list of chunks says.</summary>
internal static class Chunks
{
    public static List<JsonElement> Parse(IEnumerable<string> events)
    {
        var chunks = new List<JsonElement>();
        foreach (var data in events)
        {
            if (data != "[DONE]")
            {
                chunks.Add(JsonElement.Parse(data));
            }
        }

        return chunks;
    }

    public static string Content(IEnumerable<string> events, string member = "content", int choice = 0)
    {
        var text = new StringBuilder();
        foreach (var chunk in Parse(events))
        {
            foreach (var one in chunk.GetProperty("choices").EnumerateArray())
            {
                if (one.GetProperty("index").GetInt32() == choice
                    && one.GetProperty("delta").TryGetProperty(member, out var piece))
                {
                    text.Append(piece.GetString());
                }
            }
        }

        return text.ToString();
    }

    public static string? Finish(IEnumerable<string> events)
    {
        string? finish = null;
        foreach (var chunk in Parse(events))
        {
            foreach (var one in chunk.GetProperty("choices").EnumerateArray())
            {
                finish = one.GetProperty("finish_reason").GetString() ?? finish;
            }
        }

        return finish;
    }

    public static List<JsonElement> Usages(IEnumerable<string> events)
    {
        var usages = new List<JsonElement>();
        foreach (var chunk in Parse(events))
        {
            if (chunk.TryGetProperty("usage", out var usage))
            {
                usages.Add(usage);
            }
        }

        return usages;
    }
}
