using Patchbay.Billing;
using Patchbay.Core;

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
        var (text, _) = await world.AddKeyAsync();
        await world.SpendAsync(text, new Money(charged));
    }
}
