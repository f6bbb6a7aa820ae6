using System.Text.Json.Nodes;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

[Collection<PaymentCollection>]
public sealed class StripeRefusalTests(PaymentWorld world)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("amount", "refused")]
    [InlineData("more", "refused")]
    [InlineData("currency", "refused")]
    [InlineData("organization", "refused")]
    [InlineData("order", "refused")]
    [InlineData("livemode", "refused")]
    [InlineData("unmarked", "refused")]
    [InlineData("installation", "refused")]
    public async Task What_was_paid_must_be_what_was_ordered(string difference, string expected)
    {
        var before = await world.BalanceAsync(Token);
        var (id, page) = await world.OrderAsync("50", Token);

        var message = world.Stripe.Pay(page, intent =>
        {
            var metadata = (JsonObject)intent["metadata"]!;
            switch (difference)
            {
                case "amount": intent["amount_received"] = 1; break;
                case "more": intent["amount_received"] = 5_276; break;
                case "currency": intent["currency"] = "jpy"; break;
                case "organization": metadata["patchbay_organization"] = Guid.CreateVersion7().ToString("N"); break;
                case "order": metadata["patchbay_payment"] = Guid.CreateVersion7().ToString("N"); break;
                case "installation": metadata["patchbay_installation"] = Guid.CreateVersion7().ToString("N"); break;
                case "livemode": intent["livemode"] = true; break;
                default: metadata.Clear(); break;
            }
        });

        Assert.Equal(expected, await world.DeliverAsync(message, Token));
        Assert.Equal(before, await world.BalanceAsync(Token));
        Assert.Equal("refused", (await world.PaymentAsync(id, Token)).GetProperty("status").GetString());
        await Until.TrueAsync(
            () => world.World.Server.Output.Contains($"Payment {id} at stripe is not credited", StringComparison.Ordinal), Token);
    }

    [Fact]
    public async Task Another_installations_and_other_shops_payments_are_left_alone()
    {
        var before = await world.BalanceAsync(Token);
        var (_, page) = await world.OrderAsync("50", Token);
        var message = world.Stripe.Pay(page);
        var foreign = (JsonObject)message.DeepClone();
        foreign["id"] = "evt_foreign";
        foreign["data"]!["object"]!["id"] = "cs_of_another_shop";
        foreign["data"]!["object"]!["payment_intent"] = null;

        Assert.Equal("ignored", await world.DeliverAsync(foreign, Token));
        Assert.Equal(before, await world.BalanceAsync(Token));
        Assert.Equal("credited", await world.DeliverAsync(message, Token));
    }

    [Theory]
    [InlineData("patchbay_installation", "ignored")]
    [InlineData("patchbay_organization", "refused")]
    [InlineData("patchbay_payment", "refused")]
    [InlineData("", "ignored")]
    public async Task A_page_that_this_installation_did_not_order_credits_nobody(string altered, string expected)
    {
        var before = await world.BalanceAsync(Token);
        var (id, page) = await world.OrderAsync("50", Token);
        var mark = (JsonObject)world.Stripe.Get(page)["metadata"]!.DeepClone();
        if (altered.Length > 0)
        {
            mark[altered] = Guid.CreateVersion7().ToString("N");
        }
        else
        {
            mark.Clear();
        }

        Assert.Equal(expected, await world.DeliverAsync(world.Stripe.PayElsewhere(5_275, mark), Token));
        Assert.Equal(before, await world.BalanceAsync(Token));
        Assert.Equal("open", (await world.PaymentAsync(id, Token)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task One_payment_cannot_pay_for_two_orders()
    {
        var (_, first) = await world.OrderAsync("50", Token);
        var (_, second) = await world.OrderAsync("50", Token);
        var paid = world.Stripe.Pay(first);
        Assert.Equal("credited", await world.DeliverAsync(paid, Token));
        var before = await world.BalanceAsync(Token);
        var session = world.Stripe.Get(second);
        session["payment_intent"] = (string?)world.Stripe.Get(first)["payment_intent"];
        session["payment_status"] = "paid";
        session["status"] = "complete";

        Assert.NotEqual("credited", await world.DeliverAsync(world.Stripe.Tell("checkout.session.completed", session), Token));
        Assert.Equal(before, await world.BalanceAsync(Token));
    }

    [Fact]
    public async Task A_message_that_says_paid_is_not_believed()
    {
        var before = await world.BalanceAsync(Token);
        var (id, page) = await world.OrderAsync("50", Token);
        var session = (JsonObject)world.Stripe.Get(page).DeepClone();
        session["payment_status"] = "paid";
        session["status"] = "complete";

        Assert.Equal("noted", await world.DeliverAsync(world.Stripe.Tell("checkout.session.completed", session), Token));
        Assert.Equal(before, await world.BalanceAsync(Token));
        Assert.Equal("open", (await world.PaymentAsync(id, Token)).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("unsigned")]
    [InlineData("empty")]
    [InlineData("wrong")]
    [InlineData("emptykey")]
    [InlineData("altered")]
    [InlineData("stale")]
    [InlineData("future")]
    [InlineData("garbage")]
    public async Task A_message_without_a_good_signature_has_no_effect(string fault)
    {
        var before = await world.BalanceAsync(Token);
        var (id, page) = await world.OrderAsync("50", Token);
        var body = world.Stripe.Pay(page).ToJsonString();
        var good = PaymentWorld.Sign(body, PaymentWorld.Secret);
        var signature = fault switch
        {
            "unsigned" => null,
            "empty" => "",
            "wrong" => PaymentWorld.Sign(body, "whsec_other"),
            "emptykey" => PaymentWorld.Sign(body, ""),
            "altered" => good,
            "stale" => PaymentWorld.Sign(body, PaymentWorld.Secret, TimeSpan.FromSeconds(330)),
            "future" => PaymentWorld.Sign(body, PaymentWorld.Secret, TimeSpan.FromSeconds(-330)),
            _ => "t=zzz,v1=zz,,v1=",
        };

        var answer = await world.PostStripeAsync(fault == "altered" ? body + " " : body, signature, Token);

        Assert.Equal(400, answer.Status);
        Assert.Equal(before, await world.BalanceAsync(Token));
        Assert.Equal("credited", await world.DeliverAsync(JsonNode.Parse(body)!.AsObject(), Token, PaymentWorld.OldSecret));
        Assert.Equal("repeated", (await world.PostStripeAsync(body, good, Token)).Json.GetProperty("outcome").GetString());
        Assert.Equal(before + 50, await world.BalanceAsync(Token));
        Assert.Equal("paid", (await world.PaymentAsync(id, Token)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_message_that_cannot_be_checked_now_is_asked_for_again()
    {
        var before = await world.BalanceAsync(Token);
        var (_, page) = await world.OrderAsync("10", Token);
        var message = world.Stripe.Pay(page);
        var body = message.ToJsonString();
        var intent = (string)world.Stripe.Get(page)["payment_intent"]!;
        world.Stripe.Fail($"GET /v1/payment_intents/{intent}", StandInFault.ServerError, StandInFault.ServerError,
            StandInFault.ServerError, StandInFault.ServerError);

        var answer = await world.PostStripeAsync(body, PaymentWorld.Sign(body, PaymentWorld.Secret), Token);

        Assert.Equal(503, answer.Status);
        Assert.Equal(before, await world.BalanceAsync(Token));
        Assert.Equal("credited", await world.DeliverAsync(message, Token));
    }

    [Fact]
    public async Task Neither_log_nor_answers_nor_database_hold_a_secret()
    {
        await world.BuyAsync("10", Token);
        await world.PostStripeAsync("{}", PaymentWorld.Sign("{}", "whsec_other"), Token);

        string[] secrets =
            [StripeStandIn.SecretKey, PaymentWorld.Secret, PaymentWorld.OldSecret, PaymentWorld.CoinbaseSecret, "BEGIN PRIVATE KEY"];
        var payments = (await world.Api.GetAsync("/api/v1/credits/payments", Token)).Body;
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, world.World.Server.Output + payments, StringComparison.Ordinal));
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(world.World.Data, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            var text = await reader.ReadToEndAsync(Token);
            found.AddRange(secrets.Where(secret => text.Contains(secret, StringComparison.Ordinal)));
        }

        Assert.Empty(found);
    }

    [Fact]
    public async Task Another_callers_key_sees_and_moves_nothing()
    {
        var (_, purchase) = await world.BuyAsync("10", Token);
        using var inference = await world.World.CreateKeyAsync(Token);
        using var nobody = new ApiClient(world.World.Server.Address, null);
        var refund = $"/api/v1/credits/purchases/{purchase.GetProperty("id").GetString()}/refund";

        Assert.Equal(403, (await inference.PostAsync(refund, "{}", Token)).Status);
        Assert.Equal(403, (await inference.PostAsync("/api/v1/credits/checkout", """{"amount":10}""", Token)).Status);
        Assert.Equal(403, (await inference.GetAsync("/api/v1/credits/payments", Token)).Status);
        Assert.Equal(401, (await nobody.GetAsync("/api/v1/credits/receipts", Token)).Status);
        Assert.Equal(401, (await nobody.PostAsync(refund, "{}", Token)).Status);
        Assert.Equal(404, (await world.Api.PostAsync($"/api/v1/credits/purchases/{Guid.CreateVersion7()}/refund", "{}", Token)).Status);
    }
}
