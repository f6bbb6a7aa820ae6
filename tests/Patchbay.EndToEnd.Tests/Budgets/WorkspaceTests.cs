using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Workspaces by their routes.</summary>
public sealed class WorkspaceTests(BudgetWorld fixture) : IClassFixture<BudgetWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_workspace_is_made_listed_changed_and_deleted()
    {
        var before = (await fixture.SendAsync("GET", "/workspaces", null, Token)).Json.GetProperty("total_count").GetInt32();
        var made = await fixture.SendAsync(
            "POST", "/workspaces",
            """{"name":"Research","slug":"research","description":"What it is for","io_logging_sampling_rate":1,"default_text_model":null}""", Token);
        Assert.Equal(201, made.Status);
        var data = made.Json.GetProperty("data");
        var id = data.GetProperty("id").GetString();
        Assert.Equal("What it is for", data.GetProperty("description").GetString());
        Assert.Equal(JsonValueKind.Null, data.GetProperty("updated_at").ValueKind);
        Assert.True(data.GetProperty("default_guardrail_id").TryGetGuid(out _));
        Assert.Equal(1, data.GetProperty("io_logging_sampling_rate").GetInt32());
        Assert.Equal(400, (await fixture.SendAsync("POST", "/workspaces", """{"name":"Other","slug":"research"}""", Token)).Status);

        var listed = (await fixture.SendAsync("GET", "/workspaces?limit=1&offset=0", null, Token)).Json;
        Assert.Equal((before + 1, 1), (listed.GetProperty("total_count").GetInt32(), listed.GetProperty("data").GetArrayLength()));
        Assert.Equal("default", listed.GetProperty("data")[0].GetProperty("slug").GetString());

        var changed = (await fixture.SendAsync("PATCH", "/workspaces/research", """{"name":"R&D","slug":"rnd","description":null}""", Token))
            .Json.GetProperty("data");
        Assert.Equal((id, "R&D", "rnd"), (changed.GetProperty("id").GetString(), changed.GetProperty("name").GetString(), changed.GetProperty("slug").GetString()));
        Assert.Equal(JsonValueKind.String, changed.GetProperty("updated_at").ValueKind);
        Assert.Equal(404, (await fixture.SendAsync("GET", "/workspaces/research", null, Token)).Status);

        using var key = await TestKey.CreateAsync(fixture.World, Token, $"\"workspace_id\":\"{id}\"");
        var refused = await fixture.SendAsync("DELETE", "/workspaces/rnd", null, Token);
        Assert.Equal(400, refused.Status);
        Assert.Contains("API keys", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(200, (await fixture.SendAsync("DELETE", $"/keys/{key.Hash}", null, Token)).Status);
        Assert.Equal(200, (await fixture.SendAsync("DELETE", "/workspaces/rnd", null, Token)).Status);
        Assert.Equal(404, (await fixture.SendAsync("GET", $"/workspaces/{id}", null, Token)).Status);
        Assert.Equal(404, (await fixture.SendAsync("DELETE", "/workspaces/rnd", null, Token)).Status);
        Assert.Equal(403, (await fixture.SendAsync("DELETE", "/workspaces/default", null, Token)).Status);
    }

    [Theory]
    [InlineData("default_text_model", "\"a/b\"")]
    [InlineData("default_image_model", "\"a/b\"")]
    [InlineData("default_provider_sort", "\"price\"")]
    [InlineData("is_observability_broadcast_enabled", "true")]
    [InlineData("is_observability_io_logging_enabled", "true")]
    [InlineData("io_logging_sampling_rate", "0.5")]
    [InlineData("io_logging_api_key_ids", "[1]")]
    [InlineData("slug", "\"Not-A-Slug\"")]
    [InlineData("slug", "\"two--hyphens\"")]
    [InlineData("name", "\"\"")]
    [InlineData("color", "\"red\"")]
    public async Task What_would_have_no_effect_is_refused_by_name(string name, string value)
    {
        var refused = await fixture.SendAsync("PATCH", "/workspaces/default", $$"""{"{{name}}":{{value}}}""", Token);
        Assert.Equal(400, refused.Status);
        Assert.Contains($"'{name}", refused.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_logging_discount_counts_from_the_next_request_on()
    {
        var workspace = await fixture.CreateWorkspaceAsync(Token);
        using var key = await TestKey.CreateAsync(fixture.World, Token, $"\"workspace_id\":\"{workspace}\"");
        Assert.Equal(1_000_000, TestKey.CostOf(await BudgetWorld.SpendAsync(key, Token)));
        foreach (var (enabled, cost) in ((string, long)[])[("true", 990_000), ("false", 1_000_000)])
        {
            var changed = fixture.SendAsync(
                "PATCH", $"/workspaces/{workspace}", $$"""{"is_data_discount_logging_enabled":{{enabled}}}""", Token);
            await AssertCostAsync(changed, key, cost);
        }
    }

    private static async Task AssertCostAsync(Task<ApiResponse> changed, TestKey key, long cost)
    {
        Assert.Equal(200, (await changed).Status);
        Assert.Equal(cost, TestKey.CostOf(await BudgetWorld.SpendAsync(key, Token)));
    }
}
