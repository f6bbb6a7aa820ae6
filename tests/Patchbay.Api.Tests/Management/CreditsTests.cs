using Patchbay.Billing;

namespace Patchbay.Api.Tests;

public sealed class CreditsTests
{
    [Fact]
    public async Task Credits_are_what_was_granted_and_usage_is_what_was_spent()
    {
        await using var server = await ApiServer.StartAsync();
        var organization = server.World.Tenant.Organization.Id;
        await SettleAsync(server.World, 50_000_000_000, 1_250_000_001);

        var credits = (await server.GetAsync("/credits", await server.World.AddManagementKeyAsync())).AssertStatus(200);
        Assert.Equal("""{"data":{"total_credits":50,"total_usage":1.250000001}}""", credits.Text);

        var other = await server.World.AddManagementKeyAsync(server.World.OtherWorkspace);
        Assert.NotEqual(organization, server.World.OtherWorkspace.OrganizationId);
        Assert.Equal(
            """{"data":{"total_credits":0,"total_usage":0}}""", (await server.GetAsync("/credits", other)).Text);
    }

    [Fact]
    public async Task Without_grants_nothing_was_put_in()
    {
        await using var server = await ApiServer.StartAsync();
        await SettleAsync(server.World, 0, 3_000_000_000);
        Assert.Equal(
            """{"data":{"total_credits":0,"total_usage":3}}""", (await server.GetAsync("/credits")).AssertStatus(200).Text);
    }

    [Fact]
    public async Task The_operator_grants_credits_and_reads_what_it_granted()
    {
        await using var server = await ApiServer.StartAsync();
        var granted = (await server.PostAsync(
            "/credits/grants", """{"amount":2.000000001,"expires_at":"2026-03-12T00:00:00Z","note":"Welcome"}""")).AssertStatus(201);
        Assert.Equal("promotion", granted.Data.GetProperty("kind").GetString());
        Assert.Equal("2.000000001", granted.Raw("amount"));
        (await server.PostAsync("/credits/grants", """{"amount":1,"reference":"bonus"}""")).AssertStatus(201);
        (await server.PostAsync("/credits/grants", """{"amount":1,"reference":"bonus"}""")).AssertStatus(200);
        (await server.PostAsync("/credits/grants", """{"amount":2,"reference":"bonus"}""")).AssertStatus(409);

        Assert.Equal(
            """{"data":{"total_credits":3.000000001,"total_usage":0}}""", (await server.GetAsync("/credits")).Text);
        var list = (await server.GetAsync("/credits/transactions?limit=1")).AssertStatus(200);
        var last = Assert.Single(list.Data.EnumerateArray());
        Assert.Equal(("grant", "grant:bonus", "master key"), (
            last.GetProperty("kind").GetString(), last.GetProperty("reference").GetString(), last.GetProperty("actor").GetString()));
    }

    [Theory]
    [InlineData("""{}""", "amount")]
    [InlineData("""{"amount":0}""", "amount")]
    [InlineData("""{"amount":-1}""", "amount")]
    [InlineData("""{"amount":1.0000000001}""", "amount")]
    [InlineData("""{"amount":1,"expires_at":"2020-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"amount":1,"organization":"x"}""", "organization")]
    public async Task A_grant_that_makes_no_sense_is_refused(string body, string member)
    {
        await using var server = await ApiServer.StartAsync();
        (await server.PostAsync("/credits/grants", body)).AssertError(400, $"'{member}'");
        Assert.Equal("""{"data":{"total_credits":0,"total_usage":0}}""", (await server.GetAsync("/credits")).Text);
    }

    [Fact]
    public async Task Others_than_the_operator_grant_nothing()
    {
        await using var server = await ApiServer.StartAsync();
        var other = await server.World.AddManagementKeyAsync(server.World.OtherWorkspace);
        (await server.PostAsync("/credits/grants", """{"amount":1}""", other)).AssertStatus(403);
    }

    [Fact]
    public async Task Charges_through_Coinbase_are_gone_for_everybody()
    {
        await using var server = await ApiServer.StartAsync();
        (await server.PostAsync("/credits/coinbase", "{}", key: null)).AssertError(410, "removed");
    }

    private static async Task SettleAsync(World world, long granted, long charged)
    {
        var organization = world.Tenant.Organization.Id;
        var credits = LedgerAccount.Credits(organization);
        if (granted > 0)
        {
            await world.Ledger.PostAsync(
                [new LedgerEntry(LedgerAccount.EquityGrants, credits, granted, "grant:1")], CancellationToken.None);
        }

        await world.Ledger.PostAsync(
            [new LedgerEntry(credits, LedgerAccount.RevenueUsage, charged, "batch:1:0")], CancellationToken.None);
    }
}
