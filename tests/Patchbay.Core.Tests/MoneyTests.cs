using System.Globalization;
using System.Text;

namespace Patchbay.Core.Tests;

public sealed class MoneyTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0.000000001")]
    [InlineData(14_000, "0.000014")]
    [InlineData(1_500_000_000, "1.5")]
    [InlineData(-1, "-0.000000001")]
    [InlineData(-2_000_000_000, "-2")]
    [InlineData(long.MaxValue, "9223372036.854775807")]
    [InlineData(long.MinValue, "-9223372036.854775808")]
    public void An_amount_prints_as_plain_decimal_digits(long nanos, string text)
    {
        var buffer = new byte[32];

        Assert.True(new Money(nanos).TryFormat(buffer, out var written));
        Assert.Equal(text, Encoding.ASCII.GetString(buffer, 0, written));
        Assert.Equal(text, new Money(nanos).ToString());
    }

    [Fact]
    public void Dollars_and_back_are_the_same_amount()
    {
        var random = new Random(3);
        for (var i = 0; i < 100_000; i++)
        {
            var money = new Money(random.NextInt64(-9_000_000_000_000_000_000, 9_000_000_000_000_000_000));

            Assert.Equal(money, Money.FromDollars(money.ToDollars()));
        }
    }

    [Fact]
    public void An_amount_finer_than_a_nano_dollar_is_refused_not_rounded()
    {
        Assert.False(Money.TryFromDollars(0.0000000001m, out _));
        Assert.True(Money.TryFromDollars(0.000000001m, out var smallest));
        Assert.Equal(1, smallest.Nanos);
    }

    [Fact]
    public void Sums_beyond_the_range_throw_instead_of_wrapping()
    {
        Assert.Throws<OverflowException>(() => Money.MaxValue + new Money(1));
        Assert.Throws<OverflowException>(() => new Money(long.MinValue) - new Money(1));
    }

    [Theory]
    [InlineData("0.00000015", 150_000_000L)]
    [InlineData("1.5e-7", 150_000_000L)]
    [InlineData("0.0000000375", 37_500_000L)]
    [InlineData("0", 0L)]
    [InlineData("9000", 9_000_000_000_000_000_000L)]
    public void A_price_is_read_exactly(string text, long femtos)
    {
        Assert.Equal(femtos, UnitPrice.Parse(text).Femtos);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("free")]
    [InlineData("0.0000000000000001")]
    [InlineData("9001")]
    [InlineData("1,5")]
    public void What_is_no_price_is_refused(string text)
    {
        Assert.False(UnitPrice.TryParse(text, out _));
    }

    [Fact]
    public void A_price_prints_as_the_digits_it_was_read_from()
    {
        foreach (var text in new[] { "0.00000015", "0.0000006", "0.000000000000001", "12.5", "0" })
        {
            Assert.Equal(text, UnitPrice.Parse(text).ToString());
        }
    }

    [Theory]
    [InlineData(ResetInterval.Daily, "2026-11-21T23:59:59Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z")]
    [InlineData(ResetInterval.Weekly, "2026-11-22T12:00:00Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z")]
    [InlineData(ResetInterval.Weekly, "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z")]
    [InlineData(ResetInterval.Monthly, "2026-12-31T23:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    public void Windows_begin_at_midnight_on_Monday_and_on_the_first_in_UTC(
        ResetInterval interval, string now, string start, string end)
    {
        var moment = DateTimeOffset.Parse(now, CultureInfo.InvariantCulture);

        Assert.Equal(DateTimeOffset.Parse(start, CultureInfo.InvariantCulture), ResetWindow.StartOf(interval, moment));
        Assert.Equal(DateTimeOffset.Parse(end, CultureInfo.InvariantCulture), ResetWindow.EndOf(interval, moment));
    }
}
