using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public abstract class OutageCompliance(TestDatabase database) : StorageCompliance(database)
{
    [Fact]
    public async Task After_an_outage_the_books_hold_what_was_acknowledged_in_it_and_what_comes_later()
    {
        var before = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(before);
        Assert.True(await Storage.CanWriteAsync(Token));

        await Database.BeginOutageAsync(Storage);
        // More than one page's worth, so that a full file cannot take them.
        var during = Enumerable.Range(0, 100).Select(_ => Samples.Settlement(Now)).ToList();
        var acknowledged = await SettleInOutageAsync(during);
        await Database.EndOutageAsync(Storage);
        Assert.True(await Storage.CanWriteAsync(Token));
        await Storage.Settlements.SettleAsync(during[0]);
        await Storage.Settlements.SettleAsync(before);
        Assert.Equal(Math.Max(acknowledged, 1) + 1, (await Storage.Ledger.GetTotalsAsync(Token)).Generations);
        await AssertBooksAreRightAsync();
    }

    /// <summary>Settles while the database takes nothing. Returns how many were acknowledged.</summary>
    protected virtual async Task<int> SettleInOutageAsync(IReadOnlyList<Settlement> settlements)
    {
        foreach (var wait in settlements.Select(settlement => Storage.Settlements.SettleAsync(settlement).AsTask()).ToList())
        {
            var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() => wait);
            Assert.NotNull(failure.InnerException);
        }

        return 0;
    }

    [Fact]
    public async Task After_closing_every_store_says_unavailable()
    {
        var closed = await Database.OpenAsync(exclusive: false);
        await closed.DisposeAsync();
        await closed.DisposeAsync();

        await Assert.ThrowsAsync<StorageUnavailableException>(
            async () => await closed.Settlements.SettleAsync(Samples.Settlement(Now)));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => closed.OpenHolds.ListAsync(Token));
        Assert.False(await closed.CanWriteAsync(Token));
    }
}
