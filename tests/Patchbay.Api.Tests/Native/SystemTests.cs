namespace Patchbay.Api.Tests;

public sealed class SystemTests
{
    [Fact]
    public async Task Everybody_may_ask_what_the_server_is_even_without_a_database()
    {
        await using var server = await ApiServer.StartAsync();
        server.World.Database.IsDown = true;
        var system = (await server.GetAsync("/system", null)).AssertStatus(200);
        Assert.Equal("""
            {"data":{"name":"Patchbay","version":"1.2.3","mode":"team","demo":true,"database":"sqlite",
            "started_at":"2026-03-11T12:00:00Z","docs":{"openapi":"/openapi.json"}}}
            """.ReplaceLineEndings(string.Empty), system.Text);
    }
}
