using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

public sealed class CreditBookTests : IDisposable
{
    private static readonly Guid Organization = Guid.CreateVersion7();
    private static readonly BudgetScope Scope = new(BudgetLevel.Organization, Organization);

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 3, 11, 12, 0, 0, TimeSpan.Zero));
    private readonly MemoryDatabase _database = new();
    private readonly MemoryLedger _ledger;
    private readonly MemoryCredits _store;
    private readonly HoldBook _holds;
    private readonly CreditBook _book;

    public CreditBookTests()
    {
        _ledger = new MemoryLedger(_database);
        _store = new MemoryCredits(_database, _ledger, _clock);
        _holds = new HoldBook(new MemoryBudgets(_database) { Credits = _store }, _clock, prepaid: true);
        _book = new CreditBook(_store, _holds, _clock);
    }

    public void Dispose() => _store.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_granted_and_bought_can_be_spent_at_once()
    {
        var path = await OpenAsync();
        Assert.Null((await _holds.TryHoldAsync(path, new Money(1), "gen-1")).Hold);
        await GrantAsync(100, null);
        await GrantAsync(50, _clock.GetUtcNow().AddHours(1));
        Assert.Equal(new Money(150), _holds.GetAvailable(path));
    }

    [Fact]
    public async Task What_requests_hold_is_not_refunded_and_what_is_refunded_is_not_spent()
    {
        var path = await OpenAsync();
        var purchase = await BuyAsync(1000);
        await using var hold = (await _holds.TryHoldAsync(path, new Money(400), "gen-1")).Hold!;
        Assert.Equal(CreditStatus.Refused, (await RefundAsync(purchase, 601, "r1")).Status);
        Assert.Equal(new Money(-600), (await RefundAsync(purchase, null, "r2")).Transaction!.Amount);
        Assert.Equal(Money.Zero, _holds.GetAvailable(path));
        Assert.Equal(CreditStatus.Repeated, (await RefundAsync(purchase, 600, "r2")).Status);
        Assert.Equal(new Money(400), _holds.GetTotalHeld());
    }

    [Fact]
    public async Task Refunds_and_requests_at_once_never_give_out_more_than_there_was()
    {
        var path = await OpenAsync();
        var purchase = await BuyAsync(1000);
        var work = Enumerable.Range(0, 40).Select(async i =>
        {
            await Task.Yield();
            if (i % 2 == 0)
            {
                return (await _holds.TryHoldAsync(path, new Money(70), $"gen-{i}")).Hold is null ? 0L : 70L;
            }

            return -((await RefundAsync(purchase, 70, $"r{i}")).Transaction?.Amount.Nanos ?? 0);
        });
        var given = (await Task.WhenAll(work)).Sum();
        Assert.InRange(given, 70, 1000);
        Assert.Equal(1000 - given, _holds.GetAvailable(path).Nanos);
    }

    [Fact]
    public async Task A_promotion_does_not_end_while_a_request_that_began_before_may_need_it()
    {
        var path = await OpenAsync();
        await GrantAsync(100, _clock.GetUtcNow().AddHours(1));
        var hold = (await _holds.TryHoldAsync(path, new Money(60), "gen-1")).Hold!;
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, await _book.ExpireAsync(Token));
        Assert.Equal(Money.Zero, _holds.GetAvailable(path));
        Assert.Equal(0, await _book.ExpireAsync(Token));
        Assert.Null((await _holds.TryHoldAsync(path, new Money(1), "gen-2")).Hold);

        await hold.DisposeAsync();
        Assert.Equal(1, await _book.ExpireAsync(Token));
        Assert.Equal(Money.Zero, _holds.GetAvailable(path));
        Assert.Empty((await _store.GetAccountAsync(Organization, Token)).Lots);
    }

    [Fact]
    public async Task A_request_that_began_after_its_end_does_not_keep_a_promotion_alive()
    {
        var path = await OpenAsync();
        await GrantAsync(100, _clock.GetUtcNow().AddHours(1));
        await GrantAsync(500, null);
        _clock.Advance(TimeSpan.FromHours(1));
        await using var hold = (await _holds.TryHoldAsync(path, new Money(60), "gen-1")).Hold!;
        Assert.Equal(1, await _book.ExpireAsync(Token));
        Assert.Equal(new Money(440), _holds.GetAvailable(path));
    }

    [Fact]
    public async Task A_disputed_account_is_frozen_and_says_so()
    {
        var path = await OpenAsync();
        var purchase = await BuyAsync(1000);
        var dispute = (await _book.ApplyAsync(
            new DisputeOrder(Organization, "d1", "stripe", purchase.Id, new Money(1000), null), Token)).Transaction!;
        Assert.Equal(CreditStanding.Frozen, (await _holds.TryHoldAsync(path, Money.Zero, "gen-1")).Standing);

        var resolve = new ResolveOrder(
            Organization, CreditPlan.ResolutionReference(dispute.Id), "stripe", purchase.Id, dispute.Id, Won: true);
        await _book.ApplyAsync(resolve, Token);
        Assert.Equal(new Money(1000), _holds.GetAvailable(path));
    }

    [Fact]
    public async Task An_account_whose_used_credits_were_taken_back_is_refused_free_models_too()
    {
        var path = await OpenAsync();
        var purchase = await BuyAsync(1000);
        (await _holds.TryHoldAsync(path, new Money(300), "gen-1")).Hold!.Settle(new Money(300), Money.Zero);
        await _ledger.PostAsync(
            [new LedgerEntry(LedgerAccount.Credits(Organization), LedgerAccount.RevenueUsage, 300, "batch:1:0")], Token);
        await _book.ApplyAsync(new ReversalOrder(Organization, "re", "stripe", purchase.Id, new Money(1000), null), Token);
        var refused = await _holds.TryHoldAsync(path, Money.Zero, "gen-2");
        Assert.Equal((null, CreditStanding.Overdrawn), (refused.Hold, refused.Standing));

        await BuyAsync(301);
        Assert.Equal(new Money(1), _holds.GetAvailable(path));
    }

    [Fact]
    public async Task What_another_program_granted_counts_as_soon_as_it_is_followed()
    {
        var path = await OpenAsync();
        var batch = await _book.FollowAsync(0, Token);
        await _store.ApplyAsync(new GrantOrder(Organization, "g", "test", new Money(5), null), Token);
        Assert.Equal(Money.Zero, _holds.GetAvailable(path));
        batch = await _book.FollowAsync(batch, Token);
        Assert.Equal(new Money(5), _holds.GetAvailable(path));
        Assert.Equal(batch, await _book.FollowAsync(batch, Token));
    }

    private ValueTask<BudgetPath> OpenAsync() => _holds.OpenPathAsync(Organization, [Scope], null, Token);

    private Task<CreditOutcome> GrantAsync(long amount, DateTimeOffset? expires) => _book.ApplyAsync(
        new GrantOrder(Organization, $"grant:{Guid.CreateVersion7()}", "test", new Money(amount), expires), Token);

    private async Task<CreditTransaction> BuyAsync(long amount) => (await _book.ApplyAsync(
        new PurchaseOrder(
            Organization, $"buy:{amount}", "stripe", new Money(amount), Money.Zero, "stripe", $"pi_{amount}"),
        Token)).Transaction!;

    private Task<CreditOutcome> RefundAsync(CreditTransaction purchase, long? amount, string reference) => _book.ApplyAsync(
        new RefundOrder(
            Organization, reference, "test", purchase.Id, amount is { } nanos ? new Money(nanos) : null, TimeSpan.FromHours(24)),
        Token);
}
