namespace Patchbay.Storage.Tests;

public abstract class CounterCompliance(TestDatabase database) : StorageCompliance(database)
{
    protected static readonly DateTimeOffset Day = new(2026, 3, 18, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    public async Task Of_200_at_once_exactly_as_many_count_as_the_limit_says(int limit)
    {
        Assert.Equal(limit, await CountAsync(limit, 200));
        Assert.Equal(limit, await Storage.Counters.ReadAsync("free:x", Day, Token));
        Assert.Equal((false, 0), Of(await Storage.Counters.TryTakeAsync("free:x", Day, 1, limit, Token)));
        Assert.Equal((true, 3), Of(await Storage.Counters.TryTakeAsync("free:x", Day, 1, limit + 4, Token)));
    }

    [Fact]
    public async Task Names_and_windows_are_counted_apart()
    {
        Assert.Equal(0, await Storage.Counters.ReadAsync("free:x", Day, Token));
        Assert.Equal((true, 1), Of(await Storage.Counters.TryTakeAsync("free:x", Day, 1, 2, Token)));
        Assert.Equal((true, 1), Of(await Storage.Counters.TryTakeAsync("free:y", Day, 1, 2, Token)));
        Assert.Equal((true, 1), Of(await Storage.Counters.TryTakeAsync("free:x", Day.AddDays(1), 1, 2, Token)));
        Assert.Equal(1, await Storage.Counters.ReadAsync("free:x", Day, Token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    public async Task After_an_orderly_stop_a_count_goes_on_where_it_was(int before)
    {
        Assert.Equal(before, await CountAsync(50, before));
        await RestartAsync();
        Assert.Equal(before, await Storage.Counters.ReadAsync("free:x", Day, Token));
        Assert.Equal(50 - before, await CountAsync(50, 100));
    }

    [Fact]
    public async Task A_larger_amount_counts_whole_or_not_at_all()
    {
        Assert.Equal((true, 900), Of(await Storage.Counters.TryTakeAsync("tokens", Day, 100, 1000, Token)));
        Assert.Equal((false, 900), Of(await Storage.Counters.TryTakeAsync("tokens", Day, 901, 1000, Token)));
        Assert.Equal((true, 0), Of(await Storage.Counters.TryTakeAsync("tokens", Day, 900, 1000, Token)));
        await RestartAsync();
        Assert.Equal(1000, await Storage.Counters.ReadAsync("tokens", Day, Token));
    }

    protected async Task<int> CountAsync(int limit, int attempts)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, attempts)
            .Select(_ => Task.Run(() => Storage.Counters.TryTakeAsync("free:x", Day, 1, limit, Token).AsTask())));
        return results.Count(static result => result.IsTaken);
    }

    private static (bool, long) Of(Billing.CounterResult result) => (result.IsTaken, result.Left);
}
