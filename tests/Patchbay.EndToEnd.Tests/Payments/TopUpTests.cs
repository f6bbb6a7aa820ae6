using System.Globalization;
using System.Text;
using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

[Collection<PaymentCollection>]
public sealed class TopUpTests(PaymentWorld world)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_card_is_charged_once_per_crossing_and_never_beyond_the_days_cap()
    {
        await SaveCardAsync();
        var charged = world.Stripe.All("pi_").Count;
        var asked = world.Stripe.Count("POST /v1/payment_intents");

        // The first answer is lost: the same payment is asked for again, and charged once.
        world.Stripe.Fail("POST /v1/payment_intents", StandInFault.CutAfterSuccess, StandInFault.KeyInUse, StandInFault.ServerError);
        var before = await world.BalanceAsync(Token);
        await SetAsync(true, before + 1, 10, 25);
        await Until.TrueAsync(async () => await world.BalanceAsync(Token) == before + 10, Token);
        Assert.Equal(charged + 1, world.Stripe.All("pi_").Count);
        Assert.Equal(asked + 4, world.Stripe.Count("POST /v1/payment_intents"));

        // Nothing more while the credits are above the threshold, and one more for the next crossing.
        await SetAsync(true, before + 11, 10, 25);
        await Until.TrueAsync(async () => await world.BalanceAsync(Token) == before + 20, Token);

        // A third would be beyond the cap of 25 a day.
        await SetAsync(true, before + 21, 10, 25);
        await StayAsync(() => world.Stripe.All("pi_").Count, charged + 2);
        Assert.Equal(before + 20, await world.BalanceAsync(Token));
        Assert.Equal(2, (await world.TransactionsAsync("purchase", Token)).Count(
            credit => world.Stripe.All("pi_").Skip(charged).Any(intent =>
                (string?)intent["id"] == credit.GetProperty("external_id").GetString())));
        await SetAsync(false, 0, 10, 25);
        await world.AssertBooksAreRightAsync(Token);
    }

    [Fact]
    public async Task After_three_failures_it_is_switched_off_and_says_why()
    {
        await using var receiver = await AlertReceiver.StartAsync(Token);
        var target = await world.World.Api.PostAsync(
            "/api/v1/alerts/targets", $$"""{"type":"webhook","address":"{{receiver.Address}}"}""", Token);
        Assert.True(target.Status is 200 or 201, target.Body);
        await SaveCardAsync();
        world.Stripe.Fail("POST /v1/payment_intents", StandInFault.Declined, StandInFault.Declined, StandInFault.Declined);
        var before = await world.BalanceAsync(Token);

        await SetAsync(true, before + 1, 11, 1_000);
        await Until.TrueAsync(async () => !(await ReadAsync()).GetProperty("enabled").GetBoolean(), Token);

        var state = await ReadAsync();
        Assert.Equal("insufficient_funds", state.GetProperty("problem").GetString());
        Assert.Equal(3, state.GetProperty("failures").GetInt32());
        Assert.Equal(before, await world.BalanceAsync(Token));
        await Until.TrueAsync(
            () => world.World.Server.Output.Contains("are switched off after 3 failures: insufficient_funds", StringComparison.Ordinal), Token);
        await Until.TrueAsync(() => receiver.Taken.Count >= 3, Token);
        var told = receiver.Taken.Select(static alert => alert.Json.GetProperty("data")).ToList();
        Assert.Equal(3, told.Select(static data => data.GetProperty("payment_id").GetString()).Distinct().Count());
        Assert.Single(told, static data => data.GetProperty("switched_off").GetBoolean());
        Assert.All(told, static data => Assert.Equal("insufficient_funds", data.GetProperty("problem").GetString()));
    }

    [Fact]
    public async Task A_payment_that_nobody_heard_of_is_not_asked_for_again_once_it_is_switched_off()
    {
        const string Charge = "POST /v1/payment_intents";
        await SaveCardAsync();
        var asked = world.Stripe.Count(Charge);
        var before = await world.BalanceAsync(Token);
        world.Stripe.Fail(Charge, [.. Enumerable.Repeat(StandInFault.ServerError, 1_000)]);
        try
        {
            await SetAsync(true, before + 1, 12, 1_000);
            await Until.TrueAsync(() => world.Stripe.Count(Charge) > asked, Token);
            await SetAsync(false, 0, 12, 1_000);

            await Until.TrueAsync(
                async () => (await ReadAsync()).GetProperty("problem").GetString() == "the gateway did not say what became of it", Token);
        }
        finally
        {
            world.Stripe.Heal(Charge);
        }

        var ended = world.Stripe.Count(Charge);
        await StayAsync(() => world.Stripe.Count(Charge), ended);
        Assert.Equal(before, await world.BalanceAsync(Token));
    }

    [Fact]
    public async Task It_needs_a_card_and_sensible_amounts()
    {
        await SaveCardAsync();
        Assert.Equal("visa 4242", (await ReadAsync()).GetProperty("card").GetString());

        Assert.Contains("'daily_cap'", (await PutAsync("""{"enabled":true,"threshold":1,"amount":10,"daily_cap":9}""")).ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("'threshold'", (await PutAsync("""{"enabled":true,"threshold":0,"amount":10,"daily_cap":10}""")).ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("'amount'", (await PutAsync("""{"enabled":true,"threshold":1,"amount":0.5,"daily_cap":10}""")).ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(200, (await PutAsync("""{"enabled":false,"forget_card":true}""")).Status);
        Assert.Contains("'enabled'", (await PutAsync("""{"enabled":true,"threshold":1,"amount":10,"daily_cap":10}""")).ErrorMessage, StringComparison.Ordinal);
    }

    private async Task SaveCardAsync()
    {
        await world.BuyAsync("10", Token, "\"save_card\":true");
        Assert.Equal("visa 4242", (await ReadAsync()).GetProperty("card").GetString());
    }

    private async Task<JsonElement> ReadAsync() =>
        (await world.Api.GetAsync("/api/v1/credits/auto-top-up", Token)).Json.GetProperty("data");

    private async Task SetAsync(bool enabled, decimal threshold, int amount, int cap)
    {
        var body = string.Create(CultureInfo.InvariantCulture,
            $$"""{"enabled":{{(enabled ? "true" : "false")}},"threshold":{{threshold}},"amount":{{amount}},"daily_cap":{{cap}}}""");
        var answer = await PutAsync(body);
        Assert.True(answer.Status == 200, answer.Body);
    }

    private async Task<ApiResponse> PutAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await world.Api.SendAsync(HttpMethod.Put, "/api/v1/credits/auto-top-up", content, Token);
    }

    // Whoever wanted to charge again would have done so in ten turns.
    private static async Task StayAsync(Func<int> count, int expected)
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(expected, count());
            await Task.Delay(100, Token);
        }
    }
}
