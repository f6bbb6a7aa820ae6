using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Storage.Tests;

public abstract class PaymentCompliance(TestDatabase database) : StorageCompliance(database)
{
    private static readonly Guid Organization = Guid.CreateVersion7();
    private static readonly TopUpRule Rule = new(true, Money.FromDollars(5), Money.FromDollars(10), Money.FromDollars(25));

    private IPaymentStore Payments => Storage.Payments;

    private DateTimeOffset Day => new(Now.UtcDateTime.Date, TimeSpan.Zero);

    [Fact]
    public async Task A_payment_is_read_back_with_all_its_parts_also_after_a_restart()
    {
        var payment = NewPayment("a") with
        {
            CheckoutId = "cs_1",
            Url = "https://pay.example/cs_1",
            PaymentId = "pi_1",
            SavesCard = true,
            Buyer = new Buyer("Zoë", "a@b", "1", "", "2", "Łódź", "", "PL", "PL1"),
            State = PaymentState.Open,
            Problem = "slow",
        };
        Assert.Equal(payment, await Payments.AddAsync(payment, Token));

        await RestartAsync();

        Assert.Equal(payment, await Payments.FindAsync(payment.Id, Token));
        Assert.Equal(payment, await Payments.FindAsync("stripe", "cs_1", null, Token));
        Assert.Equal(payment, await Payments.FindAsync("stripe", null, "pi_1", Token));
        Assert.Null(await Payments.FindAsync("crypto", "cs_1", "pi_1", Token));
        Assert.Null(await Payments.FindAsync("stripe", null, null, Token));
        Assert.Equal([payment], await Payments.ListAsync(Organization, 0, 10, Token));
        Assert.Equal([payment], await Payments.ListOpenAsync("stripe", Now.AddDays(-1), Token));
        Assert.Empty(await Payments.ListOpenAsync("stripe", Now.AddDays(1), Token));
    }

    [Fact]
    public async Task The_same_reference_makes_one_payment()
    {
        var first = NewPayment("same");

        await Payments.AddAsync(first, Token);

        Assert.Equal(first, await Payments.AddAsync(NewPayment("same"), Token));
        Assert.Single(await Payments.ListAsync(Organization, 0, 10, Token));
    }

    [Fact]
    public async Task What_was_paid_stays_paid_and_ids_that_are_known_stay()
    {
        var payment = await Payments.AddAsync(NewPayment("b"), Token);
        await Payments.UpdateAsync(payment with { State = PaymentState.Failed, Problem = "declined" }, Token);
        Assert.Equal("declined", (await Payments.FindAsync(payment.Id, Token))!.Problem);

        await Payments.UpdateAsync(payment with { State = PaymentState.Paid, CheckoutId = "cs_b", PaymentId = "pi_b" }, Token);
        await Payments.UpdateAsync(
            payment with { State = PaymentState.Refused, CheckoutId = "cs_x", PaymentId = "pi_x", Problem = "late" }, Token);

        var found = (await Payments.FindAsync(payment.Id, Token))!;
        Assert.Equal((PaymentState.Paid, "cs_b", "pi_b", null), (found.State, found.CheckoutId, found.PaymentId, found.Problem));
    }

