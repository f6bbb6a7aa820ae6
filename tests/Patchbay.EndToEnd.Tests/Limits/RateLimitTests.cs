using System.Globalization;
using Patchbay.EndToEnd.Tests.Fusion;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Limits;

public sealed class RateLimitTests(LimitsWorld world) : IClassFixture<LimitsWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("key")]
    [InlineData("workspace")]
    [InlineData("organization")]
    public async Task Exactly_as_many_requests_a_minute_as_the_limit_says_and_the_others_are_told_when_to_come_back(string level)
    {
        using var key = await TestKey.CreateAsync(world.World, Token);
        var scope = await world.ScopeAsync(level, key);
        await world.LimitAsync(scope, "{\"requests_per_minute\":3}");
        var before = TimeProvider.System.GetUtcNow();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => key.Api.ChatAsync("test/plain", Token)));
        var stream = await key.Api.StreamAsync("test/plain", Token);
        await world.FreeAsync(scope);

        Assert.Equal((3, 17), (answers.Count(a => a.Status == 200), answers.Count(a => a.Status == 429)));
        Assert.All(answers.Where(a => a.Status == 200), a => Assert.Null(a.Header("X-RateLimit-Limit")));
        foreach (var refused in answers.Where(a => a.Status == 429))
        {
            AssertRefused(refused, level, 3, 0, before);
            Assert.Contains($"this {level} may send 3 requests a minute", refused.ErrorMessage, StringComparison.Ordinal);
        }

        Assert.Equal(429, stream.Status);
        Assert.True(stream.Headers.Contains("X-RateLimit-Reset"), stream.Raw);
        Assert.Equal(200, (await key.Api.ChatAsync("test/plain", Token)).Status);
    }

    [Fact]
    public async Task Tokens_are_reserved_while_a_request_runs_and_counted_as_used_afterwards()
    {
        using var key = await world.CreateKeyAsync("{\"tokens_per_minute\":100}");
        var before = TimeProvider.System.GetUtcNow();
        var never = await key.Api.ChatAsync("test/plain", Token, "\"max_tokens\":101");
        AssertRefused(never, "key", 100, 100, before);
        Assert.Contains("This request alone asks for more", never.ErrorMessage, StringComparison.Ordinal);

        // "Hello" and 60 more, twice at the same time, are too many; 21 are used.
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => key.Api.ChatAsync("test/late", Token, "\"max_tokens\":60")));
        Assert.Equal([200, 429], both.Select(a => a.Status).Order());
        await Until.TrueAsync(async () => (await key.Api.ChatAsync("test/plain", Token, "\"max_tokens\":60")).Status == 200, Token);

        // Now 42 are used, so that 61 have no room: also after the request of which they were reserved has ended.
        await Until.TrueAsync(
            async () => await key.Api.ChatAsync("test/plain", Token, "\"max_tokens\":60") is { Status: 429 } refused
                && refused.Header("X-RateLimit-Remaining") == "58",
            Token);
        Assert.Equal(200, (await key.Api.ChatAsync("test/plain", Token, "\"max_tokens\":50")).Status);
    }

    [Fact]
    public async Task A_turn_comes_back_however_a_request_ends()
    {
        using var key = await world.CreateKeyAsync("{\"concurrency\":1}");
        var before = TimeProvider.System.GetUtcNow();
        (string Name, Func<Task> Run)[] endings =
        [
            ("answer", async () => Assert.Equal(200, (await key.Api.ChatAsync("test/plain", Token)).Status)),
            ("stream", async () => Assert.True((await key.Api.StreamAsync("test/plain", Token)).EndsWithDone)),
            ("refused by the provider", async () => Assert.Equal(400, (await key.Api.ChatAsync("test/broken", Token)).Status)),
            ("unknown model", async () => Assert.Equal(400, (await key.Api.ChatAsync("test/none", Token)).Status)),
            ("cut stream", async () => Assert.NotNull((await key.Api.StreamAsync("test/cut", Token)).Error)),
            ("caller leaves a stream", async () => Assert.Single((await key.Api.StreamAsync("test/slow", Token, stopAfter: 1)).Events)),
            ("caller leaves before the answer", LeaveAsync),
            ("fallback", async () => Assert.Equal(200, (await key.Api.ChatAsync("test/falls", Token)).Status)),
        ];
        foreach (var (name, run) in endings)
        {
            await run();
            var came = 0;
            await Until.TrueAsync(async () => ++came > 0 && (await key.Api.ChatAsync("test/plain", Token)).Status == 200, Token);
            Assert.True(came > 0, name);
            await Until.TrueAsync(async () => (await ProbeAsync()).Status == 200, Token);
        }

        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var calls = world.World.Simulator.Log.Counters.Requests;
        var running = key.Api.StreamAsync("test/slow", leave.Token);
        await Until.TrueAsync(() => world.World.Simulator.Log.Counters.Requests > calls, Token);
        var refused = await key.Api.ChatAsync("test/plain", Token);
        AssertRefused(refused, "key", 1, 0, before);
        Assert.Contains("1 request at a time", refused.ErrorMessage, StringComparison.Ordinal);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Task<ApiResponse> ProbeAsync() => key.Api.ChatAsync("test/plain", Token);

        async Task LeaveAsync()
        {
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var seen = world.World.Simulator.Log.Counters.Requests;
            var waiting = key.Api.ChatAsync("test/late", soon.Token);
            await Until.TrueAsync(() => world.World.Simulator.Log.Counters.Requests > seen, Token);
            await soon.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }
    }

    [Fact]
    public async Task What_the_server_does_for_a_request_counts_as_one()
    {
        using var key = await world.CreateKeyAsync("{\"requests_per_minute\":3}");
        Assert.Equal(200, (await key.Api.ChatAsync("test/falls", Token)).Status);
        Assert.Equal(200, (await key.Api.ChatAsync("test/broken", Token, "\"models\":[\"test/broken\",\"test/plain\"]")).Status);
        var fusion = FusionWorld.Ask(["test/plain", "test/other"]);
        var answer = await key.Api.PostAsync("/api/v1/chat/completions", fusion, Token);
        Assert.True(answer.Status == 200, answer.Body);

        // The fourth asks nobody, also where it would ask many.
        var calls = world.World.Simulator.Log.Counters.Requests;
        Assert.Equal(429, (await key.Api.ChatAsync("test/plain", Token)).Status);
        Assert.Equal(429, (await key.Api.PostAsync("/api/v1/chat/completions", fusion, Token)).Status);
        Assert.Equal(429, (await key.Api.ChatAsync("openrouter/bodybuilder", Token, prompt: "Send to test/plain: Hello")).Status);
        Assert.Equal(calls, world.World.Simulator.Log.Counters.Requests);
    }

    [Fact]
    public async Task The_tokens_of_all_parts_of_a_fusion_count()
    {
        using var key = await world.CreateKeyAsync("{\"tokens_per_minute\":4000}");
        var answer = await key.Api.PostAsync("/api/v1/chat/completions", FusionWorld.Ask(["test/plain", "test/other"]), Token);
        Assert.True(answer.Status == 200, answer.Body);
        var used = answer.Json.GetProperty("usage").GetProperty("total_tokens").GetInt32();
        Assert.True(used > 42 + 92, $"{used} tokens of the parts and the answer.");
        var left = (4000 - used).ToString(CultureInfo.InvariantCulture);
        await Until.TrueAsync(
            async () => (await key.Api.ChatAsync("test/plain", Token, "\"max_tokens\":4096")) is { Status: 429 } refused
                && refused.Header("X-RateLimit-Remaining") == left,
            Token);
    }

    private static void AssertRefused(ApiResponse refused, string level, long limit, long remaining, DateTimeOffset before)
    {
        Assert.True(refused.Status == 429, refused.Body);
        var wait = int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture);
        Assert.InRange(wait, 1, 62);
        Assert.Equal(limit.ToString(CultureInfo.InvariantCulture), refused.Header("X-RateLimit-Limit"));
        Assert.Equal(remaining.ToString(CultureInfo.InvariantCulture), refused.Header("X-RateLimit-Remaining"));
        var reset = long.Parse(refused.Header("X-RateLimit-Reset")!, CultureInfo.InvariantCulture);
        var now = TimeProvider.System.GetUtcNow();
        Assert.InRange(reset, before.ToUnixTimeMilliseconds(), now.AddSeconds(63).ToUnixTimeMilliseconds());
        var error = refused.Json.GetProperty("error");
        Assert.Equal(429, error.GetProperty("code").GetInt32());
        var metadata = error.GetProperty("metadata");
        Assert.Equal("rate_limit_exceeded", metadata.GetProperty("error_type").GetString());
        Assert.Equal(level, metadata.GetProperty("limit_source").GetString());
        Assert.Equal(wait, metadata.GetProperty("retry_after").GetInt32());
        foreach (var name in new[] { "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset" })
        {
            Assert.Equal(refused.Header(name), metadata.GetProperty("headers").GetProperty(name).GetString());
        }
    }
}
