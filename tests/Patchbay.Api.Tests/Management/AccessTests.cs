namespace Patchbay.Api.Tests;

/// <summary>Who may call which operation, and what everybody else is told.</summary>
public sealed class AccessTests
{
    private const string SomeHash = "/keys/0000000000000000000000000000000000000000000000000000000000000000";

    public static TheoryData<string, string> Managing => new()
    {
        { "GET", "/keys" },
        { "POST", "/keys" },
        { "GET", SomeHash },
        { "PATCH", SomeHash },
        { "DELETE", SomeHash },
        { "GET", "/credits" },
    };

    public static TheoryData<string, string> All => new(Managing)
    {
        { "GET", "/key" },
        { "GET", "/auth/key" },
        { "GET", "/generation?id=gen-1" },
        { "GET", "/generations" },
        { "POST", "/route/explain" },
    };

    [Theory]
    [MemberData(nameof(Managing))]
    public async Task A_plain_key_may_not_manage(string method, string path)
    {
        await using var server = await ApiServer.StartAsync();
        var (plain, _) = await server.World.AddKeyAsync();
        var answer = await server.SendAsync(new HttpMethod(method), path, plain, "{}");
        answer.AssertError(403, "Only management keys can perform this operation");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Without_a_good_key_nothing_is_answered(string method, string path)
    {
        await using var server = await ApiServer.StartAsync();
        var (disabled, _) = await server.World.AddKeyAsync(key => key with { Disabled = true, IsManagement = true });
        var (expired, _) = await server.World.AddKeyAsync(
            key => key with { ExpiresAt = server.World.Clock.GetUtcNow(), IsManagement = true });
        var (deleted, row) = await server.World.AddKeyAsync(key => key with { IsManagement = true });
        (await server.GetAsync("/key", deleted)).AssertStatus(200);
        (await server.DeleteAsync($"/keys/{row.Hash}")).AssertStatus(200);

        async Task Refused(string? key, string message) =>
            (await server.SendAsync(new HttpMethod(method), path, key, "{}")).AssertError(401, message);

        await Refused(null, "Missing Authentication header");
        await Refused("sk-pb-v1-nonsense", "not valid");
        await Refused(disabled, "is disabled");
        await Refused(expired, "has expired");
        await Refused(deleted, "not valid");
    }

    [Theory]
    [InlineData("GET", "/keys", null)]
    [InlineData("POST", "/keys", """{"name":"n"}""")]
    [InlineData("GET", SomeHash, null)]
    [InlineData("PATCH", SomeHash, """{"disabled":true}""")]
    [InlineData("DELETE", SomeHash, null)]
    [InlineData("GET", "/credits", null)]
    [InlineData("GET", "/generation?id=gen-1", null)]
    [InlineData("GET", "/generations", null)]
    public async Task A_database_that_cannot_answer_is_503_and_never_a_missing_thing(
        string method, string path, string? body)
    {
        await using var server = await ApiServer.StartAsync();
        var warm = await server.World.AddManagementKeyAsync();
        var cold = await server.World.AddManagementKeyAsync();
        (await server.GetAsync("/key", warm)).AssertStatus(200);
        server.World.Database.IsDown = true;

        var stored = await server.SendAsync(new HttpMethod(method), path, warm, body);
        stored.AssertError(503, "database cannot answer");
        Assert.Equal(
            "storage_unavailable",
            stored.Json.GetProperty("error").GetProperty("metadata").GetProperty("code").GetString());
        Assert.True(stored.RetryAfter >= TimeSpan.FromSeconds(1));
        var unknown = await server.SendAsync(new HttpMethod(method), path, cold, body);
        unknown.AssertError(503, "cannot be checked");
        Assert.True(unknown.RetryAfter >= TimeSpan.FromSeconds(1));

        // What a warm key says of itself needs no database.
        (await server.GetAsync("/key", warm)).AssertStatus(200);
    }

    [Fact]
    public async Task A_key_is_read_from_x_api_key_too()
    {
        await using var server = await ApiServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/key");
        request.Headers.Add("x-api-key", World.Master);
        (await server.SendAsync(request)).AssertStatus(200);
    }

    [Fact]
    public async Task Both_mount_points_answer_alike()
    {
        await using var server = await ApiServer.StartAsync();
        await server.World.AddKeyAsync();
        Assert.Equal((await server.GetAsync("/keys")).Text, (await server.GetAsync("/v1/keys")).Text);
    }
}
