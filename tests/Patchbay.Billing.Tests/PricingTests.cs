using System.Globalization;
using System.Numerics;
using Patchbay.Core;

namespace Patchbay.Billing.Tests;

public sealed class PricingTests
{
    // bench/mutation.sh, which runs them a hundred times, takes fewer.
    private static readonly int Rounds =
        int.Parse(Environment.GetEnvironmentVariable("PATCHBAY_ROUNDS") ?? "1000000", CultureInfo.InvariantCulture);

    // An independent calculation: the sum as an exact fraction of arbitrary size, rounded up once.
    private static BigInteger Exact(in Usage usage, PriceList list) => RoundUp(Femtos(usage, list), UnitPrice.FemtosPerNano);

    private static BigInteger RoundUp(BigInteger numerator, BigInteger denominator)
    {
        var (whole, rest) = BigInteger.DivRem(numerator, denominator);
        return rest > 0 ? whole + 1 : whole;
    }

    private static BigInteger Femtos(in Usage usage, PriceList list)
    {
        var prices = list;
        foreach (var tier in list.Tiers)
        {
            prices = usage.PromptTokens > tier.AbovePromptTokens ? tier.Prices : prices;
        }

        BigInteger Part(long? count, UnitPrice? own, UnitPrice fallback) =>
            new BigInteger(count ?? 0) * (own ?? fallback).Femtos;

        var write = prices.CacheWrite ?? prices.Prompt;
        var femtos = Part(usage.UncachedInput, null, prices.Prompt)
            + Part(usage.CacheRead, prices.CacheRead, prices.Prompt)
            + Part(usage.CacheWrite, prices.CacheWrite, prices.Prompt)
            + Part(usage.CacheWrite1h, prices.CacheWrite1h, write)
            + Part(usage.AudioInput, prices.AudioInput, prices.Prompt)
            + Part(usage.ImagesIn, prices.ImageInput, default)
            + Part(usage.Searches, prices.WebSearch, default)
            + Part(1, prices.Request, default)
            + Part(usage.Output, null, prices.Completion)
            + Part(usage.Reasoning, prices.Reasoning, prices.Completion)
            + Part(usage.AudioOutput, prices.AudioOutput, prices.Completion)
            + Part(usage.ImagesOut, prices.ImageOutput, default);
        return femtos;
    }

    [Fact]
    public void Discounts_and_fees_are_rounded_up_once_from_the_exact_price()
    {
        var random = new Random(23);
        for (var i = 0; i < Rounds; i++)
        {
            var (usage, list) = (AnyUsage(random), AnyList(random));
            var exact = Femtos(usage, list);
            var cost = Pricer.Price(usage, list);
            var points = random.Next(3) switch { 0 => 100, 1 => 0, _ => random.Next(0, 10_001) };
            var scale = new BigInteger(UnitPrice.FemtosPerNano) * 10_000;
            var net = cost.Less(points);
            Assert.Equal(RoundUp(exact * (10_000 - points), scale), net.Nanos);
            Assert.InRange(net.Nanos, 0, cost.Total.Nanos);

            var fees = new ByokFees(points, Money.Zero);
            var free = new Money(random.Next(2) == 0 ? 0 : random.NextInt64(0, cost.Total.Nanos + 1));
            var rest = BigInteger.Max(0, exact - (new BigInteger(free.Nanos) * UnitPrice.FemtosPerNano));
            var fee = fees.Of(cost, free);
            Assert.Equal(RoundUp(rest * points, scale), fee.Nanos);
            Assert.True(fee <= fees.Worst(cost.Total - free));
        }
    }

    [Fact]
    public void Nothing_used_costs_no_fee_and_gets_no_discount()
    {
        var list = new PriceList { Prompt = new UnitPrice(5), Completion = new UnitPrice(7) };
        var cost = Pricer.Price(new Usage { UncachedInput = 0, Output = 0 }, list);
        Assert.Equal(Money.Zero, cost.Less(100));
        Assert.Equal(Money.Zero, new ByokFees(500, Money.Zero).Of(cost, Money.Zero));
    }

    private static UnitPrice AnyPrice(Random random) =>
        new(random.Next(4) == 0 ? 0 : random.NextInt64(0, 1L << random.Next(1, 38)));

    private static UnitPrice? MaybePrice(Random random) => random.Next(2) == 0 ? null : AnyPrice(random);

