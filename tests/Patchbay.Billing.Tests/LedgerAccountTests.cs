using Patchbay.Core;

namespace Patchbay.Billing.Tests;

/// <summary>Accounts are texts in the books of every installation: what one is called can never change.</summary>
public sealed class LedgerAccountTests
{
    private static readonly Guid Organization = Guid.Parse("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");
    private static readonly Guid Promotion = Guid.Parse("0290a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");

    [Fact]
    public void The_chart_of_accounts_is_what_the_books_say()
    {
        Assert.Equal(
            [
                "revenue:usage", "revenue:fees", "equity:grants", "expense:discount:logging",
                "loss:fallback", "loss:hedge", "loss:overrun", "loss:crash", "loss:waived",
                "liability:credits:0190a1b2c3d47e5f8a9b0c1d2e3f4a5b",
                "receivable:dispute:0190a1b2c3d47e5f8a9b0c1d2e3f4a5b",
                "asset:stripe_clearing", "asset:crypto_clearing",
                "expense:provider:acme", "payable:provider:acme", "expense:canaries:2026-02-03",
            ],
            [
                LedgerAccount.RevenueUsage, LedgerAccount.RevenueFees, LedgerAccount.EquityGrants, LedgerAccount.LoggingDiscount,
                LedgerAccount.LossFallback, LedgerAccount.LossHedge, LedgerAccount.LossOverrun, LedgerAccount.LossCrash,
                LedgerAccount.LossWaived,
                LedgerAccount.Credits(Organization),
                LedgerAccount.Disputes(Organization),
                LedgerAccount.Clearing(LedgerAccount.Stripe), LedgerAccount.Clearing(LedgerAccount.Crypto),
                LedgerAccount.ProviderExpense("acme"), LedgerAccount.ProviderPayable("acme"),
                LedgerAccount.Canaries(new DateOnly(2026, 2, 3)),
            ]);
    }

    [Fact]
    public void The_account_of_a_promotion_tells_whose_it_is_when_it_ends_and_what_granted_it()
    {
        var end = new DateTimeOffset(2026, 2, 3, 6, 5, 6, 789, TimeSpan.FromHours(2));

        var account = LedgerAccount.Promotion(Organization, end, Promotion);
        var lot = new CreditLot(account, new Money(7));

        Assert.Equal(
            "liability:promo:0190a1b2c3d47e5f8a9b0c1d2e3f4a5b:20260203040506789:0290a1b2c3d47e5f8a9b0c1d2e3f4a5b", account);
        Assert.Equal((Organization, end, Promotion), (lot.OrganizationId, lot.ExpiresAt, lot.PromotionId));
    }

    [Fact]
    public void Promotions_of_an_organization_sort_by_their_end()
    {
        var ends = Enumerable.Range(0, 500).Select(i => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMilliseconds(i * 7_919_357L));

        var accounts = ends.Select(end => LedgerAccount.Promotion(Organization, end, Guid.NewGuid())).ToList();

        Assert.Equal(accounts.Order(StringComparer.Ordinal), accounts);
    }
}
