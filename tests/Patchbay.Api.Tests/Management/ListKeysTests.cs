using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

public sealed class ListKeysTests
{
    [Fact]
    public async Task Keys_come_newest_first_in_pages_of_at_most_100()
    {
        await using var server = await ApiServer.StartAsync();
        for (var i = 0; i < 105; i++)
        {
            await server.World.AddKeyAsync(key => key with { Name = i.ToString(CultureInfo.InvariantCulture) });
        }

        var first = (await server.GetAsync("/keys")).AssertStatus(200).Names;
        Assert.Equal(100, first.Length);
        Assert.Equal("104", first[0]);
        Assert.Equal(["4", "3", "2", "1", "0"], (await server.GetAsync("/keys?offset=100")).Names);
        Assert.Equal(["102", "101"], (await server.GetAsync("/keys?offset=2&limit=2")).Names);
        Assert.Empty((await server.GetAsync("/keys?offset=1000")).Names);
    }

    [Fact]
    public async Task Disabled_keys_are_listed_on_request()
    {
        await using var server = await ApiServer.StartAsync();
        await server.World.AddKeyAsync(key => key with { Name = "on" });
        await server.World.AddKeyAsync(key => key with { Name = "off", Disabled = true });
        Assert.Equal(["on"], (await server.GetAsync("/keys")).Names);
        Assert.Equal(["on"], (await server.GetAsync("/keys?include_disabled=false")).Names);
        Assert.Equal(["off", "on"], (await server.GetAsync("/keys?include_disabled=true")).Names);
    }

    [Fact]
    public async Task Only_keys_of_the_own_organization_and_wanted_workspace_are_listed()
    {
        await using var server = await ApiServer.StartAsync();
        var world = server.World;
        await world.AddKeyAsync(key => key with { Name = "first" });
        await world.AddKeyAsync(key => key with { Name = "second" }, world.SecondWorkspace);
        await world.AddKeyAsync(key => key with { Name = "other" }, world.OtherWorkspace);
        var stranger = await world.AddManagementKeyAsync(world.OtherWorkspace);

        Assert.Equal(["second", "first"], (await server.GetAsync("/keys")).Names);
        Assert.Equal(["second"], (await server.GetAsync($"/keys?workspace_id={world.SecondWorkspace.Id}")).Names);
        Assert.Empty((await server.GetAsync($"/keys?workspace_id={world.OtherWorkspace.Id}")).Names);
        Assert.Equal(["a key", "other"], (await server.GetAsync("/keys", stranger)).Names);
    }

    [Theory]
    [InlineData("offset=-1", "offset")]
    [InlineData("offset=x", "offset")]
    [InlineData("offset=99999999999", "offset")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("include_disabled=maybe", "include_disabled")]
    [InlineData("workspace_id=default", "workspace_id")]
    public async Task A_bad_parameter_is_named(string query, string param)
    {
        await using var server = await ApiServer.StartAsync();
        (await server.GetAsync($"/keys?{query}")).AssertError(400, "must be", param);
    }

    [Fact]
    public async Task Spending_comes_from_memory_when_it_is_there_and_from_the_store_when_not()
    {
        await using var server = await ApiServer.StartAsync();
        var (text, key) = await server.World.AddKeyAsync(k => k with
        {
            Limit = new Money(10 * Money.NanosPerDollar),
            LimitReset = ResetInterval.Weekly,
            IncludeByokInLimit = true,
        });
        var credits = new Spending(new Money(1), new Money(2), new Money(3), new Money(4));
        var byok = new Spending(new Money(10), new Money(20), new Money(30), new Money(40));
        server.World.Budgets.SetSpending(new BudgetScope(BudgetLevel.Key, key.Id), new ScopeSpending(credits, byok));

        var cold = (await server.GetAsync($"/keys/{key.Hash}")).AssertStatus(200);
        Assert.Equal("0.000000001", cold.Raw("usage_daily"));
        Assert.Equal("0.000000002", cold.Raw("usage_weekly"));
        Assert.Equal("0.000000003", cold.Raw("usage_monthly"));
        Assert.Equal("0.000000004", cold.Raw("usage"));
        Assert.Equal("0.00000001", cold.Raw("byok_usage_daily"));
        Assert.Equal("0.00000002", cold.Raw("byok_usage_weekly"));
        Assert.Equal("0.00000003", cold.Raw("byok_usage_monthly"));
        Assert.Equal("0.00000004", cold.Raw("byok_usage"));
        Assert.Equal("9.999999978", cold.Raw("limit_remaining"));

        await server.World.SpendAsync(text, new Money(Money.NanosPerDollar));
        var warm = (await server.GetAsync($"/keys/{key.Hash}")).AssertStatus(200);
        Assert.Equal("1.000000004", warm.Raw("usage"));
        Assert.Equal("8.999999978", warm.Raw("limit_remaining"));
        Assert.Equal("1.000000001", (await server.GetAsync("/keys")).Data[0].GetProperty("usage_daily").GetRawText());
    }
}
