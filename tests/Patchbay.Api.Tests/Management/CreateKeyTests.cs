using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Api.Tests;

public sealed class CreateKeyTests
{
    private static readonly string[] Members =
    [
        "byok_usage", "byok_usage_daily", "byok_usage_monthly", "byok_usage_weekly", "created_at", "creator_user_id",
        "disabled", "expires_at", "external_user", "hash", "include_byok_in_limit", "label", "limit", "limit_remaining", "limit_reset",
        "name", "updated_at", "usage", "usage_daily", "usage_monthly", "usage_weekly", "workspace_id",
    ];

    [Fact]
    public async Task A_new_key_has_every_member_and_works_at_once()
    {
        await using var server = await ApiServer.StartAsync();
        var created = await server.PostAsync("/keys", """
            {"name":"Grünes Büro","limit":12.5,"limit_reset":"monthly","include_byok_in_limit":true,
             "expires_at":"2026-12-31T23:59:59+01:00"}
            """);
        created.AssertStatus(201);
        Assert.Equal(Members, created.Data.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        var text = created.Json.GetProperty("key").GetString()!;
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text))),
            created.Data.GetProperty("hash").GetString());
        Assert.Equal("Grünes Büro", created.Data.GetProperty("name").GetString());
        Assert.Equal($"{text[..12]}...{text[^3..]}", created.Data.GetProperty("label").GetString());
        Assert.Equal("12.5", created.Raw("limit"));
        Assert.Equal("12.5", created.Raw("limit_remaining"));
        Assert.Equal("\"monthly\"", created.Raw("limit_reset"));
        Assert.Equal("true", created.Raw("include_byok_in_limit"));
        Assert.Equal("false", created.Raw("disabled"));
        Assert.Equal("\"2026-12-31T22:59:59Z\"", created.Raw("expires_at"));
        Assert.Equal("\"2026-03-11T12:00:00Z\"", created.Raw("created_at"));
        Assert.Equal("null", created.Raw("updated_at"));
        Assert.Equal("0", created.Raw("usage"));
        Assert.Equal(server.World.Tenant.Workspace.Id, created.Data.GetProperty("workspace_id").GetGuid());

        var own = await server.GetAsync("/key", text);
        Assert.Equal("12.5", own.AssertStatus(200).Raw("limit"));
        var read = await server.GetAsync($"/keys/{created.Data.GetProperty("hash").GetString()}");
        Assert.Equal(created.Data.GetRawText(), read.Data.GetRawText());
        Assert.DoesNotContain(text, read.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_enough()
    {
        await using var server = await ApiServer.StartAsync();
        var created = await server.PostAsync("/keys", """{"name":"n"}""", await server.World.AddManagementKeyAsync());
        created.AssertStatus(201);
        Assert.Equal("null", created.Raw("limit"));
        Assert.Equal("null", created.Raw("limit_remaining"));
        Assert.Equal("null", created.Raw("limit_reset"));
        Assert.Equal("null", created.Raw("expires_at"));
        Assert.Equal("false", created.Raw("include_byok_in_limit"));
    }

    [Fact]
    public async Task A_management_key_can_be_made_and_manages()
    {
        await using var server = await ApiServer.StartAsync();
        var created = await server.PostAsync("/keys", """{"name":"n","is_management_key":true}""");
        var text = created.AssertStatus(201).Json.GetProperty("key").GetString();
        (await server.GetAsync("/keys", text)).AssertStatus(200);
        Assert.Equal("true", (await server.GetAsync("/key", text)).Raw("is_management_key"));
    }

    [Fact]
    public async Task The_owner_may_be_named_as_creator_and_a_stranger_may_not()
    {
        await using var server = await ApiServer.StartAsync();
        var owner = server.World.Tenant.Owner.UserId;
        var created = await server.PostAsync("/keys", $$"""{"name":"n","creator_user_id":"{{owner}}"}""");
        Assert.Equal(owner, created.AssertStatus(201).Data.GetProperty("creator_user_id").GetGuid());
        var stranger = await server.PostAsync("/keys", $$"""{"name":"n","creator_user_id":"{{Guid.CreateVersion7()}}"}""");
        stranger.AssertError(400, "no user", "creator_user_id");
    }

    [Fact]
    public async Task A_workspace_of_another_organization_is_as_unknown_as_one_that_does_not_exist()
    {
        await using var server = await ApiServer.StartAsync();
        var second = await server.PostAsync("/keys", Body(server.World.SecondWorkspace.Id));
        Assert.Equal(
            server.World.SecondWorkspace.Id, second.AssertStatus(201).Data.GetProperty("workspace_id").GetGuid());
        var foreign = await server.PostAsync("/keys", Body(server.World.OtherWorkspace.Id));
        var missing = await server.PostAsync("/keys", Body(Guid.CreateVersion7()));
        foreign.AssertError(400, "no workspace", "workspace_id");
        Assert.Equal(missing.Text, foreign.Text);

        static string Body(Guid workspace) => $$"""{"name":"n","workspace_id":"{{workspace}}"}""";
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("0.000000001", "0.000000001")]
    [InlineData("1e-9", "0.000000001")]
    [InlineData("9000000000", "9000000000")]
    [InlineData("8999999999.999999999", "8999999999.999999999")]
    [InlineData("0.1", "0.1")]
    [InlineData("0.10000000000000000000000000000000", "0.1")]
    [InlineData("123456789.123456789", "123456789.123456789")]
    [InlineData("9e9", "9000000000")]
    [InlineData("25E+1", "250")]
    [InlineData("-0", "0")]
    public async Task Money_keeps_every_digit(string sent, string shown)
    {
        await using var server = await ApiServer.StartAsync();
        var created = await server.PostAsync("/keys", $$"""{"name":"n","limit":{{sent}}}""");
        Assert.Equal(shown, created.AssertStatus(201).Raw("limit"));
        var text = created.Json.GetProperty("key").GetString();
        Assert.Equal(shown, (await server.GetAsync("/key", text)).Raw("limit_remaining"));
    }

    [Theory]
    [InlineData("""{}""", "name", "is required")]
    [InlineData("""{"name":null}""", "name", "1 to 200")]
    [InlineData("""{"name":""}""", "name", "1 to 200")]
    [InlineData("""{"name":"  "}""", "name", "1 to 200")]
    [InlineData("""{"name":7}""", "name", "1 to 200")]
    [InlineData("""{"name":"a\u0000b"}""", "name", "control characters")]
    [InlineData("""{"name":"\ud800"}""", "name", "must be a text")]
    [InlineData("""{"name":"n","limit":-0.01}""", "limit", "number of dollars")]
    [InlineData("""{"name":"n","limit":"5"}""", "limit", "number of dollars")]
    [InlineData("""{"name":"n","limit":0.0000000001}""", "limit", "nine decimals")]
    [InlineData("""{"name":"n","limit":9.9999999999999999999999e-10}""", "limit", "nine decimals")]
    [InlineData("""{"name":"n","limit":1.0000000000000000000000000000001}""", "limit", "nine decimals")]
    [InlineData("""{"name":"n","limit":1e-400}""", "limit", "nine decimals")]
    [InlineData("""{"name":"n","limit":1e99999999999}""", "limit", "9000000000")]
    [InlineData("""{"name":"n","limit":9000000000.000000001}""", "limit", "9000000000")]
    [InlineData("""{"name":"n","limit_reset":"yearly"}""", "limit_reset", "daily")]
    [InlineData("""{"name":"n","limit_reset":""}""", "limit_reset", "daily")]
    [InlineData("""{"name":"n","limit_reset":1}""", "limit_reset", "daily")]
    [InlineData("""{"name":"n","expires_at":"2026-03-11T12:00:00Z"}""", "expires_at", "future")]
    [InlineData("""{"name":"n","expires_at":"2030-01-01"}""", "expires_at", "seconds and zone")]
    [InlineData("""{"name":"n","expires_at":"2030-01-01T00:00Z"}""", "expires_at", "seconds and zone")]
    [InlineData("""{"name":"n","expires_at":"2030-01-01T00:00:00"}""", "expires_at", "seconds and zone")]
    [InlineData("""{"name":"n","expires_at":1893456000}""", "expires_at", "seconds and zone")]
    [InlineData("""{"name":"n","include_byok_in_limit":"yes"}""", "include_byok_in_limit", "true or false")]
    [InlineData("""{"name":"n","is_management_key":1}""", "is_management_key", "true or false")]
    [InlineData("""{"name":"n","workspace_id":"default"}""", "workspace_id", "UUID")]
    [InlineData("""{"name":"n","creator_user_id":"user_1"}""", "creator_user_id", "UUID")]
    [InlineData("""{"name":"n","colour":"red"}""", "colour", "not a member")]
    [InlineData("""{"name":"n","Limit":5}""", "Limit", "not a member")]
    public async Task A_bad_member_is_named_and_nothing_is_made(string body, string param, string message)
    {
        await using var server = await ApiServer.StartAsync();
        (await server.PostAsync("/keys", body)).AssertError(400, message, param);
        Assert.Empty((await server.GetAsync("/keys")).Names);
    }

    [Fact]
    public async Task A_name_has_at_most_200_characters()
    {
        await using var server = await ApiServer.StartAsync();
        (await server.PostAsync("/keys", $$"""{"name":"{{new string('x', 200)}}"}""")).AssertStatus(201);
        (await server.PostAsync("/keys", $$"""{"name":"{{new string('x', 201)}}"}""")).AssertError(400, "200", "name");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"name\"")]
    [InlineData("{\"name\":\"n\",}")]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}")]
    [InlineData("{\"name\":\"n\"} {}")]
    public async Task A_body_that_is_no_object_is_refused(string body)
    {
        await using var server = await ApiServer.StartAsync();
        (await server.PostAsync("/keys", body)).AssertError(400, "one JSON object");
    }

    [Fact]
    public async Task A_body_that_is_not_utf8_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys")
        {
            Content = new ByteArrayContent([.. "{\"name\":\""u8, 0xFF, .. "\"}"u8]),
        };
        request.Headers.Add("Authorization", $"Bearer {World.Master}");
        (await server.SendAsync(request)).AssertError(400, "UTF-8");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_above_64_KiB_is_too_large(bool chunked)
    {
        await using var server = await ApiServer.StartAsync();
        var atLimit = """{"name":"n"}""".PadRight(64 * 1024);
        (await PostAsync(atLimit)).AssertStatus(201);
        (await PostAsync(atLimit + " ")).AssertError(413, "65536");

        async Task<Answer> PostAsync(string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys") { Content = new StringContent(body) };
            request.Headers.Add("Authorization", $"Bearer {World.Master}");
            request.Headers.TransferEncodingChunked = chunked;
            return await server.SendAsync(request);
        }
    }
}
