using System.Text.Json;
using Patchbay.Api;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary><c>/health/live</c>, <c>/health/ready</c>, <c>/metrics</c> and <c>/openapi.json</c>.</summary>
internal static class HealthRoutes
{
    private const string OpenApiResource = "openapi.json";

    /// <summary>Maps them at the root.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes, string version)
    {
        var services = routes.ServiceProvider;
        var storage = services.GetRequiredService<StorageCheck>();
        var drain = services.GetRequiredService<DrainState>();
        var catalog = services.GetRequiredService<CatalogHolder>();
        var metrics = services.GetRequiredService<MetricCollector>();
        var holds = services.GetRequiredService<HoldBook>();
        var pipeline = services.GetRequiredService<InferencePipeline>();
        var rates = services.GetRequiredService<RateGate>();
        var sync = services.GetService<CatalogSource>() is { } source
            ? new CatalogSyncHealth(source, services.GetRequiredService<PatchbaySettings>().Catalog) : null;
        var openApi = ReadOpenApi();

        Get(routes, "/health/live", context => WriteAsync(context, 200, "live", []));
        Get(routes, "/health/ready", async context =>
        {
            var writable = await storage.CanWriteAsync();
            var loaded = catalog.Current.Version > 0;
            var ready = writable && loaded && !drain.IsDraining;
            await WriteAsync(context, ready ? 200 : 503, ready ? "ready" : "not_ready",
            [
                ("storage", writable ? "ok" : "not writable"),
                ("catalogue", loaded ? "ok" : "not loaded"),
                ("catalogue_sync", sync?.Summary ?? "off"),
                ("draining", drain.IsDraining ? "yes" : "no"),
            ]);
        });
        Get(routes, "/metrics", context =>
        {
            var text = new PrometheusText();
            ProcessMetrics.WriteTo(text, version);
            metrics.WriteTo(text);
            text.Single("patchbay_holds_open", "Requests that hold credit now.", MetricKind.Gauge, holds.OpenCount);
            text.Single("patchbay_holds_nano_usd", "Credit that is held now, in nano-USD.", MetricKind.Gauge,
                holds.GetTotalHeld().Nanos);
            text.Single("patchbay_turns_waiting", "Requests that wait for their turn now.", MetricKind.Gauge, rates.Waiting);
            text.Single("patchbay_unheard_answers", "Answers that are read to their end now though their callers left.",
                MetricKind.Gauge, pipeline.UnheardCount);
            sync?.WriteTo(text);
            context.Response.ContentType = PrometheusText.ContentType;
            return context.Response.WriteAsync(text.ToString(), context.RequestAborted);
        });
        Get(routes, "/openapi.json", context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = openApi.Length;
            return context.Response.Body.WriteAsync(openApi, context.RequestAborted).AsTask();
        });
    }

    private static void Get(IEndpointRouteBuilder routes, string path, RequestDelegate serve) =>
        routes.MapMethods(path, ["GET", "HEAD"], (RequestDelegate)(context =>
        {
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return serve(context);
        }));

    private static async Task WriteAsync(HttpContext context, int status, string state, (string Name, string State)[] checks)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", state);
        if (checks.Length > 0)
        {
            json.WriteStartObject("checks");
            foreach (var (name, value) in checks)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static byte[] ReadOpenApi()
    {
        using var stream = typeof(HealthRoutes).Assembly.GetManifestResourceStream(OpenApiResource)
            ?? throw new InvalidOperationException("The API description is not built in.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}

/// <summary>Whether storage takes writes and settlements, asked at most once a second however often it is probed.</summary>
internal sealed class StorageCheck(PatchbayStorage storage, TimeProvider clock)
{
    private readonly Question _canWrite = new(storage.CanWriteAsync, clock);
    private readonly Question _canSettle = new(storage.CanSettleAsync, clock);

    /// <summary>Whether the database takes writes: the answer of the last second; false when there is none within two.</summary>
    public Task<bool> CanWriteAsync() => _canWrite.AskAsync();

    /// <summary>The same of settlements, which a journal may take while the database does not.</summary>
    public Task<bool> CanSettleAsync() => _canSettle.AskAsync();

    private sealed class Question(Func<CancellationToken, Task<bool>> ask, TimeProvider clock)
    {
        private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

        private readonly Lock _gate = new();
        private Task<bool>? _answer;
        private DateTimeOffset _askedAt;

        public Task<bool> AskAsync()
        {
            lock (_gate)
            {
                var now = clock.GetUtcNow();
                if (_answer is null || (_answer.IsCompleted && now - _askedAt >= Every))
                {
                    _askedAt = now;
                    _answer = AskNowAsync();
                }

                return _answer;
            }
        }

        private async Task<bool> AskNowAsync()
        {
            using var patience = new CancellationTokenSource(Patience, clock);
            try
            {
                return await ask(patience.Token).WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }
}
