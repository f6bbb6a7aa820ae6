using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Patchbay.EndToEnd.Tests;

/// <summary>What goes wrong with the next request to a path.</summary>
public enum StandInFault
{
    /// <summary>It is carried out, and the connection is cut before the answer.</summary>
    CutAfterSuccess,

    /// <summary>500, and nothing was done.</summary>
    ServerError,

    /// <summary>409: another request with the same key is running.</summary>
    KeyInUse,

    /// <summary>402, the card is declined.</summary>
    Declined,

    /// <summary>400, it cannot be done.</summary>
    Refused,
}

/// <summary>A payment company's HTTP API on a loopback port, in the test's own process.</summary>
public abstract class StandIn : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<StandInFault>> _faults = new(StringComparer.Ordinal);
    private WebApplication _application = null!;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Every request that came, as method and path.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Lets the next requests of a method and path fail.</summary>
    public void Fail(string request, params StandInFault[] faults)
    {
        var queue = _faults.GetOrAdd(request, _ => new ConcurrentQueue<StandInFault>());
        foreach (var fault in faults)
        {
            queue.Enqueue(fault);
        }
    }

    /// <summary>Lets them succeed again.</summary>
    public void Heal(string request) => _faults.TryRemove(request, out _);

    /// <summary>How many requests of this method and path came.</summary>
    public int Count(string request) => Requests.Count(seen => seen == request);

    /// <summary>Starts listening.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _application = builder.Build();
        _application.Run(ServeAsync);
        await _application.StartAsync(cancellationToken);
        Address = new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _application.DisposeAsync();
    }

    /// <summary>Answers a request: status and JSON.</summary>
    protected abstract Task<(int Status, string Json)> AnswerAsync(HttpRequest request, StandInFault? fault);

    private StandInFault? TakeFault(string request) =>
        _faults.TryGetValue(request, out var queue) && queue.TryDequeue(out var fault) ? fault : null;

    private async Task ServeAsync(HttpContext context)
    {
        var name = $"{context.Request.Method} {context.Request.Path}";
        Requests.Enqueue(name);
        var fault = TakeFault(name);
        if (fault == StandInFault.ServerError)
        {
            await WriteAsync(context, 500, """{"error":{"type":"api_error","message":"sk_test_leak"}}""");
            return;
        }

        var (status, json) = await AnswerAsync(context.Request, fault);
        if (fault == StandInFault.CutAfterSuccess)
        {
            context.Abort();
            return;
        }

        await WriteAsync(context, status, json);
    }

    private static Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }
}
