namespace Patchbay.EndToEnd.Tests;

public sealed class TwoServerTests(TwoServerWorld world) : IClassFixture<TwoServerWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_that_reach_both_servers_at_once_and_out_of_order_make_one_credit()
    {
        var before = await world.BalanceAsync(0);
        var transactions = (await world.TransactionsAsync()).Count;
        var page = await world.OrderAsync("30", "");
        var paid = world.Stripe.Pay(page, later: true);
        var arrived = world.Stripe.Finish(page, arrives: true);
        var refunded = world.Stripe.Refund(page, 1_000);
        var (dispute, disputed) = world.Stripe.Dispute(page, 500);
        var won = world.Stripe.Change(dispute, "won", "charge.dispute.closed");

        var outcomes = await Task.WhenAll(new[] { won, disputed, refunded, arrived, paid }
            .SelectMany(message => Enumerable.Range(0, 6).Select(i => world.DeliverAsync(i % 2, message))));

        Assert.Single(outcomes, outcome => outcome == "credited");
        Assert.DoesNotContain("refused", outcomes);
        var kinds = (await world.TransactionsAsync()).SkipLast(transactions).Select(credit => credit.GetProperty("kind").GetString()!);
        Assert.Equal(["dispute", "dispute_won", "purchase", "reversal"], kinds.Order(StringComparer.Ordinal));
        Assert.Equal(before + 20, await world.BalanceAsync(0));
        await Until.TrueAsync(async () => await world.BalanceAsync(1) == before + 20, Token);
        Assert.Empty(await world.Books.AuditAsync(Token));
        Assert.Empty(world.Stripe.Violations);
    }

    [Fact]
    public async Task Both_servers_top_up_and_the_card_is_charged_once_per_crossing()
    {
        var page = await world.OrderAsync("10", "\"save_card\":true");
        Assert.Equal("credited", await world.DeliverAsync(0, world.Stripe.Pay(page)));
        var before = await world.BalanceAsync(0);
        var transactions = (await world.TransactionsAsync()).Count;
        var charged = world.Stripe.All("pi_").Count;

        for (var crossing = 1; crossing <= 3; crossing++)
        {
            world.Stripe.Fail("POST /v1/payment_intents", StandInFault.CutAfterSuccess, StandInFault.KeyInUse);
            await world.SetTopUpAsync(before + (10 * (crossing - 1)) + 1);
            await Until.TrueAsync(async () => await world.BalanceAsync(crossing % 2) == before + (10 * crossing), Token);
            await Until.TrueAsync(async () => !(await world.ReadTopUpAsync()).GetProperty("is_paying").GetBoolean(), Token);
            Assert.Equal(charged + crossing, world.Stripe.All("pi_").Count);
        }

        Assert.Equal(
            ["purchase", "purchase", "purchase"],
            (await world.TransactionsAsync()).SkipLast(transactions).Select(credit => credit.GetProperty("kind").GetString()!));
        Assert.Empty(await world.Books.AuditAsync(Token));
    }
}
