using Patchbay.Core;

namespace Patchbay.Api.Tests;

public sealed class CurrentKeyTests
{
    private static readonly string[] Members =
    [
        "byok_usage", "byok_usage_daily", "byok_usage_monthly", "byok_usage_weekly", "creator_user_id", "expires_at",
        "include_byok_in_limit", "is_free_tier", "is_management_key", "is_provisioning_key", "label", "limit",
        "limit_remaining", "limit_reset", "rate_limit", "usage", "usage_daily", "usage_monthly", "usage_weekly",
    ];

    [Theory]
    [InlineData("/key")]
    [InlineData("/auth/key")]
    public async Task A_key_sees_itself(string path)
    {
        await using var server = await ApiServer.StartAsync();
        var (text, key) = await server.World.AddKeyAsync(k => k with
        {
            Limit = new Money(2 * Money.NanosPerDollar),
            LimitReset = ResetInterval.Daily,
            ExpiresAt = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero),
        });
        await server.World.SpendAsync(text, new Money(1));

        var own = (await server.GetAsync(path, text)).AssertStatus(200);

        Assert.Equal(Members, own.Data.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal(key.Label, own.Data.GetProperty("label").GetString());
        Assert.Equal("2", own.Raw("limit"));
        Assert.Equal("1.999999999", own.Raw("limit_remaining"));
        Assert.Equal("\"daily\"", own.Raw("limit_reset"));
        Assert.Equal("0.000000001", own.Raw("usage"));
        Assert.Equal("0.000000001", own.Raw("usage_daily"));
        Assert.Equal("\"2027-01-01T00:00:00Z\"", own.Raw("expires_at"));
        Assert.Equal("false", own.Raw("is_free_tier"));
        Assert.Equal("false", own.Raw("is_management_key"));
        Assert.Equal("false", own.Raw("is_provisioning_key"));
        Assert.Equal(-1, own.Data.GetProperty("rate_limit").GetProperty("requests").GetInt32());
        Assert.NotEqual(0, own.Data.GetProperty("rate_limit").GetProperty("interval").GetString()!.Length);

        server.World.Clock.Advance(TimeSpan.FromDays(1));
        var tomorrow = await server.GetAsync(path, text);
        Assert.Equal("2", tomorrow.Raw("limit_remaining"));
        Assert.Equal("0", tomorrow.Raw("usage_daily"));
        Assert.Equal("0.000000001", tomorrow.Raw("usage"));
    }

    [Fact]
    public async Task A_management_key_says_so()
    {
        await using var server = await ApiServer.StartAsync();
        var own = (await server.GetAsync("/key", await server.World.AddManagementKeyAsync())).AssertStatus(200);
        Assert.Equal("true", own.Raw("is_management_key"));
        Assert.Equal("true", own.Raw("is_provisioning_key"));
    }

    [Fact]
    public async Task The_master_key_shows_the_default_workspace()
    {
        await using var server = await ApiServer.StartAsync();
        var (text, _) = await server.World.AddKeyAsync();
        await server.World.SpendAsync(text, new Money(5_000_000));
        var (elsewhere, _) = await server.World.AddKeyAsync(workspace: server.World.SecondWorkspace);
        await server.World.SpendAsync(elsewhere, new Money(7_000_000));

        var own = (await server.GetAsync("/key")).AssertStatus(200);
        Assert.Equal("\"master key\"", own.Raw("label"));
        Assert.Equal("null", own.Raw("limit"));
        Assert.Equal("null", own.Raw("limit_remaining"));
        Assert.Equal("0.005", own.Raw("usage"));
        Assert.DoesNotContain(World.Master, own.Text, StringComparison.Ordinal);
    }
}