    private static long? MaybeCount(Random random) => random.Next(3) == 0 ? null : random.NextInt64(0, 1L << random.Next(1, 22));

    internal static PriceList AnyList(Random random, bool tiers = true) => new()
    {
        Prompt = AnyPrice(random),
        Completion = AnyPrice(random),
        CacheRead = MaybePrice(random),
        CacheWrite = MaybePrice(random),
        CacheWrite1h = MaybePrice(random),
        Reasoning = MaybePrice(random),
        AudioInput = MaybePrice(random),
        AudioOutput = MaybePrice(random),
        ImageInput = MaybePrice(random),
        ImageOutput = MaybePrice(random),
        Request = MaybePrice(random),
        WebSearch = MaybePrice(random),
        Tiers = tiers && random.Next(3) == 0 ? [new PriceTier(random.Next(1, 300_000), AnyList(random, tiers: false))] : [],
    };

    private static Usage AnyUsage(Random random) => new()
    {
        UncachedInput = MaybeCount(random),
        CacheRead = MaybeCount(random),
        CacheWrite = MaybeCount(random),
        CacheWrite1h = MaybeCount(random),
        AudioInput = MaybeCount(random),
        Output = MaybeCount(random),
        Reasoning = MaybeCount(random),
        AudioOutput = MaybeCount(random),
        ImagesIn = random.Next(0, 5),
        ImagesOut = random.Next(0, 5),
        Searches = random.Next(0, 5),
    };

    [Fact]
    public void M16_a_million_random_charges_equal_the_exact_fraction_rounded_up_once()
    {
        var random = new Random(16);
        for (var i = 0; i < Rounds; i++)
        {
            var usage = AnyUsage(random);
            var list = AnyList(random);

            var cost = Pricer.Price(usage, list);

            Assert.Equal(Exact(usage, list), (BigInteger)cost.Total.Nanos);
            Assert.Equal(cost.Total, cost.Prompt + cost.Completion);
            Assert.True(cost.Prompt >= Money.Zero && cost.Completion >= Money.Zero);
        }
    }

    [Fact]
    public void M16_more_tokens_never_cost_less()
    {
        var random = new Random(17);
        for (var i = 0; i < Rounds / 10; i++)
        {
            var usage = AnyUsage(random);
            var list = AnyList(random, tiers: false);

            var more = usage with
            {
                UncachedInput = (usage.UncachedInput ?? 0) + random.Next(0, 100),
                Output = (usage.Output ?? 0) + random.Next(0, 100),
            };

            Assert.True(Pricer.Price(more, list).Total >= Pricer.Price(usage, list).Total);
        }
    }

    [Fact]
    public void M16_no_tokens_and_no_fees_cost_nothing()
    {
        var random = new Random(18);
        for (var i = 0; i < 1000; i++)
        {
            var list = AnyList(random) with { Request = null };

            Assert.Equal(Cost.Zero, Pricer.Price(default, list));
        }
    }

    [Fact]
    public void A_worst_case_is_never_below_what_a_usage_within_its_bounds_costs()
    {
        var random = new Random(19);
        for (var i = 0; i < Rounds / 10; i++)
        {
            var list = AnyList(random);
            var usage = AnyUsage(random) with { ImagesOut = 0, Searches = random.Next(0, 2) };
            var worst = WorstCase.Of(list, usage.PromptTokens + random.Next(0, 10), (int)(usage.ImagesIn ?? 0));

            Assert.True(worst.With(usage.CompletionTokens) >= Pricer.Price(usage, list).Total);
        }
    }

    [Fact]
    public void What_an_amount_affords_costs_at_most_that_amount_and_one_token_more_costs_more()
    {
        var random = new Random(20);
        for (var i = 0; i < Rounds / 10; i++)
        {
            var worst = WorstCase.Of(AnyList(random), random.Next(0, 5000), random.Next(0, 3));
            var amount = new Money(random.NextInt64(0, 1L << 40));

            var tokens = worst.AffordableOutput(amount);

            if (tokens == long.MaxValue)
            {
                Assert.True(worst.With(1_000_000) <= amount);
            }
            else if (tokens >= 0)
            {
                Assert.True(worst.With(tokens) <= amount);
                Assert.True(worst.With(tokens + 1) > amount);
            }
            else
            {
                Assert.True(worst.With(0) > amount);
            }
        }
    }

