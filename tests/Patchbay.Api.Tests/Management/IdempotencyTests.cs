using System.Text;

namespace Patchbay.Api.Tests;

public sealed class IdempotencyTests
{
    private const string Body = """{"name":"once","limit":5}""";

    [Fact]
    public async Task Fifty_at_once_make_one_key_and_all_who_ask_again_are_told_the_same()
    {
        await using var server = await ApiServer.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => CreateAsync(server, "order-1")));
        var made = answers.Where(answer => answer.Status == 201).ToArray();
        Assert.NotEmpty(made);
        Assert.All(made, answer => Assert.Equal(made[0].Text, answer.Text));
        Assert.All(answers.Except(made), answer =>
        {
            answer.AssertError(409, "still running");
            Assert.Equal(TimeSpan.FromSeconds(1), answer.RetryAfter);
        });

        var again = (await CreateAsync(server, "order-1")).AssertStatus(201);
        Assert.Equal(made[0].Text, again.Text);
        Assert.Single((await server.GetAsync("/keys")).Data.EnumerateArray());
        var text = again.Json.GetProperty("key").GetString()!;
        (await server.GetAsync("/key", text)).AssertStatus(200);
    }

    [Fact]
    public async Task Another_content_or_address_is_refused_and_another_route_is_another_request()
    {
        await using var server = await ApiServer.StartAsync();
        (await CreateAsync(server, "order-1")).AssertStatus(201);
        (await CreateAsync(server, "order-1", """{"name":"twice"}""")).AssertError(422, "another content");
        (await server.SendAsync(HttpMethod.Post, "/credits/grants", World.Master, """{"amount":1}""", "order-1")).AssertStatus(201);
        (await server.SendAsync(HttpMethod.Post, "/credits/grants", World.Master, """{"amount":1}""", "order-1")).AssertStatus(201);
        Assert.Single((await server.GetAsync("/credits/transactions")).Data.EnumerateArray());
    }

    [Fact]
    public async Task After_a_day_the_key_is_free_again()
    {
        await using var server = await ApiServer.StartAsync();
        var first = (await CreateAsync(server, "order-1")).AssertStatus(201);
        server.World.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(first.Text, (await CreateAsync(server, "order-1")).Text);
        server.World.Clock.Advance(TimeSpan.FromHours(2));
        Assert.NotEqual(first.Text, (await CreateAsync(server, "order-1")).AssertStatus(201).Text);
    }

    [Fact]
    public async Task A_process_that_died_before_it_kept_its_answer_leaves_one_effect()
    {
        await using var server = await ApiServer.StartAsync();
        var lost = (await CreateAsync(server, "order-1")).AssertStatus(201);
        var granted = (await GrantAsync(server)).AssertStatus(201);
        var hash = lost.Data.GetProperty("hash").GetString();
        server.World.Idempotency.DieBeforeAnswers();

        var again = (await CreateAsync(server, "order-1")).AssertStatus(201);
        Assert.NotEqual(lost.Text, again.Text);
        Assert.Single((await server.GetAsync("/keys")).Data.EnumerateArray());
        (await server.GetAsync("/keys/" + hash)).AssertStatus(404);
        Assert.Equal(granted.Raw("id"), (await GrantAsync(server)).Raw("id"));
        Assert.Equal("""{"data":{"total_credits":1,"total_usage":0}}""", (await server.GetAsync("/credits")).Text);

        var address = "/keys/" + again.Data.GetProperty("hash").GetString();
        (await server.SendAsync(HttpMethod.Delete, address, World.Master, null, "end")).AssertStatus(200);
        server.World.Idempotency.DieBeforeAnswers();
        (await server.SendAsync(HttpMethod.Delete, address, World.Master, null, "end")).AssertStatus(200);
        (await server.SendAsync(HttpMethod.Delete, address, World.Master, null, "other")).AssertStatus(404);
    }

    [Fact]
    public async Task A_request_that_was_refused_as_malformed_does_not_use_its_key_up()
    {
        await using var server = await ApiServer.StartAsync();
        (await CreateAsync(server, "order-1", """{"limit":5}""")).AssertStatus(400);
        (await CreateAsync(server, "order-1")).AssertStatus(201);
    }

    [Fact]
    public async Task A_database_that_is_away_uses_no_key_up()
    {
        await using var server = await ApiServer.StartAsync();
        (await server.GetAsync("/credits")).AssertStatus(200);
        server.World.Database.IsDown = true;
        (await CreateAsync(server, "order-1")).AssertStatus(503);
        server.World.Database.IsDown = false;
        (await CreateAsync(server, "order-1")).AssertStatus(201);
    }

    [Fact]
    public async Task A_kept_answer_has_no_secret_that_the_database_could_tell_and_only_its_caller_reads_it()
    {
        await using var server = await ApiServer.StartAsync();
        var text = (await CreateAsync(server, "order-1")).Json.GetProperty("key").GetString()!;
        var kept = Assert.Single(server.World.Idempotency.Responses);
        Assert.DoesNotContain(text, Encoding.Latin1.GetString(kept), StringComparison.Ordinal);

        var other = await server.World.AddManagementKeyAsync();
        (await server.SendAsync(HttpMethod.Post, "/keys", other, Body, "order-1")).AssertError(409, "which alone can read");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    public async Task A_malformed_key_is_refused(string key)
    {
        await using var server = await ApiServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys")
        {
            Content = new StringContent(Body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", World.Master);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key.Length == 0 ? new string('x', 256) : key);
        (await server.SendAsync(request)).AssertError(400, "Idempotency-Key");
    }

    private static Task<Answer> CreateAsync(ApiServer server, string key, string body = Body) =>
        server.SendAsync(HttpMethod.Post, "/keys", World.Master, body, key);

    private static Task<Answer> GrantAsync(ApiServer server) =>
        server.SendAsync(HttpMethod.Post, "/credits/grants", World.Master, """{"amount":1}""", "grant-1");
}
