using Microsoft.Data.Sqlite;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class WindowWorld() : MoneyWorld(null)
{
    protected override WorldOptions Options => new()
    {
        Models = [LedgerWorld.Model("test/exact", "exact", "tokens=500;prompt_tokens=10", prompt: "0")],
    };
}

/// <summary>Limits that start again. The clock of a real server cannot be moved, so its history is.</summary>
public sealed class LimitWindowTests(WindowWorld fixture) : IClassFixture<WindowWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Fact]
    public async Task What_was_spent_in_an_earlier_window_no_longer_counts_against_a_limit_that_resets()
    {
        var keys = new Dictionary<string, TestKey>();
        foreach (var reset in (string[])["daily", "weekly", "monthly", "never"])
        {
            var more = reset == "never" ? "" : $",\"limit_reset\":\"{reset}\"";
            keys[reset] = await TestKey.CreateAsync(World, Token, $"\"limit\":0.001{more}");
            Assert.Equal(200, await SpendAsync(keys[reset]));
            Assert.Equal(402, await SpendAsync(keys[reset]));
        }

        await World.Server.KillAsync();
        await MoveHistoryAsync(days: 40);
        await World.StartServerAsync(Token);

        foreach (var (reset, key) in keys)
        {
            key.Reconnect();
            Assert.Equal(reset == "never" ? 402 : 200, await SpendAsync(key));
            Assert.Equal(402, await SpendAsync(key));
            var own = await key.ReadAsync(Token);
            Assert.Equal(reset == "never" ? 1_000_000 : 2_000_000, TestKey.Nanos(own.GetProperty("usage")));
            Assert.Equal(reset == "never" ? 0 : 1_000_000, TestKey.Nanos(own.GetProperty("usage_monthly")));
            Assert.Equal(0, TestKey.Nanos(own.GetProperty("limit_remaining")));
            key.Dispose();
        }

        Assert.Empty(await fixture.Books.AuditAsync(Token));
    }

    private static async Task<int> SpendAsync(TestKey key) =>
        (await key.Api.ChatAsync("test/exact", Token, "\"max_tokens\":500")).Status;

    private async Task MoveHistoryAsync(int days)
    {
        // What was settled just now is in the tables when somebody has read them.
        await fixture.Books.TotalsAsync(Token);
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(World.Data, "patchbay.db")};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = $"""
            UPDATE generation SET created_at = created_at - {days} * 86400000;
            UPDATE spending SET day = day - {days};
            """;
        await command.ExecuteNonQueryAsync(Token);
    }
}
