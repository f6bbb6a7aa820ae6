using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public abstract class LedgerCompliance(TestDatabase database) : StorageCompliance(database)
{
    // No account of an organization: what changes those has a transaction, which the audit asks for.
    private const string Test = "expense:test";

    [Fact]
    public async Task A_posting_moves_money_once()
    {
        var grant = new LedgerEntry(LedgerAccount.EquityGrants, Test, 500, "grant:1");
        Assert.True(await Storage.Ledger.PostAsync([grant], Token));
        Assert.False(await Storage.Ledger.PostAsync([grant], Token));

        Assert.Equal(500, (await Storage.Ledger.GetBalanceAsync(Test, Token)).Nanos);
        Assert.Equal(-500, (await Storage.Ledger.GetBalanceAsync(LedgerAccount.EquityGrants, Token)).Nanos);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_posting_with_one_known_reference_posts_nothing()
    {
        await Storage.Ledger.PostAsync([new LedgerEntry(LedgerAccount.EquityGrants, Test, 500, "grant:1")], Token);
        Assert.False(await Storage.Ledger.PostAsync(
            [
                new LedgerEntry(LedgerAccount.EquityGrants, Test, 7, "grant:2"),
                new LedgerEntry(LedgerAccount.EquityGrants, Test, 500, "grant:1"),
            ],
            Token));

        Assert.Equal(500, (await Storage.Ledger.GetBalanceAsync(Test, Token)).Nanos);
        Assert.Equal(1, (await Storage.Ledger.GetTotalsAsync(Token)).Entries);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task The_same_posting_in_parallel_posts_once()
    {
        var grant = new LedgerEntry(LedgerAccount.EquityGrants, Test, 500, "grant:1");
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Storage.Ledger.PostAsync([grant], Token)));
        Assert.Single(results, posted => posted);
        Assert.Equal(500, (await Storage.Ledger.GetBalanceAsync(Test, Token)).Nanos);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task An_amount_must_be_more_than_zero(long amount)
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Storage.Ledger.PostAsync(
            [new LedgerEntry(LedgerAccount.EquityGrants, Test, amount, "grant:1")], Token));
        Assert.Equal(0, (await Storage.Ledger.GetTotalsAsync(Token)).Entries);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_command_beside_the_server_posts_into_the_same_chain()
    {
        await using var beside = await Database.OpenAsync(exclusive: false);
        var work = new List<Task>();
        for (var i = 0; i < 20; i++)
        {
            work.Add(Storage.Settlements.SettleAsync(Samples.Settlement(Now, 10)).AsTask());
            work.Add(beside.Credits.ApplyAsync(
                new GrantOrder(Samples.Organization, $"grant:{i}", "test", new Money(100), null), Token));
        }

        await Task.WhenAll(work);
        Assert.Equal((20 * 100) - (20 * 10), (await Storage.Ledger.GetBalanceAsync(LedgerAccount.Credits(Samples.Organization), Token)).Nanos);
        await AssertBooksAreRightAsync();
        Assert.Empty(await beside.Ledger.AuditAsync(Token));
    }

    [Fact]
    public async Task An_account_without_entries_has_no_balance()
    {
        Assert.Equal(0, (await Storage.Ledger.GetBalanceAsync("nobody", Token)).Nanos);
    }
}
