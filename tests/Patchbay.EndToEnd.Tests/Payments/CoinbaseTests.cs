using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Billing;

namespace Patchbay.EndToEnd.Tests;

[Collection<PaymentCollection>]
public sealed class CoinbaseTests(PaymentWorld world)
{
    private const string Crypto = "\"method\":\"crypto\"";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Usdc_buys_credits_once_for_a_fee_of_five_percent()
    {
        var before = await world.BalanceAsync(Token);
        var made = world.Coinbase.Checkouts;
        world.Coinbase.Fail("POST /api/v1/checkouts", StandInFault.CutAfterSuccess);
        var (id, page) = await world.OrderAsync("40", Token, Crypto);
        Assert.Equal(made + 1, world.Coinbase.Checkouts);
        Assert.Equal("42.00", (string?)world.Coinbase.Get(page)["amount"]);
        var message = world.Coinbase.Change(page, "checkout.payment.success", checkout => checkout["status"] = "COMPLETED");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => DeliverAsync(message)));

        Assert.Single(outcomes, outcome => outcome == "credited");
        Assert.Equal(before + 40, await world.BalanceAsync(Token));
        Assert.Equal("paid", (await world.PaymentAsync(id, Token)).GetProperty("status").GetString());
        await world.AssertBooksAreRightAsync(Token);
    }

    [Theory]
    [InlineData("amount")]
    [InlineData("currency")]
    [InlineData("mark")]
    public async Task What_was_paid_must_be_what_was_ordered(string difference)
    {
        var before = await world.BalanceAsync(Token);
        var (id, page) = await world.OrderAsync("40", Token, Crypto);
        var message = world.Coinbase.Change(page, "checkout.payment.success", checkout =>
        {
            checkout["status"] = "COMPLETED";
            switch (difference)
            {
                case "amount": checkout["amount"] = "0.01"; break;
                case "currency": checkout["currency"] = "EUR"; break;
                default: checkout["metadata"]!["patchbay_payment"] = Guid.CreateVersion7().ToString("N"); break;
            }
        });

        Assert.Equal("refused", await DeliverAsync(message));
        Assert.Equal(before, await world.BalanceAsync(Token));
        Assert.Equal("refused", (await world.PaymentAsync(id, Token)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_purchase_with_usdc_is_not_refunded_but_what_the_operator_gives_back_is_booked()
    {
        var before = await world.BalanceAsync(Token);
        var (id, page) = await world.OrderAsync("40", Token, Crypto);
        await DeliverAsync(world.Coinbase.Change(page, "checkout.payment.success", checkout => checkout["status"] = "COMPLETED"));
        var purchase = Assert.Single(await world.TransactionsAsync("purchase", Token),
            credit => credit.GetProperty("reference").GetString() == "purchase:" + id.Replace("-", "", StringComparison.Ordinal));

        var refund = await world.Api.PostAsync(
            $"/api/v1/credits/purchases/{purchase.GetProperty("id").GetString()}/refund", "{}", Token);
        Assert.Equal(409, refund.Status);

        await DeliverAsync(world.Coinbase.Change(page, "checkout.refund.success", checkout =>
        {
            checkout["status"] = "PARTIALLY_REFUNDED";
            checkout["refunds"] = new JsonArray(new JsonObject { ["id"] = "r1", ["amount"] = "15.00", ["status"] = "COMPLETED" });
        }));
        Assert.Equal(before + 25, await world.BalanceAsync(Token));
        await world.AssertBooksAreRightAsync(Token);
    }

    [Fact]
    public async Task Only_signed_messages_of_now_count_and_headers_can_be_signed_too()
    {
        var before = await world.BalanceAsync(Token);
        var (_, page) = await world.OrderAsync("40", Token, Crypto);
        var body = world.Coinbase.Change(page, "checkout.payment.success", checkout => checkout["status"] = "COMPLETED").ToJsonString();

        Assert.Equal(400, (await world.PostCoinbaseAsync(body, null, Token)).Status);
        Assert.Equal(400, (await world.PostCoinbaseAsync(body, Sign(body, "other", "v0"), Token)).Status);
        Assert.Equal(400, (await world.PostCoinbaseAsync(body, Sign(body, PaymentWorld.CoinbaseSecret, "v0", 400), Token)).Status);
        Assert.Equal(400, (await world.PostCoinbaseAsync(body, Sign(body, PaymentWorld.Secret, "v0"), Token)).Status);
        Assert.Equal(before, await world.BalanceAsync(Token));
        Assert.Equal(200, (await world.PostCoinbaseAsync(body, Sign(body, PaymentWorld.CoinbaseSecret, "v1"), Token)).Status);
        Assert.Equal(before + 40, await world.BalanceAsync(Token));
    }

    [Fact]
    public async Task One_companys_message_cannot_complete_an_order_at_the_other()
    {
        var before = await world.BalanceAsync(Token);
        var (_, stripePage) = await world.OrderAsync("40", Token);
        var (_, page) = await world.OrderAsync("40", Token, Crypto);
        var message = world.Coinbase.Change(page, "checkout.payment.success", checkout =>
        {
            checkout["status"] = "COMPLETED";
            checkout["metadata"]!["patchbay_payment"] = (string?)world.Stripe.Get(stripePage)["metadata"]!["patchbay_payment"];
        });

        Assert.Equal("refused", await DeliverAsync(message));
        Assert.Equal(before, await world.BalanceAsync(Token));
    }

    private async Task<string> DeliverAsync(JsonObject message)
    {
        var body = message.ToJsonString();
        var answer = await world.PostCoinbaseAsync(body, Sign(body, PaymentWorld.CoinbaseSecret, "v0"), Token);
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json.GetProperty("outcome").GetString()!;
    }

    private static string Sign(string body, string secret, string scheme, int age = 0)
    {
        var time = (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - age).ToString(CultureInfo.InvariantCulture);
        var bytes = Encoding.UTF8.GetBytes(body);
        return scheme == "v0"
            ? $"t={time},v0={WebhookSignature.Sign(time + ".", bytes, secret)}"
            : $"t={time},h=content-type,v1={WebhookSignature.Sign($"{time}.content-type.application/json; charset=utf-8.", bytes, secret)}";
    }
}
