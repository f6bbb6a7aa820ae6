using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public abstract class CreditCompliance(TestDatabase database) : StorageCompliance(database)
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);
    private static readonly Guid Organization = Samples.Organization;
    private static readonly string Clearing = LedgerAccount.Clearing(LedgerAccount.Stripe);

    [Fact]
    public async Task A_payment_is_credited_once_however_often_and_at_once_it_is_told()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Storage.Credits.ApplyAsync(
            new PurchaseOrder(Organization, $"told:{i % 4}", "stripe", new Money(1000), new Money(55), "stripe", "pi_1"), Token)));

        Assert.Single(outcomes, outcome => outcome.Status == CreditStatus.Posted);
        Assert.Equal(19, outcomes.Count(outcome => outcome.Status == CreditStatus.Repeated));
        Assert.Equal(1000, await FundsAsync());
        Assert.Equal(55, await BalanceAsync(LedgerAccount.RevenueFees));
        Assert.Equal(-1055, await BalanceAsync(Clearing));
        var transaction = Assert.Single(await Storage.Credits.ListAsync(Organization, 0, 10, Token));
        Assert.Equal(outcomes[0].Transaction, transaction);
        Assert.Equal(transaction, await Storage.Credits.FindAsync("stripe", "pi_1", Token));
        Assert.Equal(transaction, await Storage.Credits.FindAsync(transaction.Id, Organization, Token));
        Assert.Null(await Storage.Credits.FindAsync(transaction.Id, Guid.CreateVersion7(), Token));
        Assert.Equal(1000, (await Storage.Credits.GetAccountAsync(Organization, Token)).Bought.Nanos);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task The_same_payment_with_another_amount_is_refused()
    {
        await BuyAsync(1000, "pi_1");
        var outcome = await Storage.Credits.ApplyAsync(
            new PurchaseOrder(Organization, "other", "stripe", new Money(2000), Money.Zero, "stripe", "pi_1"), Token);
        Assert.Equal(CreditStatus.Refused, outcome.Status);
        Assert.Equal(1000, await FundsAsync());
    }

    [Fact]
    public async Task Promotions_pay_first_and_the_first_to_end_before_the_others()
    {
        var late = await GrantAsync(100, Now.AddDays(2));
        var soon = await GrantAsync(50, Now.AddDays(1));
        await BuyAsync(1000, "pi_1");

        await SettleAsync(30);
        Assert.Equal<IEnumerable<long>>([20, 100], await LotsAsync());
        await SettleAsync(40);
        Assert.Equal<IEnumerable<long>>([80], await LotsAsync());
        Assert.Equal(1000, await BalanceAsync(LedgerAccount.Credits(Organization)));
        await SettleAsync(100);
        Assert.Empty(await LotsAsync());
        Assert.Equal(980, await FundsAsync());
        Assert.Equal(170, await BalanceAsync(LedgerAccount.RevenueUsage));
        Assert.NotEqual(late.Id, soon.Id);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task Only_what_is_unused_of_a_purchase_is_refunded_and_the_fee_is_kept()
    {
        var purchase = await BuyAsync(1000, "pi_1");
        await SettleAsync(300);
        Assert.Equal(CreditStatus.Refused, (await RefundAsync(purchase, 701, "r0")).Status);
        Assert.Equal(-600, (await RefundAsync(purchase, 600, "r1")).Transaction!.Amount.Nanos);
        Assert.Equal(CreditStatus.Repeated, (await RefundAsync(purchase, 600, "r1")).Status);
        Assert.Equal(-100, (await RefundAsync(purchase, null, "r2")).Transaction!.Amount.Nanos);
        Assert.Equal(CreditStatus.Refused, (await RefundAsync(purchase, null, "r3")).Status);
        Assert.Equal(0, await FundsAsync());
        Assert.Equal(55, await BalanceAsync(LedgerAccount.RevenueFees));
        Assert.Equal(300, (await Storage.Credits.GetAccountAsync(Organization, Token)).Total.Nanos);
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task After_the_window_and_for_crypto_nothing_is_refunded()
    {
        var card = await BuyAsync(1000, "pi_1");
        var coins = await BuyAsync(1000, "tx_1", LedgerAccount.Crypto);
        Assert.Equal(CreditStatus.Refused, (await RefundAsync(coins, 1, "r1")).Status);
        Database.Clock.Now += Window;
        Assert.Equal(CreditStatus.Posted, (await RefundAsync(card, 1, "r2")).Status);
        Database.Clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal(CreditStatus.Refused, (await RefundAsync(card, 1, "r3")).Status);
    }

    [Fact]
    public async Task Money_that_the_gateway_gave_back_becomes_a_debt_when_it_was_used()
    {
        var purchase = await BuyAsync(1000, "pi_1");
        await SettleAsync(400);
        var order = new ReversalOrder(Organization, "re_1", "stripe", purchase.Id, new Money(1055), "re_1");
        Assert.Equal(CreditStatus.Posted, (await Storage.Credits.ApplyAsync(order, Token)).Status);
        Assert.Equal(CreditStatus.Repeated, (await Storage.Credits.ApplyAsync(order, Token)).Status);
        Assert.Equal(CreditStatus.Refused, (await Storage.Credits.ApplyAsync(
            order with { Reference = "re_2", ExternalId = "re_2", Paid = new Money(1) }, Token)).Status);
        Assert.Equal(-400, await FundsAsync());
        Assert.Equal(0, await BalanceAsync(LedgerAccount.RevenueFees));
        Assert.Equal(0, await BalanceAsync(Clearing));
        Assert.Equal(0, (await Storage.Credits.GetAccountAsync(Organization, Token)).Bought.Nanos);
        Assert.Equal(0, (await Storage.Budgets.GetFundsAsync(Organization, Token)).Nanos);
        await AssertBooksAreRightAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dispute_freezes_until_it_is_decided(bool won)
    {
        var purchase = await BuyAsync(1000, "pi_1");
        await SettleAsync(400);
        var dispute = (await Storage.Credits.ApplyAsync(
            new DisputeOrder(Organization, "dp_1", "stripe", purchase.Id, new Money(1055), "dp_1"), Token)).Transaction!;
        Assert.True((await Storage.Credits.GetAccountAsync(Organization, Token)).IsFrozen);
        Assert.True((await Storage.Budgets.GetFundsAsync(Organization, Token)).Nanos < 0);
        Assert.Equal(600, await FundsAsync());
        Assert.Equal(CreditStatus.Refused, (await RefundAsync(purchase, null, "r1")).Status);
        await AssertBooksAreRightAsync();

        var resolve = new ResolveOrder(
            Organization, CreditPlan.ResolutionReference(dispute.Id), "stripe", purchase.Id, dispute.Id, won);
        Assert.Equal(CreditStatus.Posted, (await Storage.Credits.ApplyAsync(resolve, Token)).Status);
        Assert.Equal(CreditStatus.Repeated, (await Storage.Credits.ApplyAsync(resolve, Token)).Status);
        Assert.Equal(CreditStatus.Refused, (await Storage.Credits.ApplyAsync(resolve with { Won = !won }, Token)).Status);
        Assert.False((await Storage.Credits.GetAccountAsync(Organization, Token)).IsFrozen);
        Assert.Equal(won ? 600 : -400, await FundsAsync());
        Assert.Equal(won ? 55 : 0, await BalanceAsync(LedgerAccount.RevenueFees));
        Assert.Equal(won ? -1055 : 0, await BalanceAsync(Clearing));
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_promotion_ends_but_for_what_is_held()
    {
        var promotion = await GrantAsync(100, Now.AddDays(1));
        Assert.Empty(await Storage.Credits.ListEndedAsync(Now, Token));
        Assert.Equal(CreditStatus.Refused, (await ExpireAsync(promotion, 0, "early")).Status);
        Database.Clock.Now += TimeSpan.FromDays(1);
        var lot = Assert.Single(await Storage.Credits.ListEndedAsync(Now, Token));
        Assert.Equal(
            (promotion.Id, Organization, promotion.ExpiresAt!.Value, new Money(100)),
            (lot.PromotionId, lot.OrganizationId, lot.ExpiresAt, lot.Balance));

        Assert.Equal(-70, (await ExpireAsync(promotion, 30, "first")).Transaction!.Amount.Nanos);
        await SettleAsync(20);
        Assert.Equal<IEnumerable<long>>([10], await LotsAsync());
        Assert.Equal(-10, (await ExpireAsync(promotion, 0, "second")).Transaction!.Amount.Nanos);
        Assert.Equal(0, await FundsAsync());
        Assert.Equal(-20, await BalanceAsync(LedgerAccount.EquityGrants));
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task Who_follows_learns_of_every_change_once()
    {
        var none = await Storage.Credits.ListChangesAsync(0, Token);
        Assert.Empty(none.Organizations);
        await GrantAsync(1, null);
        await GrantAsync(2, null);
        var first = await Storage.Credits.ListChangesAsync(none.BatchId, Token);
        Assert.Equal([Organization], first.Organizations);
        Assert.Empty((await Storage.Credits.ListChangesAsync(first.BatchId, Token)).Organizations);
    }

    [Fact]
    public async Task The_audit_names_promotions_that_were_passed_over_overdrawn_or_ended_too_early()
    {
        await GrantAsync(100, Now.AddDays(1));
        await BuyAsync(1000, "pi_1");
        await SettleAsync(30);
        var lot = (await Storage.Credits.GetAccountAsync(Organization, Token)).Lots[0].Account;
        var credits = LedgerAccount.Credits(Organization);
        await AssertBooksAreRightAsync();

        await AssertNamedAsync($"UPDATE ledger_entry SET debit = '{credits}' WHERE debit = '{lot}'", credits);
        await AssertNamedAsync(
            $"UPDATE ledger_entry SET debit = '{lot}', amount_nanos = 130 WHERE debit = '{credits}' AND credit = 'revenue:usage'", lot);
        await AssertNamedAsync(
            $"UPDATE ledger_entry SET debit = '{lot}' WHERE debit = 'asset:stripe_clearing' AND credit = 'revenue:fees'", lot);
    }

    private async Task AssertNamedAsync(string damage, string account)
    {
        await Database.ExecuteAsync(damage);
        Assert.Contains(
            await Storage.Ledger.AuditAsync(Token),
            finding => finding.Invariant == "I8 promotion" && finding.Subject == account);
    }

    private async Task<CreditTransaction> BuyAsync(long amount, string payment, string gateway = LedgerAccount.Stripe)
    {
        var order = new PurchaseOrder(
            Organization, $"buy:{payment}", gateway, new Money(amount), new Money(55), gateway, payment);
        return (await Storage.Credits.ApplyAsync(order, Token)).Transaction!;
    }

    private async Task<CreditTransaction> GrantAsync(long amount, DateTimeOffset? expires) => (await Storage.Credits.ApplyAsync(
        new GrantOrder(Organization, $"grant:{Guid.CreateVersion7()}", "test", new Money(amount), expires), Token)).Transaction!;

    private Task<CreditOutcome> RefundAsync(CreditTransaction purchase, long? amount, string reference) =>
        Storage.Credits.ApplyAsync(
            new RefundOrder(
                Organization, reference, "test", purchase.Id, amount is { } nanos ? new Money(nanos) : null, Window),
            Token);

    private Task<CreditOutcome> ExpireAsync(CreditTransaction promotion, long held, string reference) =>
        Storage.Credits.ApplyAsync(new ExpiryOrder(Organization, reference, "test", promotion.Id, new Money(held)), Token);

    private async Task SettleAsync(long charge) => await Storage.Settlements.SettleAsync(Samples.Settlement(Now, charge));

    private async Task<long> BalanceAsync(string account) => (await Storage.Ledger.GetBalanceAsync(account, Token)).Nanos;

    private async Task<long> FundsAsync() => (await Storage.Credits.GetAccountAsync(Organization, Token)).Funds.Nanos;

    private async Task<long[]> LotsAsync() =>
        [.. (await Storage.Credits.GetAccountAsync(Organization, Token)).Lots.Select(lot => lot.Balance.Nanos)];
}