    [Fact]
    public void A_charge_names_what_went_in_and_what_came_out_and_keeps_the_exact_sum()
    {
        var list = new PriceList { Prompt = new UnitPrice(1_500_000), Completion = new UnitPrice(2_000_001) };

        var cost = Pricer.Price(new Usage { UncachedInput = 3, Output = 2 }, list);

        // 3 × 1.5 = 4.5 nano-USD in and 2 × 2.000001 = 4.000002 out: 8.500002, rounded up to 9; whole nanos of the input are 4.
        Assert.Equal(new Cost(new Money(9), new Money(4), new Money(5)) { Femtos = 8_500_002 }, cost);
        Assert.Equal(
            new Cost(new Money(18), new Money(8), new Money(10)) { Femtos = 17_000_004 }, cost.Plus(cost));
        Assert.Equal(new Money(5), cost.Less(5_000));
        Assert.Equal(Money.Zero, cost.Less(10_000));
        Assert.Equal(new Money(9), cost.Less(0));
    }

    [Fact]
    public void Costs_of_several_answers_are_never_discounted_to_more_than_their_sum()
    {
        // Two of half a nano: each is rounded up, the sum is 2; 1 % less of the exact nano is 1.
        var half = Pricer.Price(new Usage { Output = 1 }, new PriceList { Prompt = default, Completion = new UnitPrice(500_000) });

        Assert.Equal(new Money(2), half.Plus(half).Total);
        Assert.Equal(new Money(2), half.Plus(half).Less(0));
        Assert.Equal(new Money(1), half.Plus(half).Less(100));
    }

    [Fact]
    public void A_negative_count_and_a_cost_beyond_all_money_are_refused_and_not_charged()
    {
        var list = new PriceList { Prompt = new UnitPrice(long.MaxValue), Completion = new UnitPrice(1) };

        Assert.Throws<ArgumentOutOfRangeException>(() => Pricer.Price(new Usage { Output = -1 }, list));
        Assert.Throws<OverflowException>(() => Pricer.Price(new Usage { UncachedInput = long.MaxValue }, list));
        Assert.Throws<OverflowException>(
            () => Pricer.Price(new Usage { Output = long.MaxValue }, list with { Completion = new UnitPrice(long.MaxValue) }));
        Assert.Throws<OverflowException>(() => new ByokFees(20_000, Money.Zero).Worst(Money.MaxValue));
    }

    [Theory]
    [InlineData(1_000, 0, 50)]
    [InlineData(1_000, 400, 30)]
    [InlineData(1_001, 400, 31)]
    [InlineData(1_000, 1_000, 0)]
    [InlineData(1_000, 2_000, 0)]
    public void A_fee_is_five_percent_of_what_the_allowance_leaves(long listed, long free, long fee)
    {
        var fees = new ByokFees(500, new Money(400));
        var cost = new Cost(new Money(listed), new Money(listed), Money.Zero) { Femtos = listed * UnitPrice.FemtosPerNano };

        Assert.Equal(new Money(fee), fees.Of(cost, new Money(free)));
        Assert.Equal(new Money(400), fees.Allowance);
        Assert.Equal(new Money(51), fees.Worst(new Money(1_001)));
        Assert.Equal(new ByokFees(0, Money.Zero), ByokFees.None);
        Assert.Equal(Money.Zero, ByokFees.None.Worst(Money.MaxValue));
    }

    [Fact]
    public void Neither_pricing_nor_ledger_knows_floating_point_numbers()
    {
        var types = typeof(Pricer).Assembly.GetTypes().Append(typeof(Money)).Append(typeof(UnitPrice)).Append(typeof(PriceList));
        var flags = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Static
            | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic
            | System.Reflection.BindingFlags.DeclaredOnly;
        var floating = new[] { typeof(float), typeof(double), typeof(Half), typeof(float?), typeof(double?) };

        var found = types.SelectMany(type =>
                type.GetFields(flags).Where(f => floating.Contains(f.FieldType)).Select(f => $"{type.Name}.{f.Name}")
                .Concat(type.GetMethods(flags)
                    .Where(m => floating.Contains(m.ReturnType)
                        || m.GetParameters().Any(p => floating.Contains(p.ParameterType))
                        || (m.GetMethodBody()?.LocalVariables.Any(v => floating.Contains(v.LocalType)) ?? false))
                    .Select(m => $"{type.Name}.{m.Name}")))
            .ToList();

        Assert.Empty(found);
    }
}
