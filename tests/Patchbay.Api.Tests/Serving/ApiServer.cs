using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api.Tests;

/// <summary>The operations behind a real Kestrel on a free loopback port.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly HttpClient _client;

    private ApiServer(World world, WebApplication application)
    {
        World = world;
        _application = application;
        var address = application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.Single();
        _client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri(address) };
    }

    public World World { get; }

    public static async Task<ApiServer> StartAsync()
    {
        var world = new World();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddSingleton<TimeProvider>(world.Clock)
            .AddSingleton<IApiKeyStore>(world.Keys)
            .AddSingleton<IOrganizationStore>(world.Organizations)
            .AddSingleton<IBudgetStore>(world.Budgets)
            .AddSingleton<IGenerationStore>(world.Generations)
            .AddSingleton<ILedgerStore>(world.Ledger)
            .AddSingleton<ICreditStore>(world.Credits)
            .AddSingleton<IIdempotencyStore>(world.Idempotency)
            .AddSingleton<CreditBook>()
            .AddSingleton(world.Tenant)
            .AddSingleton(world.Holds)
            .AddSingleton(world.Callers)
            .AddSingleton(new SystemInfo("Patchbay", "1.2.3", "team", true, "sqlite", world.Clock.GetUtcNow()));
        var application = builder.Build();
        application.MapGroup("/api/v1").MapManagement().MapNative();
        application.MapGroup("/v1").MapManagement().MapNative();
        await application.StartAsync();
        return new ApiServer(world, application);
    }

    public Task<Answer> GetAsync(string path, string? key = World.Master) => SendAsync(HttpMethod.Get, path, key);

    public Task<Answer> PostAsync(string path, string body, string? key = World.Master) =>
        SendAsync(HttpMethod.Post, path, key, body);

    public Task<Answer> PatchAsync(string path, string body, string? key = World.Master) =>
        SendAsync(HttpMethod.Patch, path, key, body);

    public Task<Answer> DeleteAsync(string path, string? key = World.Master) => SendAsync(HttpMethod.Delete, path, key);

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? key, string? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith("/v1/", StringComparison.Ordinal)
            ? path
            : "/api/v1" + path);
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return await SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return new Answer(
            (int)response.StatusCode, text, JsonElement.Parse(text), response.Headers.RetryAfter?.Delta);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _application.DisposeAsync();
    }
}
