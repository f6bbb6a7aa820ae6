using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Preferences;

public sealed class PreferenceWorld : IAsyncLifetime
{
    private const string Answer = "echo-1;tokens=12;prompt_tokens=9";

    public World World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await World.StartAsync(
        new WorldOptions
        {
            Models =
            [
                new WorldModel(
                    "test/echo",
                    new WorldEndpoint("alpha", Answer),
                    new WorldEndpoint("alpha", Answer, "0.0000005", "0.000001") { Yaml = "service_tier: flex" },
                    new WorldEndpoint("beta", Answer, "0.000001", "0.000002")),
            ],
            Yaml = "routing: { ignore: [beta], max_price: { completion: 2 } }",
        },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => World.DisposeAsync();
}

public sealed class PreferenceTests(PreferenceWorld fixture) : IClassFixture<PreferenceWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ApiClient Api => fixture.World.Api;

    [Theory]
    [InlineData("", "0.000033")]
    [InlineData("\"service_tier\":\"default\"", "0.000033")]
    [InlineData("\"service_tier\":\"flex\"", "0.0000165")]
    [InlineData("\"provider\":{\"only\":[\"alpha/flex\"]}", "0.0000165")]
    public async Task A_tier_is_reached_by_those_who_ask_and_charged_at_its_own_price(string more, string cost)
    {
        var response = await Api.ChatAsync("test/echo", Token, more);

        Assert.Equal(200, response.Status);
        Assert.Equal("ALPHA", response.Json.GetProperty("provider").GetString());
        Assert.Equal(cost, response.Json.GetProperty("usage").GetProperty("cost").GetRawText());
    }

    [Fact]
    public async Task Floor_lets_the_cheaper_tier_in()
    {
        var response = await Api.ChatAsync("test/echo:floor", Token);

        Assert.Equal("0.0000165", response.Json.GetProperty("usage").GetProperty("cost").GetRawText());
    }

    [Fact]
    public async Task A_refusal_says_what_kept_endpoints_out_and_what_would_help()
    {
        var response = await Api.ChatAsync("test/echo", Token, "\"provider\":{\"zdr\":true}");

        Assert.Equal(404, response.Status);
        Assert.EndsWith("Nearest change: drop provider.zdr", response.ErrorMessage, StringComparison.Ordinal);
        var availability = response.Json.GetProperty("error").GetProperty("availability");
        Assert.Equal("privacy_restricted", availability.GetProperty("code").GetString());
        Assert.False(availability.GetProperty("retryable").GetBoolean());
        Assert.Equal("test/echo", availability.GetProperty("requested_models")[0].GetString());
        Assert.Contains("data_policy:zdr", availability.GetProperty("excluded_by").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal("provider.zdr", availability.GetProperty("constraint").GetProperty("field").GetString());
    }

    [Fact]
    public async Task The_operators_level_is_not_relaxed_by_a_request()
    {
        var response = await Api.ChatAsync("test/echo", Token, "\"provider\":{\"only\":[\"beta\"],\"ignore\":[]}");

        Assert.Equal(404, response.Status);
        Assert.Contains("1 endpoint is in routing.ignore", response.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("test/echo:online", "", "model")]
    [InlineData("test/echo:online:nitro", "", "model")]
    [InlineData("test/echo", "\"plugins\":[{\"id\":\"web\"}]", "plugins")]
    public async Task A_web_search_that_nobody_would_run_is_refused(string model, string more, string parameter)
    {
        var response = await Api.ChatAsync(model, Token, more);

        Assert.Equal(400, response.Status);
        Assert.Equal(parameter, response.Json.GetProperty("error").GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("[{\"id\":\"web\",\"enabled\":false}]")]
    [InlineData("[{\"id\":\"response-healing\"}]")]
    public async Task Other_plugins_are_no_reason_to_refuse(string plugins)
    {
        var response = await Api.ChatAsync("test/echo", Token, $"\"plugins\":{plugins}");

        Assert.Equal(200, response.Status);
    }
}
