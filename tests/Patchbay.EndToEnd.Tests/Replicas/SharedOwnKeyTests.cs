using Patchbay.Billing;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Calls on an own provider key at two servers.</summary>
public sealed class SharedOwnKeyTests(PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_limit_that_includes_own_keys_and_the_months_allowance_are_exact_over_two_servers()
    {
        await using var world = await ReplicaWorld.StartAsync(
            postgres, 2, Token, "billing:\n  mode: marketplace\n  byok_allowance: 0.005\n");
        using var master = new ApiClient(world.Servers[0].Address, World.MasterKey);
        await MadeAsync(master, "/api/v1/credits/grants", """{"amount":1}""");
        await MadeAsync(master, "/api/v1/byok", """{"provider":"exact","key":"own-key","is_required":true}""");
        using var key = await world.CreateKeyAsync(Token, "\"limit\":0.01,\"include_byok_in_limit\":true");
        Assert.True(await IsOnOwnKeyAsync(0));
        await Until.TrueAsync(() => IsOnOwnKeyAsync(1), Token);

        var responses = await Task.WhenAll(Enumerable.Range(0, 100).Select(
            i => key.At(i % 3 == 0 ? 1 : 0).ChatAsync("test/exact", Token, "\"max_tokens\":500")));

        // Each has a list price of 0.001, which is also its worst case. Two of them were free before, and three are now. The
        // others have a fee of 5 %, with which six fit into the rest of the limit.
        var answered = responses.Where(response => response.Status == 200).ToArray();
        Assert.All(responses, response => Assert.True(response.Status is 200 or 402, response.Body));
        Assert.Equal(9, answered.Length);
        Assert.Equal((3, 6), (answered.Count(r => TestKey.CostOf(r) == 0), answered.Count(r => TestKey.CostOf(r) == 50_000)));
        await Until.TrueAsync(async () => await world.Books.BalanceAsync(LedgerAccount.RevenueFees, Token) == 300_000, Token);
        Assert.Equal(5_000_000, await world.CountAsync("SELECT sum(free_nanos)::bigint FROM byok_allowance"));
        Assert.Equal(9_000_000, await world.CountAsync(
            $"SELECT sum(byok_nanos)::bigint FROM spending JOIN api_key ON id = scope_id WHERE level = 3 AND hash = '{key.Hash}'"));
        Assert.Empty(await world.Books.AuditAsync(Token));

        // The other server hears of the own key.
        async Task<bool> IsOnOwnKeyAsync(int server)
        {
            using var client = new ApiClient(world.Servers[server].Address, World.MasterKey);
            var answer = await client.ChatAsync("test/exact", Token, "\"max_tokens\":500");
            Assert.True(answer.Status == 200, answer.Body);
            return answer.Json.GetProperty("usage").GetProperty("is_byok").GetBoolean();
        }
    }

    private static async Task MadeAsync(ApiClient client, string path, string json)
    {
        var response = await client.PostAsync(path, json, Token);
        Assert.True(response.Status == 201, response.Body);
    }
}
