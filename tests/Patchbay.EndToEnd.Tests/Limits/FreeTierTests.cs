using System.Globalization;
using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Limits;

public sealed class FreeMinuteTests(FreeTierWorld world) : IClassFixture<FreeTierWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_200_requests_at_once_exactly_20_are_admitted_over_all_keys_routes_and_models_and_failures_count()
    {
        using var first = await TestKey.CreateAsync(world.World, Token);
        using var second = await TestKey.CreateAsync(world.World, Token);
        string[] paths = ["/api/v1/chat/completions", "/v1/chat/completions"];
        string[] models = ["test/gift:free", "test/other-gift:free", "test/torn-gift:free"];
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? first : second).Api.PostAsync(
            paths[i / 2 % 2], ApiClient.Chat(models[i / 4 % 3], stream: false), Token)));
        var stream = await first.Api.StreamAsync("test/gift:free", Token);

        Assert.Equal(20, answers.Count(a => a.Status is 200 or 502));
        Assert.Contains(answers, a => a.Status == 502);
        var refused = answers.Where(a => a.Status == 429).ToArray();
        Assert.Equal(180, refused.Length);
        Assert.Equal(429, stream.Status);
        Assert.All(refused, a =>
        {
            Assert.StartsWith("Rate limit exceeded: free-models-per-min.", a.ErrorMessage, StringComparison.Ordinal);
            Assert.Equal(("20", "0"), (a.Header("X-RateLimit-Limit"), a.Header("X-RateLimit-Remaining")));
            Assert.InRange(int.Parse(a.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 62);
            var headers = a.Json.GetProperty("error").GetProperty("metadata").GetProperty("headers");
            Assert.Equal(a.Header("X-RateLimit-Reset"), headers.GetProperty("X-RateLimit-Reset").GetString());
        });
        Assert.Equal(20, (await FreeDayTests.RequestsAsync(first)).GetProperty("used").GetInt32());

        // A model that has a price is another matter.
        Assert.Equal(402, (await first.Api.ChatAsync("test/paid", Token)).Status);
    }
}

public sealed class FreeDayTests(FreeDayWorld world) : IClassFixture<FreeDayWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_days_requests_are_exact_through_purchases_restarts_and_debts()
    {
        using var key = await TestKey.CreateAsync(world.World, Token);
        Assert.True((await key.ReadAsync(Token)).GetProperty("is_free_tier").GetBoolean());

        var answers = await AskAsync(key, 200);
        Assert.Equal((50, 150), (answers.Count(a => a.Status == 200), answers.Count(a => a.Status == 429)));
        var refused = answers.First(a => a.Status == 429);
        Assert.StartsWith("Rate limit exceeded: free-models-per-day.", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("Buy 10 credits for 60 a day", refused.ErrorMessage, StringComparison.Ordinal);
        var reset = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(refused.Header("X-RateLimit-Reset")!, CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.Zero, reset.TimeOfDay);
        Assert.InRange(reset - TimeProvider.System.GetUtcNow(), TimeSpan.Zero, TimeSpan.FromDays(1));
        Assert.Equal("{\"limit\":50,\"used\":50,\"remaining\":0}", (await RequestsAsync(key)).GetRawText());

        // An orderly restart forgets nothing.
        await world.World.Server.DisposeAsync();
        await world.World.StartServerAsync(Token);
        key.Reconnect();
        Assert.All(await AskAsync(key, 20), a => Assert.Equal(429, a.Status));

        // Whoever buys has more at once; with the day used up a request goes to the model that it names besides.
        await world.BuyAsync("first", 10);
        await Until.TrueAsync(async () => (await key.Api.ChatAsync("test/paid", Token)).Status == 200, Token);
        var more = 0;
        await Until.TrueAsync(async () => (more += (await AskAsync(key, 20)).Count(a => a.Status == 200)) == 10, Token);
        Assert.All(await AskAsync(key, 20), a => Assert.Equal(429, a.Status));
        var other = await key.Api.ChatAsync("test/gift:free", Token, "\"models\":[\"test/gift:free\",\"test/paid\"]");
        Assert.True(other.Status == 200, other.Body);
        Assert.Equal(33_000, TestKey.CostOf(other));
        Assert.Equal("{\"limit\":60,\"used\":60,\"remaining\":0}", (await RequestsAsync(key)).GetRawText());
        Assert.False((await key.ReadAsync(Token)).GetProperty("is_free_tier").GetBoolean());

        // A payment that was taken back after it was used: nothing more, for free models neither.
        await world.OrderAsync(async (organization, storage) => new ReversalOrder(
            organization, "back", "test", (await storage.Credits.FindAsync("stripe", "first", Token))!.Id, Money.FromDollars(10), "back"));
        await Until.TrueAsync(async () => (await key.Api.ChatAsync("test/gift:free", Token)).Status == 402, Token);
        Assert.Contains(
            "credits are negative", (await key.Api.ChatAsync("test/gift:free", Token)).ErrorMessage, StringComparison.Ordinal);
        await world.AssertBooksAreRightAsync(Token);
    }

    internal static async Task<JsonElement> RequestsAsync(TestKey key) =>
        (await key.ReadAsync(Token)).GetProperty("free_model_daily_requests");

    private static Task<ApiResponse[]> AskAsync(TestKey key, int times) =>
        Task.WhenAll(Enumerable.Range(0, times).Select(_ => key.Api.ChatAsync("test/gift:free", Token)));
}

public sealed class FreeCrashTests(FreeDayWorld world) : IClassFixture<FreeDayWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crash_changes_a_days_count_by_no_more_than_ten()
    {
        using var key = await TestKey.CreateAsync(world.World, Token);
        for (var i = 0; i < 23; i++)
        {
            Assert.Equal(200, (await key.Api.ChatAsync("test/gift:free", Token)).Status);
        }

        await world.World.Server.KillAsync();
        await world.World.StartServerAsync(Token);
        key.Reconnect();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => key.Api.ChatAsync("test/gift:free", Token)));
        Assert.InRange(23 + answers.Count(a => a.Status == 200), 40, 60);
    }
}
