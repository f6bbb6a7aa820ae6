using System.Text;
using Patchbay.EndToEnd.Tests.Operations;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Hostile;

public sealed class KeyTests(HostileWorld fixture) : IClassFixture<HostileWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private World World => fixture.World;

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("sk-pb-v1-0000000000000000000000000000000000000000000000000")]
    [InlineData("' OR 1=1 --")]
    [InlineData("sk-pb-test-master-key-of-this-worle")]
    [InlineData("SK-PB-TEST-MASTER-KEY-OF-THIS-WORLD")]
    public async Task Without_a_good_key_nothing_is_served(string? key)
    {
        using var client = new ApiClient(World.Server.Address, key);
        var asked = World.Simulator.Log.Counters.Requests;

        foreach (var response in (ApiResponse[])[
            await client.ChatAsync("test/echo", Token),
            await client.GetAsync("/api/v1/key", Token),
            await client.GetAsync("/api/v1/keys", Token),
            await client.GetAsync("/api/v1/generations", Token),
            await client.GetAsync("/api/v1/credits", Token)])
        {
            Assert.Equal(401, response.Status);
            Assert.Equal("unauthenticated", response.ErrorCode);
        }

        Assert.Equal(asked, World.Simulator.Log.Counters.Requests);
    }

    [Fact]
    public async Task A_key_of_a_megabyte_is_refused_by_the_size_of_its_header()
    {
        using var client = new ApiClient(World.Server.Address, new string('a', 30_000));

        Assert.Equal(401, (await client.ChatAsync("test/echo", Token)).Status);
        await fixture.StillServesAsync(Token);
    }

    [Fact]
    public async Task A_key_with_one_wrong_character_is_unknown()
    {
        var (key, _) = await CreateAsync("");
        Assert.Equal(200, await ChatAsync(key));

        var last = key[^1] == 'a' ? 'b' : 'a';
        var middle = key[20] == 'a' ? 'b' : 'a';
        Assert.Equal(401, await ChatAsync(key[..^1] + last));
        Assert.Equal(401, await ChatAsync(key[..20] + middle + key[21..]));
        Assert.Equal(401, await ChatAsync(key + "a"));
        Assert.Equal(401, await ChatAsync(key[..^1]));
    }

    [Fact]
    public async Task An_expired_key_is_refused()
    {
        var made = await Cli.RunAsync(
            ["keys", "create", "--name", "old", "--expires", "2020-01-01", "--data", World.Data], Cli.NoEnvironment, Token);
        Assert.True(made.ExitCode == 0, made.Text);

        using var client = new ApiClient(World.Server.Address, made.Output.Trim());
        var response = await client.ChatAsync("test/echo", Token);

        Assert.Equal(401, response.Status);
        Assert.Contains("expired", response.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_and_a_deleted_key_are_refused_at_once()
    {
        var (key, hash) = await CreateAsync("");
        Assert.Equal(200, await ChatAsync(key));

        Assert.Equal(200, (await SendAsync(HttpMethod.Patch, hash, "{\"disabled\":true}")).Status);
        Assert.Equal(401, await ChatAsync(key));

        Assert.Equal(200, (await SendAsync(HttpMethod.Patch, hash, "{\"disabled\":false}")).Status);
        Assert.Equal(200, await ChatAsync(key));

        Assert.Equal(200, (await SendAsync(HttpMethod.Delete, hash, null)).Status);
        Assert.Equal(401, await ChatAsync(key));
    }

    [Fact]
    public async Task A_management_key_calls_no_model_and_an_ordinary_key_manages_nothing()
    {
        var (management, _) = await CreateAsync(",\"is_management_key\":true");
        var (plain, hash) = await CreateAsync("");

        using var manager = new ApiClient(World.Server.Address, management);
        Assert.Equal(200, (await manager.GetAsync("/api/v1/keys", Token)).Status);
        var refused = await manager.ChatAsync("test/echo", Token);
        Assert.Equal(403, refused.Status);
        Assert.Equal("forbidden", refused.ErrorCode);

        using var user = new ApiClient(World.Server.Address, plain);
        Assert.Equal(200, (await user.ChatAsync("test/echo", Token)).Status);
        foreach (var response in (ApiResponse[])[
            await user.GetAsync("/api/v1/keys", Token),
            await user.GetAsync("/api/v1/keys/" + hash, Token),
            await user.GetAsync("/api/v1/credits", Token),
            await user.PostAsync("/api/v1/keys", "{\"name\":\"x\"}", Token),
            await user.SendAsync(HttpMethod.Delete, "/api/v1/keys/" + hash, null, Token)])
        {
            Assert.Equal(403, response.Status);
            Assert.Equal("forbidden", response.ErrorCode);
        }
    }

    private async Task<int> ChatAsync(string key)
    {
        using var client = new ApiClient(World.Server.Address, key);
        return (await client.ChatAsync("test/echo", Token)).Status;
    }

    private async Task<(string Key, string Hash)> CreateAsync(string more)
    {
        var response = await World.Api.PostAsync("/api/v1/keys", "{\"name\":\"k\"" + more + "}", Token);
        Assert.True(response.Status == 201, response.Body);
        return (response.Json.GetProperty("key").GetString()!, response.Json.GetProperty("data").GetProperty("hash").GetString()!);
    }

    private Task<ApiResponse> SendAsync(HttpMethod method, string hash, string? json) => World.Api.SendAsync(
        method, "/api/v1/keys/" + hash, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), Token);
}
