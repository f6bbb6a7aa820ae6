using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Patchbay.Api;
using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>Sends sample requests through the server's own API, so that a demo has something to show: some at the start,
/// then one every few seconds, and after an hour one every half minute. Stops when the server drains.</summary>
internal sealed partial class DemoTraffic(
    DemoWorld demo,
    CatalogHolder catalog,
    DrainState drain,
    IServer server,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<DemoTraffic> log) : BackgroundService
{
    private const int AtStart = 48;
    private const int Lively = 900;

    private static readonly string[] Prompts =
    [
        "Explain in three sentences what a patch bay is.",
        "Write a haiku about a failing power supply.",
        "Summarise the plot of Hamlet for a five-year-old.",
        "Name three uses for a paper clip in a data centre.",
        "Translate 'the cable is in the wrong socket' into German and French.",
        "What is the difference between latency and throughput?",
        "Draft a friendly reminder to rotate an API key.",
        "Give me a function that reverses a linked list.",
    ];

    // One seed: every demo looks alike.
    private readonly Random _random = new(20_260_101);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Started(stoppingToken);
        var address = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        var target = new Uri(ListenAddress.Callable(address), "/api/v1/chat/completions");
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpMessageInvoker(handler);

        await Parallel.ForAsync(
            0, AtStart, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stoppingToken },
            async (number, cancellationToken) => await SendAsync(client, target, number, cancellationToken));

        for (var i = AtStart; !drain.IsDraining; i++)
        {
            var pause = i < Lively ? _random.Next(2_500, 6_000) : 30_000;
            await Task.Delay(TimeSpan.FromMilliseconds(pause), clock, stoppingToken);
            await SendAsync(client, target, i, stoppingToken);
        }
    }

    private async Task SendAsync(HttpMessageInvoker client, Uri target, int number, CancellationToken cancellationToken)
    {
        if (drain.IsDraining)
        {
            return;
        }

        var stream = number % 3 != 0;
        var body = Body(number, stream);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, target)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", demo.TrafficKey);
            using var response = await client.SendAsync(request, cancellationToken);
            await response.Content.CopyToAsync(Stream.Null, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            Log.Failed(log, exception.Message);
        }
    }

    private string Body(int number, bool stream)
    {
        var models = catalog.Current.Models;
        string model;
        string prompt;
        int tokens;
        lock (_random)
        {
            model = models[_random.Next(models.Length)].Slug;
            prompt = Prompts[_random.Next(Prompts.Length)];
            tokens = _random.Next(30, 240);
        }

        // Now and then somebody mistypes a name, as in life.
        model = number % 40 == 20 ? "demo/no-such-model" : model;
        return $$"""
            {"model":{{Text(model)}},"stream":{{(stream ? "true" : "false")}},"max_tokens":{{tokens}},"messages":[{"role":"user","content":{{Text(prompt)}}}]}
            """;
    }

    private static string Text(string value) => '"' + JsonEncodedText.Encode(value).ToString() + '"';

    private async Task Started(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(stoppingToken);
    }

    private static partial class Log
    {
        [LoggerMessage(8006, LogLevel.Warning, "A sample request of the demo failed: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
