using Microsoft.Extensions.Logging.Abstractions;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Storage;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A world whose providers tell keys apart: <c>alpha</c> and <c>beta</c> with a key of the operator's, <c>gamma</c>
/// without.</summary>
public abstract class ByokWorld : IAsyncLifetime
{
    /// <summary>What an answer costs by list price: 10 × $0.000001 + 20 × $0.000002.</summary>
    public const decimal ListPrice = 0.00005m;

    public World World { get; private set; } = null!;

    public KeyedUpstream Upstream { get; private set; } = null!;

    protected virtual string Yaml => "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Upstream = await KeyedUpstream.StartAsync(Token);
        World = await World.StartAsync(
            new WorldOptions
            {
                Models =
                [
                    new WorldModel("test/one", new WorldEndpoint("alpha", "m")),
                    new WorldModel("test/two", new WorldEndpoint("alpha", "m"), new WorldEndpoint("beta", "m", "0.0000001", "0.0000001")),
                    new WorldModel("test/three", new WorldEndpoint("gamma", "m")),
                ],
                Addresses = new Dictionary<string, string>
                {
                    ["alpha"] = Upstream.Address,
                    ["beta"] = Upstream.Address,
                    ["gamma"] = Upstream.Address,
                },
                WithoutKey = ["gamma"],
                ProviderYaml = new Dictionary<string, string> { ["gamma"] = "auth: bearer" },
                Yaml = Yaml,
            },
            Token);
        await PrepareAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await World.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Keeps an own key and returns its id.</summary>
    public async Task<string> AddAsync(string provider, string key, string more = "")
    {
        var answer = await World.Api.PostAsync(
            "/api/v1/byok", $$"""{"provider":"{{provider}}","key":"{{key}}"{{(more.Length > 0 ? "," : "")}}{{more}}}""", Token);
        Assert.True(answer.Status == 201, answer.Body);
        Assert.DoesNotContain(key, answer.Body, StringComparison.Ordinal);
        return answer.Json.GetProperty("data").GetProperty("id").GetString()!;
    }

    public Task<ApiResponse> DeleteAsync(string id) =>
        World.Api.SendAsync(HttpMethod.Delete, $"/api/v1/byok/{id}", null, Token);

    public Task<ApiResponse> PatchAsync(string id, string json) => World.Api.SendAsync(
        HttpMethod.Patch, $"/api/v1/byok/{id}", new StringContent(json, System.Text.Encoding.UTF8, "application/json"), Token);

    /// <summary>The keys that the providers see in one request.</summary>
    public async Task<(ApiResponse Answer, string[] Keys)> AskAsync(string model, ApiClient? client = null, string more = "")
    {
        Upstream.Keys.Clear();
        var answer = await (client ?? World.Api).ChatAsync(model, Token, more);
        return (answer, [.. Upstream.Keys]);
    }

    /// <summary>Works on the database while the server is away.</summary>
    protected async Task WithStorageAsync(Func<PatchbayStorage, DefaultTenant, Task> work)
    {
        await World.Server.KillAsync();
        await using (var storage = await PatchbayStorage.OpenAsync(
            new StorageOptions { DataDirectory = World.Data }, exclusive: false, TimeProvider.System, NullLoggerFactory.Instance, Token))
        {
            await work(storage, await storage.Organizations.EnsureDefaultAsync(TimeProvider.System.GetUtcNow(), Token));
        }

        await World.StartServerAsync(Token);
    }

    protected static Task GrantAsync(PatchbayStorage storage, DefaultTenant tenant, decimal dollars) => storage.Credits.ApplyAsync(
        new GrantOrder(tenant.Organization.Id, "grant:test", "test", Money.FromDollars(dollars), ExpiresAt: null), Token);
}

public sealed class TeamByokWorld : ByokWorld;

/// <summary>Credits are prepaid; an own key is free for the list price of two answers a month, and costs 5 % then.</summary>
public sealed class PaidByokWorld : ByokWorld
{
    protected override string Yaml => "billing:\n  mode: marketplace\n  byok_allowance: 0.0001\n";

    protected override Task PrepareAsync() => WithStorageAsync((storage, tenant) => GrantAsync(storage, tenant, 1));
}

/// <summary>The workspace lets its prompts be used.</summary>
public sealed class DiscountWorld : ByokWorld
{
    protected override Task PrepareAsync() => WithStorageAsync((storage, tenant) =>
        storage.Organizations.SetLoggingDiscountAsync(tenant.Workspace.Id, tenant.Organization.Id, true, Token));

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