    [Fact]
    public async Task Of_many_that_begin_an_automatic_payment_at_once_one_does()
    {
        await PrepareAsync();

        var begun = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            i => Payments.TryBeginTopUpAsync(NewTopUp($"t{i}"), 1, Day, Token)));

        Assert.Single(begun, one => one);
        var account = Assert.Single(await Payments.ListTopUpsAsync(Token));
        Assert.Equal(1, account.TopUp.Sequence);
        var payment = Assert.Single(await Payments.ListAsync(Organization, 0, 100, Token));
        Assert.Equal(payment.Id, account.TopUp.PendingId);
    }

    [Fact]
    public async Task A_number_is_given_out_once_and_the_days_sum_stays_within_the_cap()
    {
        await PrepareAsync();
        foreach (var number in (long[])[1, 2])
        {
            var payment = NewTopUp($"n{number}");
            Assert.True(await Payments.TryBeginTopUpAsync(payment, number, Day, Token));
            Assert.False(await Payments.TryBeginTopUpAsync(NewTopUp($"m{number}"), number + 1, Day, Token));
            await Payments.UpdateAsync(payment with { State = PaymentState.Paid }, Token);
            await Payments.EndTopUpAsync(Organization, payment.Id, new TopUpEnd(0, null, null, false), Token);
            Assert.False(await Payments.TryBeginTopUpAsync(NewTopUp($"o{number}"), number, Day, Token));
        }

        Assert.False(await Payments.TryBeginTopUpAsync(NewTopUp("third"), 3, Day, Token));
        Assert.True(await Payments.TryBeginTopUpAsync(NewTopUp("tomorrow"), 3, Day.AddDays(1), Token));
    }

    [Fact]
    public async Task A_failure_is_counted_does_not_fill_the_day_and_can_switch_off()
    {
        await PrepareAsync();
        var first = NewTopUp("f1");
        Assert.True(await Payments.TryBeginTopUpAsync(first, 1, Day, Token));
        await Payments.UpdateAsync(first with { State = PaymentState.Failed }, Token);
        await Payments.EndTopUpAsync(Organization, Guid.CreateVersion7(), new TopUpEnd(9, "not this one", null, true), Token);
        await Payments.EndTopUpAsync(Organization, first.Id, new TopUpEnd(1, "declined", Now.AddHours(1), false), Token);
        var state = (await Payments.GetAccountAsync(Organization, Token)).TopUp;
        Assert.Equal((true, null, 1, "declined", Now.AddHours(1)),
            (state.Rule.Enabled, state.PendingId, state.Failures, state.Problem, state.NextAt));

        var second = NewTopUp("f2");
        Assert.True(await Payments.TryBeginTopUpAsync(second, 2, Day, Token));
        await Payments.EndTopUpAsync(Organization, second.Id, new TopUpEnd(2, "declined", null, true), Token);

        state = (await Payments.GetAccountAsync(Organization, Token)).TopUp;
        Assert.False(state.Rule.Enabled);
        Assert.False(await Payments.TryBeginTopUpAsync(NewTopUp("f3"), 3, Day, Token));
        await Payments.SetTopUpAsync(Organization, Rule, Token);
        state = (await Payments.GetAccountAsync(Organization, Token)).TopUp;
        Assert.Equal((Rule, 2L, 0, null), (state.Rule, state.Sequence, state.Failures, state.Problem));
    }

    [Fact]
    public async Task A_payer_is_kept_part_by_part()
    {
        Assert.Equal(new PaymentAccount { OrganizationId = Organization }, await Payments.GetAccountAsync(Organization, Token));
        var buyer = new Buyer("A", "", "", "", "", "", "", "DE", "");

        await Payments.SetBuyerAsync(Organization, buyer, Token);
        await Payments.SetCustomerAsync(Organization, "cus_1", Token);
        await Payments.SetCustomerAsync(Organization, "cus_2", Token);
        await Payments.SetCardAsync(Organization, new SavedCard("cus_1", "pm_1", "visa 1"), Token);
        await Payments.PostponeTopUpAsync(Organization, Now.AddMinutes(1), Token);

        var account = await Payments.GetAccountAsync(Organization, Token);
        Assert.Equal((buyer, "cus_1", new SavedCard("cus_1", "pm_1", "visa 1"), Now.AddMinutes(1)),
            (account.Buyer, account.CustomerId, account.Card!, account.TopUp.NextAt!.Value));
        await Payments.SetCardAsync(Organization, null, Token);
        Assert.Null((await Payments.GetAccountAsync(Organization, Token)).Card);
    }

    [Fact]
    public async Task Messages_are_known_per_company_until_they_are_forgotten()
    {
        await Payments.RememberAsync("stripe", "evt_1", "type", "credited", Now, Token);
        await Payments.RememberAsync("stripe", "evt_1", "type", "noted", Now, Token);
        Assert.True(await Payments.IsKnownAsync("stripe", "evt_1", Token));
        Assert.False(await Payments.IsKnownAsync("crypto", "evt_1", Token));
        Assert.Null(await Payments.GetComparedAsync("stripe", Token));

        await Payments.SetComparedAsync("stripe", Now, Now.AddDays(-1), Token);
        Assert.True(await Payments.IsKnownAsync("stripe", "evt_1", Token));
        await Payments.SetComparedAsync("stripe", Now.AddHours(1), Now.AddDays(1), Token);

        Assert.Equal(Now.AddHours(1), await Payments.GetComparedAsync("stripe", Token));
        Assert.False(await Payments.IsKnownAsync("stripe", "evt_1", Token));
    }

    [Fact]
    public async Task A_refund_that_failed_gives_credits_and_fee_back_once()
    {
        var bought = await Storage.Credits.ApplyAsync(
            new PurchaseOrder(Organization, "p", "t", Money.FromDollars(20), Money.FromDollars(2), "stripe", "pi"), Token);
        var reversed = await Storage.Credits.ApplyAsync(
            new ReversalOrder(Organization, "r", "t", bought.Transaction!.Id, Money.FromDollars(21), "re"), Token);
        var id = reversed.Transaction!.Id;
        var failure = new RefundFailureOrder(
            Organization, CreditPlan.FailureReference(id), "t", bought.Transaction.Id, id);

        Assert.Equal(CreditStatus.Posted, (await Storage.Credits.ApplyAsync(failure, Token)).Status);
        Assert.Equal(CreditStatus.Repeated, (await Storage.Credits.ApplyAsync(failure, Token)).Status);

        var account = await Storage.Credits.GetAccountAsync(Organization, Token);
        Assert.Equal((Money.FromDollars(20), Money.FromDollars(20)), (account.Credits, account.Bought));
        Assert.Equal(Money.Zero - Money.FromDollars(22), await Storage.Ledger.GetBalanceAsync("asset:stripe_clearing", Token));
        Assert.Equal(Money.FromDollars(2), await Storage.Ledger.GetBalanceAsync(LedgerAccount.RevenueFees, Token));
        Assert.Equal(3, (await Storage.Credits.ListAboutAsync(bought.Transaction.Id, Organization, Token)).Count);
        await AssertBooksAreRightAsync();
    }

    private async Task PrepareAsync()
    {
        await Payments.SetCardAsync(Organization, new SavedCard("cus", "pm", "visa 1"), Token);
        await Payments.SetTopUpAsync(Organization, Rule, Token);
    }

    private Payment NewTopUp(string reference) => NewPayment(reference) with { Kind = PaymentKind.TopUp };

    private Payment NewPayment(string reference) => new()
    {
        Id = Guid.CreateVersion7(),
        OrganizationId = Organization,
        Gateway = "stripe",
        Kind = PaymentKind.Checkout,
        Amount = Money.FromDollars(10),
        Fee = Money.FromDollars(0.8m),
        Reference = reference,
        CreatedAt = Now,
    };
}
