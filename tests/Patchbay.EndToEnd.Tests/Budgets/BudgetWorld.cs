using System.Text;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A model whose answers of 500 tokens cost $0.001, and workspaces to spend in.</summary>
public class BudgetWorld() : MoneyWorld(null)
{
    private int _workspaces;

    protected override WorldOptions Options => new()
    {
        Models = [LedgerWorld.Model("test/exact", "exact", "tokens=500;prompt_tokens=10", prompt: "0")],
    };

    /// <summary>Makes a workspace; returns its id.</summary>
    public async Task<string> CreateWorkspaceAsync(CancellationToken cancellationToken)
    {
        var slug = $"team-{Interlocked.Increment(ref _workspaces)}";
        var response = await World.Api.PostAsync("/api/v1/workspaces", $$"""{"name":"Team","slug":"{{slug}}"}""", cancellationToken);
        Assert.True(response.Status == 201, response.Body);
        return response.Json.GetProperty("data").GetProperty("id").GetString()!;
    }

    /// <summary>Sends a request with another method.</summary>
    public Task<ApiResponse> SendAsync(string method, string path, string? json, CancellationToken cancellationToken) => World.Api.SendAsync(
        new HttpMethod(method), "/api/v1" + path,
        json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), cancellationToken);

    /// <summary>Sets a budget; fails when that is refused.</summary>
    public async Task<ApiResponse> SetAsync(string path, string limit, CancellationToken cancellationToken, string more = "")
    {
        var response = await SendAsync("PUT", path, $$"""{"limit_usd":{{limit}}{{more}}}""", cancellationToken);
        Assert.True(response.Status == 200, response.Body);
        return response;
    }

    /// <summary>Asks for an answer of 500 tokens.</summary>
    public static Task<ApiResponse> SpendAsync(TestKey key, CancellationToken cancellationToken) =>
        key.Api.ChatAsync("test/exact", cancellationToken, "\"max_tokens\":500");
}
