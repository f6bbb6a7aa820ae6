using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A provider that answers by the key: one that has <c>refused</c>, <c>unpaid</c> or <c>limited</c> in it gets 401, 402
/// or 429, and the error quotes it, as some do; every other one gets an answer of 10 and 20 tokens.</summary>
public sealed class KeyedUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private KeyedUpstream(WebApplication app) => _app = app;

    /// <summary>The keys that came, in order.</summary>
    public ConcurrentQueue<string> Keys { get; } = new();

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.First() + "/v1/";

    public static async Task<KeyedUpstream> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var upstream = new KeyedUpstream(builder.Build());
        upstream._app.MapPost("/v1/chat/completions", (RequestDelegate)upstream.AnswerAsync);
        await upstream._app.StartAsync(cancellationToken);
        return upstream;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var key = context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        Keys.Enqueue(key);
        var response = context.Response;
        response.StatusCode = key.Contains("refused", StringComparison.Ordinal) ? 401
            : key.Contains("unpaid", StringComparison.Ordinal) ? 402
            : key.Contains("limited", StringComparison.Ordinal) ? 429
            : 200;
        response.ContentType = "application/json";
        if (response.StatusCode == 429)
        {
            response.Headers.RetryAfter = "30";
        }

        await response.WriteAsync(response.StatusCode == 200
            ? """
              {"id":"up-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}
              """
            : $$"""{"error":{"message":"Incorrect API key provided: {{key}}","type":"invalid_request_error","code":"x"} }""");
    }
}
