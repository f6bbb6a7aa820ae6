using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Testing;

namespace Patchbay.Storage.Tests;

/// <summary>Prepaid credits of which two servers have leased slices, while they shrink.</summary>
public sealed class SharedFundsTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly string Credits = LedgerAccount.Credits(Samples.Organization);

    private readonly PostgresTestDatabase _database = new(server);
    private readonly Guid _key = Guid.CreateVersion7();
    private readonly List<Replica> _replicas = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _database.CreateAsync();
        for (var i = 0; i < 2; i++)
        {
            _replicas.Add(await Replica.StartAsync(_database, prepaid: true));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [Fact]
    public async Task What_another_server_has_leased_of_a_promotion_outlives_it_until_it_is_used_or_given_back()
    {
        var end = await PromiseAsync(100_000_000);
        var path = await _replicas[1].OpenAsync(_key);
        var hold = (await _replicas[1].Book.TryHoldAsync(path, new Money(60_000_000), "gen-before")).Hold!;
        await EndedAsync(end);

        Assert.Equal(1, await _replicas[0].Credits.ExpireAsync(Token));
        Assert.Equal(60_000_000, await FundsAsync());
        Assert.False(await _replicas[0].SpendAsync(await _replicas[0].OpenAsync(_key), _key, 1, 1));
        await SettleAsync(_replicas[1], hold, 50_000_000);
        Assert.Equal(10_000_000, await FundsAsync());
        await Until.TrueAsync(async () => await _replicas[0].Credits.ExpireAsync(Token) == 1, Token);

        Assert.Equal(0, await FundsAsync());
        Assert.Equal(0, (await _replicas[0].Storage.Ledger.GetBalanceAsync(Credits, Token)).Nanos);
        Assert.Empty(await _replicas[0].Storage.Ledger.AuditAsync(Token));
    }

    [Fact]
    public async Task Slices_that_nobody_holds_are_asked_back_when_a_promotion_ends()
    {
        var end = await PromiseAsync(100_000_000);

        // All of it is leased by the second server, which then holds nothing. Its database connection tells it.
        var path = await _replicas[1].OpenAsync(_key);
        var hold = (await _replicas[1].Book.TryHoldAsync(path, new Money(100_000_000), "gen-all")).Hold!;
        await EndedAsync(end);
        Assert.Equal(0, await _replicas[0].Credits.ExpireAsync(Token));
        await hold.DisposeAsync();
        await Until.TrueAsync(async () => await _replicas[0].Credits.ExpireAsync(Token) == 1, Token);

        Assert.Equal(0, await FundsAsync());
        Assert.False(await _replicas[1].SpendAsync(path, _key, 1, 1));
        Assert.Empty(await _replicas[0].Storage.Ledger.AuditAsync(Token));
    }

    [Fact]
    public async Task A_promotion_pays_for_what_began_before_its_end_at_another_server_though_there_are_credits_besides()
    {
        var end = await PromiseAsync(100_000_000);
        await GrantAsync(1_000_000_000, null);
        var path = await _replicas[1].OpenAsync(_key);
        var hold = (await _replicas[1].Book.TryHoldAsync(path, new Money(60_000_000), "gen-before")).Hold!;
        await _replicas[1].Storage.OpenHolds.RecordAsync(
            [Samples.Hold(hold.GenerationId, hold.CreatedAt) with { Amount = hold.Amount }], Token);
        await EndedAsync(end);

        Assert.Equal(1, await _replicas[0].Credits.ExpireAsync(Token));
        Assert.Equal(1_060_000_000, await FundsAsync());
        await SettleAsync(_replicas[1], hold, 50_000_000);
        await Until.TrueAsync(async () => await _replicas[0].Credits.ExpireAsync(Token) == 1, Token);

        Assert.Equal(1_000_000_000, await FundsAsync());
        Assert.Equal(1_000_000_000, (await _replicas[0].Storage.Ledger.GetBalanceAsync(Credits, Token)).Nanos);
        Assert.Empty(await _replicas[0].Storage.Ledger.AuditAsync(Token));
    }

    [Fact]
    public async Task All_that_is_unused_of_a_purchase_is_given_back_though_another_server_has_spent_of_it()
    {
        var bought = await _replicas[0].Credits.ApplyAsync(
            new PurchaseOrder(Samples.Organization, "buy", "test", new Money(100_000_000), Money.Zero, "stripe", "pi_1"), Token);
        var first = await _replicas[0].OpenAsync(_key);
        Assert.True(await _replicas[0].SpendAsync(first, _key, 1_000_000, 1_000_000));
        Assert.True(await _replicas[1].SpendAsync(await _replicas[1].OpenAsync(_key), _key, 30_000_000, 30_000_000));

        var refund = await _replicas[0].Credits.ApplyAsync(
            new RefundOrder(Samples.Organization, "refund", "test", bought.Transaction!.Id, null, TimeSpan.FromHours(24)), Token);

        Assert.Equal((CreditStatus.Posted, -69_000_000), (refund.Status, refund.Transaction?.Amount.Nanos ?? 0));
        Assert.False(await _replicas[1].SpendAsync(await _replicas[1].OpenAsync(_key), _key, 1, 1));
        Assert.False(await _replicas[0].SpendAsync(first, _key, 1, 1));
        Assert.Equal(0, await FundsAsync());
        Assert.Empty(await _replicas[0].Storage.Ledger.AuditAsync(Token));
    }

    [Fact]
    public async Task A_server_that_is_given_up_frees_its_slices_and_what_it_settles_of_them_later_is_a_loss()
    {
        await GrantAsync(100_000_000, null);
        var path = await _replicas[1].OpenAsync(_key);
        var hold = (await _replicas[1].Book.TryHoldAsync(path, new Money(60_000_000), "gen-late")).Hold!;
        var roster = _replicas[0].Storage.Nodes!;
        var dead = Assert.Single(await roster.ListAsync(Token), node => node.LeasedCredits == new Money(60_000_000));

        Assert.False(await roster.ForgetAsync(dead.Id, TimeSpan.FromSeconds(30), Token));
        Assert.False(await roster.ForgetAsync(Guid.CreateVersion7(), TimeSpan.Zero, Token));
        Assert.False(await _replicas[0].SpendAsync(await _replicas[0].OpenAsync(_key), _key, 100_000_000, 1));
        await _database.ExecuteAsync($"UPDATE node SET seen_at = seen_at - interval '1 minute' WHERE id = '{dead.Id}'");
        Assert.True(await roster.ForgetAsync(dead.Id, TimeSpan.FromSeconds(30), Token));

        Assert.Equal(0, (await roster.ListAsync(Token)).Single(node => node.Id == dead.Id).Leases);
        Assert.True(await _replicas[0].SpendAsync(await _replicas[0].OpenAsync(_key), _key, 100_000_000, 90_000_000));
        var now = _replicas[1].Clock.GetUtcNow();
        await _replicas[1].Storage.Settlements.SettleAsync(Replica.Of(hold, _key, now, 50_000_000));
        hold.Settle(new Money(50_000_000), Money.Zero, now);
        await Until.TrueAsync(async () => await _database.CountAsync("SELECT count(*) FROM generation") == 2, Token);
        Assert.Equal(10_000_000, await FundsAsync());
        Assert.Equal(-25_000_000, (await _replicas[0].Storage.Ledger.GetBalanceAsync(LedgerAccount.LossCrash, Token)).Nanos);
        Assert.Empty(await _replicas[0].Storage.Ledger.AuditAsync(Token));
    }

    // A promotion that ends in a moment.
    private async Task<DateTimeOffset> PromiseAsync(long amount)
    {
        var end = _replicas[0].Clock.GetUtcNow() + TimeSpan.FromSeconds(1);
        await GrantAsync(amount, end);
        return end;
    }

    private async Task GrantAsync(long amount, DateTimeOffset? end)
    {
        var order = new GrantOrder(Samples.Organization, $"grant:{amount}", "test", new Money(amount), end);
        Assert.Equal(CreditStatus.Posted, (await _replicas[0].Credits.ApplyAsync(order, Token)).Status);
    }

    private Task EndedAsync(DateTimeOffset end) =>
        Until.TrueAsync(() => _replicas[0].Clock.GetUtcNow() > end + CreditBook.WrittenDownWithin + TimeSpan.FromMilliseconds(100), Token);

    private async Task SettleAsync(Replica replica, Hold hold, long charge)
    {
        var now = replica.Clock.GetUtcNow();
        var settlement = Replica.Of(hold, _key, now, charge);
        await replica.Storage.Settlements.SettleAsync(settlement with
        {
            Generation = settlement.Generation with { Id = hold.GenerationId },
            HoldRecorded = true,
        });
        hold.Settle(new Money(charge), Money.Zero, now);
        await Until.TrueAsync(async () => await _database.CountAsync("SELECT coalesce(sum(used_nanos), 0) FROM lease WHERE kind = 4") == charge, Token);
    }

    private async Task<long> FundsAsync() =>
        (await _replicas[0].Storage.Credits.GetAccountAsync(Samples.Organization, Token)).Funds.Nanos;
}
