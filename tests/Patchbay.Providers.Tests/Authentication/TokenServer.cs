using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Patchbay.Providers.Tests;

/// <summary>A request as the token server got it.</summary>
internal sealed record TokenCall(string Method, string Path, IHeaderDictionary Headers, string Body)
{
    public string? Field(string name) =>
        System.Web.HttpUtility.ParseQueryString(Body)[name];
}

/// <summary>Stands in for the token services on this machine, and keeps what it was asked.</summary>
internal sealed class TokenServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TokenServer(WebApplication application)
    {
        _application = application;
    }

    public ConcurrentQueue<TokenCall> Calls { get; } = [];

    public Uri Address { get; private set; } = new("http://127.0.0.1:1/");

    /// <summary>Starts it; each call is answered with a status and a body.</summary>
    public static async Task<TokenServer> StartAsync(Func<TokenCall, Task<(int Status, string Body)>> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var server = new TokenServer(application);
        application.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var call = new TokenCall(
                context.Request.Method, context.Request.Path + context.Request.QueryString,
                new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase)), await reader.ReadToEndAsync());
            server.Calls.Enqueue(call);
            var (status, body) = await answer(call);
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body);
        });
        await application.StartAsync(TestContext.Current.CancellationToken);
        server.Address = new Uri(application.Urls.First() + "/");
        return server;
    }

    public static Task<TokenServer> StartAsync(Func<TokenCall, (int Status, string Body)> answer) =>
        StartAsync(call => Task.FromResult(answer(call)));

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();
}
