using System.Text;

namespace Patchbay.EndToEnd.Tests;

[CollectionDefinition]
public sealed class PaymentCollection : ICollectionFixture<PaymentWorld>;

[Collection<PaymentCollection>]
public sealed class StripePurchaseTests(PaymentWorld world)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("10", 0.80, 10.80)]
    [InlineData("20.01", 1.11, 21.12)]
    [InlineData("100", 5.50, 105.50)]
    public async Task The_fee_is_shown_before_anything_is_paid(string amount, double fee, double total)
    {
        var answer = await world.Api.PostAsync("/api/v1/credits/quote", $$"""{"amount":{{amount}}}""", Token);

        var data = answer.Json.GetProperty("data");
        Assert.Equal((decimal)fee, data.GetProperty("fee").GetDecimal());
        Assert.Equal((decimal)total, data.GetProperty("total").GetDecimal());
        Assert.Equal("card", data.GetProperty("method").GetString());
    }

    [Theory]
    [InlineData("0.99")]
    [InlineData("10.005")]
    [InlineData("1000000")]
    [InlineData("-5")]
    [InlineData("null")]
    public async Task An_amount_that_cannot_be_bought_is_refused_by_name(string amount)
    {
        var answer = await world.Api.PostAsync("/api/v1/credits/checkout", $$"""{"amount":{{amount}}}""", Token);

        Assert.Equal(400, answer.Status);
        Assert.Contains("'amount'", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_purchase_is_credited_once_however_often_its_message_comes()
    {
        var before = await world.BalanceAsync(Token);
        var (id, page) = await world.OrderAsync("30", Token);
        Assert.Equal(before, await world.BalanceAsync(Token));
        var message = world.Stripe.Pay(page);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => world.DeliverAsync(message, Token)));

        Assert.Single(outcomes, outcome => outcome == "credited");
        Assert.Equal("repeated", await world.DeliverAsync(message, Token));
        Assert.Equal(before + 30, await world.BalanceAsync(Token));
        Assert.Equal("paid", (await world.PaymentAsync(id, Token)).GetProperty("status").GetString());
        await world.AssertBooksAreRightAsync(Token);
        Assert.Empty(world.Stripe.Violations);
    }

    [Fact]
    public async Task Whoever_looks_all_the_time_does_not_have_the_gateway_asked_all_the_time()
    {
        var (id, page) = await world.OrderAsync("12", Token);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("open", (await world.PaymentAsync(id, Token)).GetProperty("status").GetString());
        }

        Assert.InRange(world.Stripe.Count($"GET /v1/checkout/sessions/{page}"), 1, 10);
    }

    [Fact]
    public async Task Messages_in_any_order_and_at_once_end_in_the_same_books()
    {
        var before = await world.BalanceAsync(Token);
        var (_, page) = await world.OrderAsync("40", Token);
        var paid = world.Stripe.Pay(page, later: true);
        var arrived = world.Stripe.Finish(page, arrives: true);
        var refunded = world.Stripe.Refund(page, 1_000);
        var (dispute, disputed) = world.Stripe.Dispute(page, 500);
        var closed = world.Stripe.Change(dispute, "won", "charge.dispute.closed");

        await Task.WhenAll(new[] { closed, disputed, refunded, arrived, paid }
            .SelectMany(message => Enumerable.Repeat(message, 5))
            .Select(message => world.DeliverAsync(message, Token)));

        Assert.Equal(before + 30, await world.BalanceAsync(Token));
        var transactions = (await world.Api.GetAsync("/api/v1/credits/transactions?limit=4", Token)).Json.GetProperty("data");
        Assert.Equal(
            ["dispute", "dispute_won", "purchase", "reversal"],
            transactions.EnumerateArray().Select(credit => credit.GetProperty("kind").GetString()!).Order(StringComparer.Ordinal));
        await world.AssertBooksAreRightAsync(Token);
    }

    [Fact]
    public async Task A_slow_payment_is_credited_when_the_money_is_there_and_not_before()
    {
        var before = await world.BalanceAsync(Token);
        var (id, page) = await world.OrderAsync("12", Token);

        Assert.Equal("noted", await world.DeliverAsync(world.Stripe.Pay(page, later: true), Token));
        Assert.Equal(before, await world.BalanceAsync(Token));
        Assert.Equal("credited", await world.DeliverAsync(world.Stripe.Finish(page, arrives: true), Token));
        Assert.Equal(before + 12, await world.BalanceAsync(Token));

        var (failedId, failedPage) = await world.OrderAsync("13", Token);
        await world.DeliverAsync(world.Stripe.Pay(failedPage, later: true), Token);
        Assert.Equal("noted", await world.DeliverAsync(world.Stripe.Finish(failedPage, arrives: false), Token));
        Assert.Equal(before + 12, await world.BalanceAsync(Token));
        Assert.Equal("paid", (await world.PaymentAsync(id, Token)).GetProperty("status").GetString());
        Assert.Equal("failed", (await world.PaymentAsync(failedId, Token)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_dispute_freezes_the_account_and_its_end_thaws_it()
    {
        var (page, _) = await world.BuyAsync("20", Token);
        Assert.Equal(200, (await world.Api.ChatAsync("test/plain", Token)).Status);
        var (dispute, opened) = world.Stripe.Dispute(page, 2_110);

        await world.DeliverAsync(opened, Token);
        Assert.Equal(402, (await world.Api.ChatAsync("test/plain", Token)).Status);

        await world.DeliverAsync(world.Stripe.Change(dispute, "won", "charge.dispute.closed"), Token);
        Assert.Equal(200, (await world.Api.ChatAsync("test/plain", Token)).Status);
        await world.AssertBooksAreRightAsync(Token);
    }

    [Fact]
    public async Task A_lost_dispute_takes_the_credits_back()
    {
        var before = await world.BalanceAsync(Token);
        var (page, _) = await world.BuyAsync("20", Token);
        var (dispute, _) = world.Stripe.Dispute(page, 2_110);

        await world.DeliverAsync(world.Stripe.Change(dispute, "lost", "charge.dispute.closed"), Token);

        Assert.Equal(before, await world.BalanceAsync(Token));
        await world.AssertBooksAreRightAsync(Token);
    }

    [Fact]
    public async Task An_inquiry_takes_no_money_and_freezes_nothing()
    {
        var (page, _) = await world.BuyAsync("20", Token);
        var (dispute, _) = world.Stripe.Dispute(page, 2_110);

        await world.DeliverAsync(world.Stripe.Change(dispute, "warning_needs_response", "charge.dispute.created"), Token);

        Assert.Equal(200, (await world.Api.ChatAsync("test/plain", Token)).Status);
    }

    [Fact]
    public async Task What_is_unused_of_a_purchase_is_given_back_once_and_the_fee_is_kept()
    {
        var before = await world.BalanceAsync(Token);
        var (page, purchase) = await world.BuyAsync("25", Token);
        var path = $"/api/v1/credits/purchases/{purchase.GetProperty("id").GetString()}/refund";
        var sent = world.Stripe.All("re_").Count;

        // The answer is lost, and the question comes again.
        world.Stripe.Fail("POST /v1/refunds", StandInFault.CutAfterSuccess);
        var answer = await world.Api.PostAsync(path, """{"amount":10}""", Token);
        Assert.True(answer.Status == 201, answer.Body);
        Assert.Equal(-10m, answer.Json.GetProperty("data").GetProperty("amount").GetDecimal());
        Assert.Equal(before + 15, await world.BalanceAsync(Token));
        var refund = Assert.Single(world.Stripe.All("re_").Skip(sent));
        Assert.Equal(1_000, (long)refund["amount"]!);

        // Stripe tells of what we have asked for ourselves.
        await world.DeliverAsync(world.Stripe.Tell("charge.refund.updated", refund), Token);
        Assert.Equal(before + 15, await world.BalanceAsync(Token));
        Assert.Equal(409, (await world.Api.PostAsync(path, """{"amount":15.01}""", Token)).Status);
        Assert.Equal(201, (await world.Api.PostAsync(path, "{}", Token)).Status);
        Assert.Equal(before, await world.BalanceAsync(Token));
        Assert.Equal(2_500, world.Stripe.All("re_").Skip(sent).Sum(item => (long)item["amount"]!));
        Assert.NotNull(page);
        await world.AssertBooksAreRightAsync(Token);
    }

    [Fact]
    public async Task Many_who_ask_for_a_refund_at_once_get_no_more_than_is_unused()
    {
        // With other funds, so that the purchase itself is the limit.
        await world.BuyAsync("100", Token);
        var before = await world.BalanceAsync(Token);
        var (_, purchase) = await world.BuyAsync("25", Token);
        var path = $"/api/v1/credits/purchases/{purchase.GetProperty("id").GetString()}/refund";
        var sent = world.Stripe.All("re_").Count;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => world.Api.PostAsync(path, """{"amount":10}""", Token)));

        Assert.Equal((2, 6), (answers.Count(answer => answer.Status == 201), answers.Count(answer => answer.Status == 409)));
        Assert.Equal(before + 5, await world.BalanceAsync(Token));
        Assert.Equal(2_000, world.Stripe.All("re_").Skip(sent).Sum(item => (long)item["amount"]!));
        await world.AssertBooksAreRightAsync(Token);
    }

    [Fact]
    public async Task A_refund_that_the_company_could_not_be_told_of_is_told_later_and_once()
    {
        var (page, purchase) = await world.BuyAsync("20", Token);
        var before = await world.BalanceAsync(Token);
        var sent = world.Stripe.All("re_").Count;
        world.Stripe.Fail("POST /v1/refunds", StandInFault.ServerError, StandInFault.ServerError, StandInFault.ServerError,
            StandInFault.ServerError);

        var answer = await world.Api.PostAsync(
            $"/api/v1/credits/purchases/{purchase.GetProperty("id").GetString()}/refund", """{"amount":7}""", Token);
        Assert.Equal(201, answer.Status);
        Assert.Equal(before - 7, await world.BalanceAsync(Token));
        Assert.Equal(sent, world.Stripe.All("re_").Count);

        // Whatever makes us look at the payment again.
        var messages = Enumerable.Range(0, 5).Select(_ => world.Stripe.Tell("charge.refund.updated", world.Stripe.Get(page)));
        await Task.WhenAll(messages.Select(message => world.DeliverAsync(message, Token)));
        Assert.Equal(700, (long)Assert.Single(world.Stripe.All("re_").Skip(sent))["amount"]!);
        Assert.Equal(before - 7, await world.BalanceAsync(Token));
        await world.AssertBooksAreRightAsync(Token);
    }

    [Fact]
    public async Task Credits_come_back_when_the_refund_cannot_be_made_or_does_not_arrive()
    {
        var (_, purchase) = await world.BuyAsync("20", Token);
        var before = await world.BalanceAsync(Token);
        var path = $"/api/v1/credits/purchases/{purchase.GetProperty("id").GetString()}/refund";

        world.Stripe.Fail("POST /v1/refunds", StandInFault.Refused);
        Assert.Equal(201, (await world.Api.PostAsync(path, """{"amount":5}""", Token)).Status);
        Assert.Equal(before, await world.BalanceAsync(Token));

        var sent = world.Stripe.All("re_").Count;
        Assert.Equal(201, (await world.Api.PostAsync(path, """{"amount":6}""", Token)).Status);
        Assert.Equal(before - 6, await world.BalanceAsync(Token));
        var refund = Assert.Single(world.Stripe.All("re_").Skip(sent));
        await world.DeliverAsync(world.Stripe.Change(refund, "failed", "refund.failed"), Token);
        Assert.Equal(before, await world.BalanceAsync(Token));
        await world.AssertBooksAreRightAsync(Token);
    }

    [Fact]
    public async Task Faults_of_the_company_make_one_page_and_no_second()
    {
        var pages = world.Stripe.All("cs_").Count;
        world.Stripe.Fail(
            "POST /v1/checkout/sessions", StandInFault.CutAfterSuccess, StandInFault.KeyInUse, StandInFault.ServerError);
        world.Api.Headers["Idempotency-Key"] = Guid.CreateVersion7().ToString();
        try
        {
            var (id, _) = await world.OrderAsync("10", Token);
            var (again, _) = await world.OrderAsync("10", Token);
            Assert.Equal(id, again);
        }
        finally
        {
            world.Api.Headers.Remove("Idempotency-Key");
        }

        Assert.Equal(pages + 1, world.Stripe.All("cs_").Count);
    }

    [Fact]
    public async Task A_company_that_does_not_answer_is_said_so_without_its_words()
    {
        world.Stripe.Fail("POST /v1/checkout/sessions", StandInFault.ServerError, StandInFault.ServerError, StandInFault.ServerError,
            StandInFault.ServerError);

        var answer = await world.Api.PostAsync("/api/v1/credits/checkout", """{"amount":10}""", Token);

        Assert.Equal(502, answer.Status);
        Assert.DoesNotContain("sk_test", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_purchase_whose_message_is_lost_is_found_by_the_comparison_whatever_else_cannot_be_read()
    {
        var before = await world.BalanceAsync(Token);
        var (_, stuckPage) = await world.OrderAsync("16", Token);
        world.Stripe.Fail($"GET /v1/checkout/sessions/{stuckPage}", [.. Enumerable.Repeat(StandInFault.ServerError, 1_000)]);
        var (_, page) = await world.OrderAsync("17", Token);
        world.Stripe.Pay(page);
        var (refundedPage, _) = await world.BuyAsync("18", Token);
        world.Stripe.Refund(refundedPage, 300);

        await world.World.Server.KillAsync();
        await world.World.StartServerAsync(Token);

        await Until.TrueAsync(async () => await world.BalanceAsync(Token) == before + 17 + 15, Token);
        world.Stripe.Heal($"GET /v1/checkout/sessions/{stuckPage}");
        await world.AssertBooksAreRightAsync(Token);
    }

    [Fact]
    public async Task Receipts_and_invoices_are_pages_and_documents()
    {
        var details = """{"name":"Zażółć & Söhne <b>","email":"pay@example.com","line1":"Ulica 1","city":"Łódź","country":"PL","tax_id":"PL123"}""";
        using var content = new StringContent(details, Encoding.UTF8, "application/json");
        var set = await world.Api.SendAsync(HttpMethod.Put, "/api/v1/credits/billing-details", content, Token);
        Assert.True(set.Status == 200, set.Body);

        // What was read can be written again, with its empty parts.
        var read = (await world.Api.GetAsync("/api/v1/credits/billing-details", Token)).Json.GetProperty("data");
        using var again = new StringContent(read.GetRawText(), Encoding.UTF8, "application/json");
        set = await world.Api.SendAsync(HttpMethod.Put, "/api/v1/credits/billing-details", again, Token);
        Assert.True(set.Status == 200, set.Body);
        Assert.Equal(read.GetRawText(), set.Json.GetProperty("data").GetRawText());
        var (_, purchase) = await world.BuyAsync("33", Token);
        var (latePage, _) = await world.BuyAsync("1.50", Token);
        await world.DeliverAsync(world.Stripe.Refund(latePage, 230), Token);

        // The newest change is no purchase and does not count.
        var receipts = (await world.Api.GetAsync("/api/v1/credits/receipts?limit=1&offset=1", Token)).Json.GetProperty("data");
        var receipt = Assert.Single(receipts.EnumerateArray());
        Assert.Equal(purchase.GetProperty("id").GetString(), receipt.GetProperty("id").GetString());

        var html = await world.Api.GetAsync(receipt.GetProperty("html").GetString()!, Token);
        Assert.Equal(200, html.Status);
        Assert.Contains("34.82", html.Body, StringComparison.Ordinal);
        Assert.Contains("Example Ltd", html.Body, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;", html.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html.Body, StringComparison.Ordinal);

        var pdf = await world.Api.GetAsync(receipt.GetProperty("pdf").GetString()!, Token);
        Assert.StartsWith("%PDF-", pdf.Body, StringComparison.Ordinal);
        var month = TimeProvider.System.GetUtcNow().ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        var invoice = await world.Api.GetAsync($"/api/v1/credits/invoices/{month}.html", Token);
        Assert.Contains(receipt.GetProperty("number").GetString()!, invoice.Body, StringComparison.Ordinal);
        Assert.StartsWith(
            "%PDF-", (await world.Api.GetAsync($"/api/v1/credits/invoices/{month}.pdf", Token)).Body, StringComparison.Ordinal);
        Assert.Equal(404, (await world.Api.GetAsync("/api/v1/credits/invoices/9999-01.html", Token)).Status);
        Assert.Equal(404, (await world.Api.GetAsync($"/api/v1/credits/receipts/{Guid.Empty}.html", Token)).Status);
    }
}
