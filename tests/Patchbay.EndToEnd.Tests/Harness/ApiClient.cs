using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Patchbay.Testing;

/// <summary>A whole answer.</summary>
public sealed record ApiResponse(int Status, string Body, HttpResponseHeaders Headers)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonElement.Parse(Body);

    /// <summary>The first value of a header, or null.</summary>
    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;

    /// <summary><c>error.metadata.code</c>, our own stable name of an error.</summary>
    public string? ErrorCode => Json.GetProperty("error").GetProperty("metadata").GetProperty("code").GetString();

    /// <summary><c>error.message</c>.</summary>
    public string? ErrorMessage => Json.GetProperty("error").GetProperty("message").GetString();
}

/// <summary>One server-sent event as it arrived.</summary>
public sealed record StreamEvent(string Data)
{
    /// <summary>Whether it is <c>[DONE]</c>.</summary>
    public bool IsDone => Data == "[DONE]";

    /// <summary>The data as JSON.</summary>
    public JsonElement Json => JsonElement.Parse(Data);
}

/// <summary>A streamed answer, read to its end or to where it broke.</summary>
public sealed record StreamResponse(
    int Status, IReadOnlyList<StreamEvent> Events, IReadOnlyList<string> Comments, HttpResponseHeaders Headers, bool Broken, string Raw)
{
    /// <summary>All content deltas of the first choice, joined.</summary>
    public string Text => string.Concat(Events.Where(e => !e.IsDone).Select(e => Delta(e.Json)));

    /// <summary>Whether the last event is <c>[DONE]</c>.</summary>
    public bool EndsWithDone => Events.Count > 0 && Events[^1].IsDone;

    /// <summary>The usage objects, in order.</summary>
    public IReadOnlyList<JsonElement> Usages => [.. Events
        .Where(e => !e.IsDone)
        .Select(e => e.Json)
        .Where(json => json.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        .Select(json => json.GetProperty("usage"))];

    /// <summary>The error object that ended the stream, if any.</summary>
    public JsonElement? Error => Events
        .Where(e => !e.IsDone && e.Json.TryGetProperty("error", out _))
        .Select(e => (JsonElement?)e.Json.GetProperty("error"))
        .LastOrDefault();

    /// <summary><c>error.metadata.code</c> of that error.</summary>
    public string? ErrorCode => Error?.GetProperty("metadata").GetProperty("code").GetString();

    /// <summary>The id that all chunks carry.</summary>
    public string? GenerationId => Headers.TryGetValues("X-Generation-Id", out var values) ? values.First() : null;

    private static string Delta(JsonElement chunk) =>
        chunk.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
        && choices[0].TryGetProperty("delta", out var delta) && delta.TryGetProperty("content", out var content)
        && content.ValueKind == JsonValueKind.String ? content.GetString()! : "";
}

/// <summary>A plain HTTP client of the API, without an SDK's help or mercy.</summary>
public sealed class ApiClient : IDisposable
{
    // Who leaves an answer leaves at once, instead of reading it to its end unseen.
    private readonly HttpMessageInvoker _invoker = new(
        new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ResponseDrainTimeout = TimeSpan.Zero });
    private readonly Uri _address;
    private readonly string? _key;

    /// <summary>Talks to a server with this key, or without one.</summary>
    public ApiClient(Uri address, string? key)
    {
        _address = address;
        _key = key;
    }

    /// <summary>Further headers of every request.</summary>
    public Dictionary<string, string> Headers { get; } = [];

    /// <summary>GET.</summary>
    public Task<ApiResponse> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>POST of JSON text.</summary>
    public Task<ApiResponse> PostAsync(string path, string json, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"), cancellationToken);

    /// <summary>A chat completion in one piece.</summary>
    public Task<ApiResponse> ChatAsync(string model, CancellationToken cancellationToken, string more = "", string prompt = "Hello") =>
        PostAsync("/api/v1/chat/completions", Chat(model, stream: false, more, prompt), cancellationToken);

    /// <summary>Any request.</summary>
    public async Task<ApiResponse> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var response = await _invoker.SendAsync(Request(method, path, content), cancellationToken);
        return new ApiResponse(
            (int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken), response.Headers);
    }

    /// <summary>A streamed chat completion, read to its end. <paramref name="stopAfter"/> closes the connection after so many
    /// events.</summary>
    public async Task<StreamResponse> StreamAsync(
        string model, CancellationToken cancellationToken, string more = "", string prompt = "Hello", int? stopAfter = null)
    {
        var content = new StringContent(Chat(model, stream: true, more, prompt), Encoding.UTF8, "application/json");
        using var response = await _invoker.SendAsync(
            Request(HttpMethod.Post, "/api/v1/chat/completions", content), cancellationToken);
        var events = new List<StreamEvent>();
        var comments = new List<string>();
        var raw = new StringBuilder();
        var broken = false;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            using var reader = new StreamReader(body, Encoding.UTF8);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                raw.Append(line).Append('\n');
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    events.Add(new StreamEvent(line[6..]));
                    if (events.Count == stopAfter)
                    {
                        break;
                    }
                }
                else if (line.StartsWith(':'))
                {
                    comments.Add(line[1..].Trim());
                }
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            broken = true;
        }

        return new StreamResponse((int)response.StatusCode, events, comments, response.Headers, broken, raw.ToString());
    }

    /// <summary>The JSON of a small chat request; <paramref name="more"/> is spliced in as further members.</summary>
    public static string Chat(string model, bool stream, string more = "", string prompt = "Hello") =>
        $$"""{"model":{{JsonSerializer.Serialize(model)}},"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":{{JsonSerializer.Serialize(prompt)}}}]{{(more.Length > 0 ? "," + more : "")}}}""";

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, new Uri(_address, path)) { Content = content };
        if (_key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + _key);
        }

        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
