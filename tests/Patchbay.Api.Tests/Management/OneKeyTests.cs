namespace Patchbay.Api.Tests;

/// <summary>Reading and deleting single keys, and keeping organizations apart.</summary>
public sealed class OneKeyTests
{
    [Fact]
    public async Task A_deleted_key_is_gone_and_a_second_deletion_finds_nothing()
    {
        await using var server = await ApiServer.StartAsync();
        var (text, key) = await server.World.AddKeyAsync();
        (await server.GetAsync("/key", text)).AssertStatus(200);
        Assert.Equal("""{"deleted":true}""", (await server.DeleteAsync($"/keys/{key.Hash}")).AssertStatus(200).Text);
        (await server.GetAsync("/key", text)).AssertError(401, "not valid");
        (await server.GetAsync($"/keys/{key.Hash}")).AssertError(404, "Resource not found");
        (await server.DeleteAsync($"/keys/{key.Hash}")).AssertError(404, "Resource not found");
        Assert.Empty((await server.GetAsync("/keys")).Names);
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("PATCH", """{"disabled":true}""")]
    [InlineData("DELETE", null)]
    public async Task A_key_of_another_organization_is_as_unknown_as_one_that_does_not_exist(string method, string? body)
    {
        await using var server = await ApiServer.StartAsync();
        var (text, foreign) = await server.World.AddKeyAsync(workspace: server.World.OtherWorkspace);
        var verb = new HttpMethod(method);

        var answer = await server.SendAsync(verb, $"/keys/{foreign.Hash}", World.Master, body);
        var missing = await server.SendAsync(verb, $"/keys/{new string('a', 64)}", World.Master, body);
        var malformed = await server.SendAsync(verb, "/keys/abc", World.Master, body);

        answer.AssertError(404, "Resource not found");
        Assert.Equal(missing.Text, answer.Text);
        Assert.Equal(malformed.Text, answer.Text);
        (await server.GetAsync("/key", text)).AssertStatus(200);
        var own = await server.World.AddManagementKeyAsync(server.World.OtherWorkspace);
        Assert.Equal("false", (await server.GetAsync($"/keys/{foreign.Hash}", own)).AssertStatus(200).Raw("disabled"));
    }
}
