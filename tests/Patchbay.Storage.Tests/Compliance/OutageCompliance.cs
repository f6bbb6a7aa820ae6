using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public abstract class OutageCompliance(TestDatabase database) : StorageCompliance(database)
{
    [Fact]
    public async Task A_settlement_during_an_outage_fails_and_a_later_one_succeeds()
    {
        var before = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(before);
        Assert.True(await Storage.CanWriteAsync(Token));

        await Database.BeginOutageAsync(Storage);
        // More than one page's worth, so that a full file cannot take them.
        var during = Enumerable.Range(0, 100).Select(_ => Samples.Settlement(Now)).ToList();
        foreach (var wait in during.Select(settlement => Storage.Settlements.SettleAsync(settlement).AsTask()).ToList())
        {
            var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() => wait);
            Assert.NotNull(failure.InnerException);
        }

        await Database.EndOutageAsync(Storage);
        Assert.True(await Storage.CanWriteAsync(Token));
        await Storage.Settlements.SettleAsync(during[0]);
        await Storage.Settlements.SettleAsync(before);
        Assert.Equal(2, (await Storage.Ledger.GetTotalsAsync(Token)).Generations);
        await AssertBooksAreRightAsync();
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
