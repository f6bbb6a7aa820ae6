using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

public sealed class WithoutGatewayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_secret_nothing_can_be_bought_and_no_message_is_taken()
    {
        await using var world = await World.StartAsync(
            new WorldOptions { Environment = new Dictionary<string, string?> { ["PATCHBAY__BILLING__MODE"] = "marketplace" } }, Token);

        foreach (var path in (string[])
            ["/webhooks/stripe", "/webhooks/coinbase", "/credits/quote", "/credits/checkout", $"/credits/purchases/{Guid.Empty}/refund"])
        {
            Assert.Equal(404, (await world.Api.PostAsync("/api/v1" + path, "{}", Token)).Status);
        }

        Assert.Equal(404, (await world.Api.GetAsync("/api/v1/credits/auto-top-up", Token)).Status);
        Assert.Equal(200, (await world.Api.GetAsync("/api/v1/credits/receipts", Token)).Status);
    }

    [Theory]
    [InlineData("STRIPE__SECRET_KEY=sk_test_x", "STRIPE__WEBHOOK_SECRETS=", "payments.stripe")]
    [InlineData("STRIPE__SECRET_KEY=sk_test_x", "STRIPE__WEBHOOK_SECRETS=  ", "payments.stripe")]
    [InlineData("STRIPE__SECRET_KEY=sk_test_x", "SELLER=none", "payments.stripe")]
    [InlineData("STRIPE__SECRET_KEY=", "STRIPE__WEBHOOK_SECRETS=whsec_x", "payments.stripe")]
    [InlineData("COINBASE__KEY_ID=k", "COINBASE__WEBHOOK_SECRETS=x", "payments.coinbase")]
    [InlineData("COINBASE__PRIVATE_KEY=canary", "COINBASE__WEBHOOK_SECRETS=x", "payments.coinbase.private_key")]
    public async Task A_gateway_that_is_set_up_by_half_is_an_error_at_the_start(string first, string second, string named)
    {
        var environment = new Dictionary<string, string?> { ["PATCHBAY__BILLING__MODE"] = "marketplace" };
        foreach (var setting in (string[])[first, second])
        {
            var sign = setting.IndexOf('=', StringComparison.Ordinal);
            environment["PATCHBAY__PAYMENTS__" + setting[..sign]] = setting[(sign + 1)..];
        }

        var data = Directory.CreateTempSubdirectory("patchbay-payments-").FullName;
        await using var server = ServerProcess.Launch(data, environment);
        await server.WaitForExitAsync(Token);

        Assert.Equal(2, server.ExitCode);
        await Until.TrueAsync(() => server.Output.Contains("payments", StringComparison.OrdinalIgnoreCase), Token);
        Assert.Contains(named.Split('.')[1], server.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("canary", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_test_x", server.Output, StringComparison.Ordinal);
    }
}
