using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Guardrails of two servers on one database.</summary>
public sealed class SharedGuardrailTests(PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_changed_at_one_server_holds_at_the_other_and_a_budget_is_one_for_both()
    {
        await using var world = await ReplicaWorld.StartAsync(
            postgres, 2, Token, models: [LedgerWorld.Model("test/exact", "exact", "tokens=500;prompt_tokens=10", prompt: "0")]);
        using var master = new ApiClient(world.Servers[0].Address, World.MasterKey);
        var workspaces = await master.GetAsync("/api/v1/workspaces", Token);
        var id = workspaces.Json.GetProperty("data")[0].GetProperty("default_guardrail_id").GetString();
        using var key = await world.CreateKeyAsync(Token);
        Assert.Equal((200, 200), (await AskAsync(key, 0), await AskAsync(key, 1)));

        await ChangeAsync(master, id!, "{\"ignored_models\":[\"test/exact\"]}");
        Assert.Equal(404, await AskAsync(key, 0));
        var served = 2;
        await Until.TrueAsync(
            async () =>
            {
                var status = await AskAsync(key, 1);
                served += status == 200 ? 1 : 0;
                return status == 404;
            },
            Token);

        var limit = (served + 10) * 0.001m;
        await ChangeAsync(
            master, id!, JsonSerializer.Serialize(new { ignored_models = (string[]?)null, limit_usd = limit, reset_interval = "monthly" }));
        var more = 0;
        await Until.TrueAsync(
            async () =>
            {
                var status = await AskAsync(key, 1);
                more += status == 200 ? 1 : 0;
                return status == 200;
            },
            Token);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => AskAsync(key, i % 2)));
        Assert.Equal(10, more + statuses.Count(static status => status == 200));
        Assert.All(statuses, static status => Assert.Contains(status, new[] { 200, 403 }));
        Assert.Empty(await world.Books.AuditAsync(Token));
    }

    private static async Task<int> AskAsync(ReplicaKey key, int server) =>
        (await key.At(server).ChatAsync("test/exact", Token, "\"max_tokens\":500")).Status;

    private static async Task ChangeAsync(ApiClient master, string id, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var response = await master.SendAsync(HttpMethod.Patch, "/api/v1/guardrails/" + id, content, Token);
        Assert.True(response.Status == 200, response.Body);
    }
}
