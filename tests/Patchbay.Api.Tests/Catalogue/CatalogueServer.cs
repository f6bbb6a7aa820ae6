using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Patchbay.Catalog;
using Patchbay.Core;
using Endpoint = Patchbay.Catalog.Endpoint;

namespace Patchbay.Api.Tests.Catalogue;

/// <summary>The catalogue routes in a real server on a free port of this machine.</summary>
public sealed class CatalogueServer : IAsyncLifetime
{
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler());
    private WebApplication? _app;

    public CatalogHolder Holder { get; } = new(Build(1));

    public Dictionary<string, EndpointStatistics> Statistics { get; } = [];

    public static CatalogSnapshot Build(long version) =>
        CatalogBuilder.Build(CatalogData.LoadBuiltIn(), null, new OneKey(), version);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(Holder);
        builder.Services.AddCatalogue();
        builder.Services.AddSingleton<IEndpointStatistics>(new FixedStatistics(Statistics));
        _app = builder.Build();
        _app.MapGroup("/api/v1").MapCatalogue(WriteErrorAsync);
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app!.DisposeAsync();
    }

    public async Task<HttpResponseMessage> SendAsync(string path, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _app!.Urls.First() + path);
        if (ifNoneMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        }

        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        using var response = await SendAsync(path);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonDocument.Parse(text).RootElement);
    }

    private static Task WriteErrorAsync(HttpContext context, GatewayError error)
    {
        context.Response.StatusCode = error.Row.HttpStatus;
        return context.Response.WriteAsync(JsonSerializer.Serialize(new { error.Message, error.Parameter }));
    }

    private sealed class FixedStatistics(Dictionary<string, EndpointStatistics> values) : IEndpointStatistics
    {
        public EndpointStatistics Get(Endpoint endpoint) =>
            values.GetValueOrDefault(endpoint.Id, EndpointStatistics.None);
    }

    private sealed class OneKey : ICredentialSource
    {
        public string? Find(string name) => name == "OPENAI_API_KEY" ? "sk-secret" : null;
    }
}
