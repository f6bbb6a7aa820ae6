using Patchbay.Core;

namespace Patchbay.Billing.Tests;

public sealed class FeeScheduleTests
{
    private static readonly FeeSchedule Card = new(55_000, Money.FromDollars(0.80m));

    [Theory]
    [InlineData(1_000, 80)]
    [InlineData(1_454, 80)]
    [InlineData(1_455, 81)]
    [InlineData(2_000, 110)]
    [InlineData(2_001, 111)]
    [InlineData(10_000, 550)]
    [InlineData(2_500_000, 137_500)]
    public void A_card_costs_five_and_a_half_percent_rounded_up_to_the_cent_and_at_least_eighty_cents(long cents, long fee)
    {
        Assert.Equal(FeeSchedule.FromCents(fee), Card.FeeFor(FeeSchedule.FromCents(cents)));
    }

    [Fact]
    public void The_fee_is_exact_for_every_amount_up_to_a_thousand_dollars()
    {
        for (var cents = 1_455L; cents <= 100_000; cents++)
        {
            var fee = FeeSchedule.ToCents(Card.FeeFor(FeeSchedule.FromCents(cents)));

            // 5.5 % of so many cents is 11/200 of them.
            Assert.True(fee * 200 >= cents * 11 && (fee - 1) * 200 < cents * 11, $"{cents}: {fee}");
        }
    }

    [Fact]
    public void The_largest_amounts_do_not_overflow()
    {
        var most = Money.FromDollars(9_000_000_000m);

        Assert.Equal(Money.FromDollars(450_000_000m), new FeeSchedule(50_000, Money.Zero).FeeFor(most));
    }

    [Theory]
    [InlineData("10", true)]
    [InlineData("10.01", true)]
    [InlineData("10.001", false)]
    public void Only_whole_cents_can_be_paid(string dollars, bool expected)
    {
        var amount = Money.FromDollars(decimal.Parse(dollars, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(expected, FeeSchedule.IsWholeCents(amount));
    }

    [Fact]
    public void An_amount_has_two_decimals_as_text()
    {
        Assert.Equal("1234.50", FeeSchedule.ToText(Money.FromDollars(1234.5m)));
    }
}
