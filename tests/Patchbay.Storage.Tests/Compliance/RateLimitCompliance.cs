using Patchbay.Billing;

namespace Patchbay.Storage.Tests;

public abstract class RateLimitCompliance(TestDatabase database) : StorageCompliance(database)
{
    private static readonly RateLimit Limit = new(new BudgetScope(BudgetLevel.Key, Samples.Key))
    {
        RequestsPerMinute = 20,
        TokensPerMinute = 40_000_000_000,
        Concurrency = 3,
        Priority = -2,
    };

    [Fact]
    public async Task A_rate_limit_is_kept_replaced_and_removed()
    {
        var common = new RateLimit(new BudgetScope(BudgetLevel.Organization, RateLimit.Everyone)) { Concurrency = 100 };
        await Storage.RateLimits.SetAsync(Limit with { RequestsPerMinute = 1 }, Token);
        await Storage.RateLimits.SetAsync(Limit, Token);
        await Storage.RateLimits.SetAsync(common, Token);
        Assert.Equal([common, Limit], await Storage.RateLimits.ListAsync(Token));

        await Storage.RateLimits.SetAsync(new RateLimit(Limit.Scope), Token);
        Assert.Equal([common], await Storage.RateLimits.ListAsync(Token));
    }

    [Fact]
    public async Task Of_many_at_once_as_many_are_let_through_as_the_limit_allows()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 200)
            .Select(_ => Task.Run(() => Storage.RateWindows.TryTakeAsync("requests:k", 1, 30, Token).AsTask())));
        Assert.Equal(30, results.Count(result => result.IsTaken));
        Assert.All(results.Where(result => !result.IsTaken), refused =>
            Assert.InRange(refused.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(62)));
    }

    [Fact]
    public async Task What_was_used_beyond_an_estimate_counts_and_what_was_not_used_does_not()
    {
        var windows = Storage.RateWindows;
        Assert.True((await windows.TryTakeAsync("tokens:k", 600, 1000, Token)).IsTaken);
        Assert.False((await windows.TryTakeAsync("tokens:k", 600, 1000, Token)).IsTaken);
        windows.Adjust("tokens:k", -500);
        Assert.True((await windows.TryTakeAsync("tokens:k", 600, 1000, Token)).IsTaken);
        windows.Adjust("tokens:k", 5000);
        Assert.False((await windows.TryTakeAsync("tokens:k", 1, 1000, Token)).IsTaken);
        Assert.Equal(TimeSpan.MaxValue, (await windows.TryTakeAsync("tokens:k", 1001, 1000, Token)).RetryAfter);
    }
}
