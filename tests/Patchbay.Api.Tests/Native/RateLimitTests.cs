using Patchbay.Billing;

namespace Patchbay.Api.Tests;

public sealed class RateLimitTests
{
    [Fact]
    public async Task The_operator_limits_any_organization_and_all_of_a_level()
    {
        await using var server = await ApiServer.StartAsync();
        var other = server.World.OtherWorkspace.OrganizationId;
        var set = (await PutAsync(server, $"organization/{other}", """{"requests_per_minute":60,"concurrency":4}""")).AssertStatus(200);
        Assert.Equal(("organization", other.ToString()), (set.Data.GetProperty("level").GetString(), set.Data.GetProperty("id").GetString()));
        (await PutAsync(server, "organization/default", """{"tokens_per_minute":1000}""")).AssertStatus(200);
        (await PutAsync(server, $"organization/{Guid.CreateVersion7()}", """{"concurrency":4}""")).AssertStatus(404);
        Assert.Equal(2, (await server.GetAsync("/rate-limits")).AssertStatus(200).Data.GetArrayLength());
        (await server.DeleteAsync($"/rate-limits/organization/{other}")).AssertStatus(200);
        (await server.DeleteAsync($"/rate-limits/organization/{other}")).AssertStatus(404);
        Assert.Equal(new BudgetScope(BudgetLevel.Organization, RateLimit.Everyone), Assert.Single(server.World.Rates.Limits).Scope);
    }

    [Theory]
    [InlineData("organization/own")]
    [InlineData("organization/default")]
    [InlineData("workspace/default")]
    [InlineData("key/default")]
    public async Task A_tenant_neither_loosens_nor_removes_what_the_operator_has_set(string scope)
    {
        await using var server = await ApiServer.StartAsync();
        var own = server.World.OtherWorkspace.OrganizationId;
        var tenant = await server.World.AddManagementKeyAsync(server.World.OtherWorkspace);
        var path = scope.Replace("own", own.ToString());
        (await PutAsync(server, path, """{"requests_per_minute":10}""")).AssertStatus(200);
        (await PutAsync(server, path, """{"requests_per_minute":1000000}""", tenant)).AssertStatus(403);
        (await server.DeleteAsync($"/rate-limits/{path}", tenant)).AssertStatus(403);
        Assert.Equal(10, Assert.Single(server.World.Rates.Limits).RequestsPerMinute);
        Assert.Equal(path.EndsWith("default", StringComparison.Ordinal) ? 0 : 1,
            (await server.GetAsync("/rate-limits", tenant)).AssertStatus(200).Data.GetArrayLength());
    }

    [Fact]
    public async Task A_tenant_limits_its_own_workspaces_and_keys_and_nobody_elses()
    {
        await using var server = await ApiServer.StartAsync();
        var tenant = await server.World.AddManagementKeyAsync(server.World.OtherWorkspace);
        var (_, own) = await server.World.AddKeyAsync(workspace: server.World.OtherWorkspace);
        var (_, foreign) = await server.World.AddKeyAsync();
        (await PutAsync(server, $"workspace/{server.World.OtherWorkspace.Id}", """{"concurrency":2}""", tenant)).AssertStatus(200);
        (await PutAsync(server, $"key/{own.Hash}", """{"priority":3}""", tenant)).AssertStatus(200);
        (await PutAsync(server, $"workspace/{server.World.Tenant.Workspace.Id}", """{"concurrency":2}""", tenant)).AssertStatus(404);
        (await PutAsync(server, $"key/{foreign.Hash}", """{"priority":3}""", tenant)).AssertStatus(404);
        Assert.Equal(0, (await server.GetAsync("/rate-limits")).AssertStatus(200).Data.GetArrayLength());
        Assert.Equal(2, (await server.GetAsync("/rate-limits", tenant)).AssertStatus(200).Data.GetArrayLength());
    }

    private static Task<Answer> PutAsync(ApiServer server, string scope, string body, string key = World.Master) =>
        server.SendAsync(HttpMethod.Put, $"/rate-limits/{scope}", key, body);
}
