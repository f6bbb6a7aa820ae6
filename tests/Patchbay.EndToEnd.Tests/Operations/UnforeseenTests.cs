using Microsoft.Data.Sqlite;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Operations;

/// <summary>A server that sells credits and gives a model away, with everything that looks at budgets.</summary>
public sealed class UnforeseenWorld() : MoneyWorld(null)
{
    protected override WorldOptions Options => new()
    {
        Models =
        [
            LedgerWorld.Model("test/exact", "exact", "tokens=500;prompt_tokens=10", prompt: "0"),
            LedgerWorld.Model("test/gift:free", "gift", "tokens=12;prompt_tokens=9", "0", "0"),
        ],
        Yaml = """
            billing: { mode: marketplace }
            alerts: { check_every: 100ms, retry_after: 100ms, allow_private_addresses: true }
            """,
    };
}

/// <summary>What nobody foresaw: here, a table that is away for a while, which is no outage of the database.</summary>
public sealed class UnforeseenTests(UnforeseenWorld fixture) : IClassFixture<UnforeseenWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task A_loop_that_fails_loses_its_turns_and_neither_the_server_nor_the_next_turn()
    {
        await using var receiver = await AlertReceiver.StartAsync(Token);
        Assert.Equal(201, (await World.Api.PostAsync(
            "/api/v1/alerts/targets", $$"""{"type":"webhook","address":"{{receiver.Address}}"}""", Token)).Status);
        foreach (var (table, loops) in ((string, string[])[])
            [("budget", ["AlertWatch", "BudgetFollower"]), ("rate_limit", ["RateLimitFollower"]), ("alert_delivery", ["AlertSender"])])
        {
            await WithoutAsync(table, () => Until.TrueAsync(
                () => Array.TrueForAll(loops, loop => World.Server.Output.Contains($"{loop}: a turn failed", StringComparison.Ordinal)), Token));
        }

        Assert.False(World.Server.HasExited);
        Assert.Equal(200, (await World.Api.GetAsync("/health/ready", Token)).Status);
        await FillAsync();
        using var key = await TestKey.CreateAsync(World, Token);
        var set = await World.Api.SendAsync(
            HttpMethod.Put, "/api/v1/workspaces/default/budgets/daily",
            new StringContent("""{"limit_usd":0.001,"alert_percents":[100]}""", System.Text.Encoding.UTF8, "application/json"), Token);
        Assert.True(set.Status == 200, set.Body);
        Assert.Equal(200, (await key.Api.ChatAsync("test/exact", Token, "\"max_tokens\":500")).Status);
        await Until.TrueAsync(() => receiver.Taken.Count > 0, Token);
        Assert.Equal(200, (await World.Api.SendAsync(HttpMethod.Delete, "/api/v1/workspaces/default/budgets/daily", null, Token)).Status);
    }

    [Fact]
    public async Task A_hold_is_given_back_when_the_count_of_free_requests_fails()
    {
        const string Both = "\"models\":[\"test/gift:free\",\"test/exact\"],\"max_tokens\":500";
        await FillAsync();
        using var key = await TestKey.CreateAsync(World, Token);
        await WithoutAsync("shared_counter", async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(500, (await key.Api.ChatAsync("test/gift:free", Token, Both)).Status);
            }
        });

        await fixture.WhenQuietAsync(Token);
        Assert.Equal(200, (await key.Api.ChatAsync("test/gift:free", Token, Both)).Status);
        await fixture.WhenQuietAsync(Token);
        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    private async Task FillAsync()
    {
        var granted = await World.Api.PostAsync("/api/v1/credits/grants", """{"amount":1}""", Token);
        Assert.True(granted.Status == 201, granted.Body);
    }

    private async Task WithoutAsync(string table, Func<Task> work)
    {
        await RenameAsync(table, table + "_away");
        try
        {
            await work();
        }
        finally
        {
            await RenameAsync(table + "_away", table);
        }
    }

    private async Task RenameAsync(string from, string to)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(World.Data, "patchbay.db")};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = $"ALTER TABLE {from} RENAME TO {to}";
        await command.ExecuteNonQueryAsync(Token);
    }
}
