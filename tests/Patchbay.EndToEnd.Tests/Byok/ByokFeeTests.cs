using Patchbay.Billing;

namespace Patchbay.EndToEnd.Tests;

public sealed class ByokFeeTests(PaidByokWorld world) : IClassFixture<PaidByokWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_fee_begins_where_the_months_allowance_ends_and_the_books_agree()
    {
        await world.AddAsync("alpha", "own-good", "\"is_required\":true");
        var costs = new List<decimal>();
        for (var i = 0; i < 4; i++)
        {
            var (answer, keys) = await world.AskAsync("test/one", more: "\"max_tokens\":20");
            Assert.Equal(["own-good"], keys);
            costs.Add(answer.Json.GetProperty("usage").GetProperty("cost").GetDecimal());
        }

        // The list price is 0.00005; two of them are free, and 5 % of each further one is 0.0000025.
        Assert.Equal([0m, 0m, 0.0000025m, 0.0000025m], costs);
        await using var books = await Books.OpenAsync(world.World, null, Token);
        Assert.Equal(5_000, await books.BalanceAsync(LedgerAccount.RevenueFees, Token));
        Assert.Equal(0, await books.BalanceAsync(LedgerAccount.RevenueUsage, Token));
        Assert.Equal(0, await books.BalanceAsync(LedgerAccount.ProviderPayable("alpha"), Token));
        Assert.Empty(await books.AuditAsync(Token));
    }
}

public sealed class LoggingDiscountTests(DiscountWorld world) : IClassFixture<DiscountWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workspaces_that_let_their_prompts_be_used_pay_one_percent_less()
    {
        var (answer, _) = await world.AskAsync("test/one");

        Assert.Equal(0.0000495m, answer.Json.GetProperty("usage").GetProperty("cost").GetDecimal());
        await using var books = await Books.OpenAsync(world.World, null, Token);
        var row = await books.FindAsync(answer.Header("X-Generation-Id")!, Token);
        Assert.Equal((49_500, 500, 50_000), (row!.Charge.Nanos, row.Discount.Nanos, row.ProviderCost.Nanos));
        Assert.Equal(50_000, await books.BalanceAsync(LedgerAccount.RevenueUsage, Token));
        Assert.Equal(-500, await books.BalanceAsync(LedgerAccount.LoggingDiscount, Token));
        Assert.Empty(await books.AuditAsync(Token));
    }
}
