using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api.Tests;

public sealed class UpdateKeyTests
{
    private static readonly Money Dollar = new(Money.NanosPerDollar);

    [Theory]
    [InlineData("""{"name":"new"}""", "name", "\"new\"")]
    [InlineData("""{"disabled":true}""", "disabled", "true")]
    [InlineData("""{"limit":0.000000001}""", "limit", "0.000000001")]
    [InlineData("""{"limit":null}""", "limit", "null")]
    [InlineData("""{"limit_reset":"daily"}""", "limit_reset", "\"daily\"")]
    [InlineData("""{"limit_reset":null}""", "limit_reset", "null")]
    [InlineData("""{"include_byok_in_limit":false}""", "include_byok_in_limit", "false")]
    public async Task Only_the_members_that_are_sent_change(string body, string member, string value)
    {
        await using var server = await ApiServer.StartAsync();
        var (_, key) = await server.World.AddKeyAsync(Shape);
        var before = await server.GetAsync($"/keys/{key.Hash}");
        server.World.Clock.Advance(TimeSpan.FromMinutes(5));

        var changed = (await server.PatchAsync($"/keys/{key.Hash}", body)).AssertStatus(200);

        Assert.Equal(value, changed.Raw(member));
        Assert.Equal("\"2026-03-11T12:05:00Z\"", changed.Raw("updated_at"));
        foreach (var old in before.Data.EnumerateObject())
        {
            if (old.Name != member && old.Name is not ("updated_at" or "limit_remaining"))
            {
                Assert.Equal(old.Value.GetRawText(), changed.Raw(old.Name));
            }
        }

        Assert.Equal(changed.Text, (await server.GetAsync($"/keys/{key.Hash}")).Text);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"name":"a key"}""")]
    public async Task A_change_of_nothing_changes_nothing(string body)
    {
        await using var server = await ApiServer.StartAsync();
        var (_, key) = await server.World.AddKeyAsync();
        var before = await server.GetAsync($"/keys/{key.Hash}");
        Assert.Equal(before.Text, (await server.PatchAsync($"/keys/{key.Hash}", body)).AssertStatus(200).Text);
    }

    [Theory]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"disabled":null}""", "disabled")]
    [InlineData("""{"disabled":"true"}""", "disabled")]
    [InlineData("""{"limit":"5"}""", "limit")]
    [InlineData("""{"limit":-1}""", "limit")]
    [InlineData("""{"limit_reset":"hourly"}""", "limit_reset")]
    [InlineData("""{"include_byok_in_limit":0}""", "include_byok_in_limit")]
    [InlineData("""{"name":"new","workspace_id":"0198c0de-0000-7000-8000-000000000000"}""", "workspace_id")]
    [InlineData("""{"name":"new","is_management_key":true}""", "is_management_key")]
    [InlineData("""{"name":"new","colour":"red"}""", "colour")]
    public async Task A_bad_member_is_named_and_nothing_changes(string body, string param)
    {
        await using var server = await ApiServer.StartAsync();
        var (_, key) = await server.World.AddKeyAsync(Shape);
        var before = await server.GetAsync($"/keys/{key.Hash}");
        (await server.PatchAsync($"/keys/{key.Hash}", body)).AssertError(400, $"'{param}'", param);
        Assert.Equal(before.Text, (await server.GetAsync($"/keys/{key.Hash}")).Text);
    }

    [Fact]
    public async Task A_malformed_body_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        var (_, key) = await server.World.AddKeyAsync();
        (await server.PatchAsync($"/keys/{key.Hash}", "{")).AssertError(400, "one JSON object");
    }

    [Fact]
    public async Task A_disabled_key_is_refused_from_the_next_request_on_and_comes_back()
    {
        await using var server = await ApiServer.StartAsync();
        var (text, key) = await server.World.AddKeyAsync();
        (await server.GetAsync("/key", text)).AssertStatus(200);
        (await server.PatchAsync($"/keys/{key.Hash}", """{"disabled":true}""")).AssertStatus(200);
        (await server.GetAsync("/key", text)).AssertError(401, "disabled");
        (await server.PatchAsync($"/keys/{key.Hash}", """{"disabled":false}""")).AssertStatus(200);
        (await server.GetAsync("/key", text)).AssertStatus(200);
    }

    [Fact]
    public async Task A_limit_counts_at_once_also_on_a_path_that_is_open_already()
    {
        await using var server = await ApiServer.StartAsync();
        var (text, key) = await server.World.AddKeyAsync(k => k with { Limit = Dollar });
        var path = (await server.World.CallAsync(text)).Budgets;
        Assert.Equal(Dollar, server.World.Holds.GetAvailable(path));

        (await server.PatchAsync($"/keys/{key.Hash}", """{"limit":0.25}""")).AssertStatus(200);
        Assert.Equal(new Money(250_000_000), server.World.Holds.GetAvailable(path));
        Assert.Null((await server.World.Holds.TryHoldAsync(path, new Money(250_000_001), "gen-1")).Hold);

        (await server.PatchAsync($"/keys/{key.Hash}", """{"limit":null}""")).AssertStatus(200);
        Assert.Equal(Money.MaxValue, server.World.Holds.GetAvailable(path));
        Assert.Equal("null", (await server.GetAsync("/key", text)).Raw("limit_remaining"));
    }

    [Fact]
    public async Task A_new_interval_counts_what_was_spent_in_its_window()
    {
        await using var server = await ApiServer.StartAsync();
        var (text, key) = await server.World.AddKeyAsync(k => k with { Limit = Dollar });
        await server.World.SpendAsync(text, new Money(600_000_000));
        server.World.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("0.4", (await server.GetAsync($"/keys/{key.Hash}")).Raw("limit_remaining"));

        var changed = await server.PatchAsync($"/keys/{key.Hash}", """{"limit_reset":"daily"}""");
        Assert.Equal("1", changed.AssertStatus(200).Raw("limit_remaining"));
        Assert.Equal(Dollar, server.World.Holds.GetAvailable((await server.World.CallAsync(text)).Budgets));
    }

    [Fact]
    public async Task A_limit_below_what_is_spent_leaves_nothing()
    {
        await using var server = await ApiServer.StartAsync();
        var (text, key) = await server.World.AddKeyAsync(k => k with { Limit = Dollar });
        await server.World.SpendAsync(text, Dollar);
        var changed = await server.PatchAsync($"/keys/{key.Hash}", """{"limit":0.5}""");
        Assert.Equal("0", changed.AssertStatus(200).Raw("limit_remaining"));
        Assert.Equal("1", changed.Raw("usage"));
    }

    [Fact]
    public async Task Changes_of_different_members_at_once_all_stay()
    {
        await using var server = await ApiServer.StartAsync();
        var (_, key) = await server.World.AddKeyAsync();
        string[] bodies =
        [
            """{"name":"new"}""", """{"limit":3}""", """{"limit_reset":"weekly"}""", """{"include_byok_in_limit":true}""",
        ];
        await Task.WhenAll(bodies.Select(body => server.PatchAsync($"/keys/{key.Hash}", body)));
        var changed = await server.GetAsync($"/keys/{key.Hash}");
        Assert.Equal("\"new\"", changed.Raw("name"));
        Assert.Equal("3", changed.Raw("limit"));
        Assert.Equal("\"weekly\"", changed.Raw("limit_reset"));
        Assert.Equal("true", changed.Raw("include_byok_in_limit"));
    }

    private static ApiKey Shape(ApiKey key) => key with
    {
        Limit = Dollar,
        LimitReset = ResetInterval.Monthly,
        IncludeByokInLimit = true,
    };
}
