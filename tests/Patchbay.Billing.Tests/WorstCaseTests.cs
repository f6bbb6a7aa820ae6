using System.Numerics;
using Patchbay.Core;

namespace Patchbay.Billing.Tests;

public sealed class WorstCaseTests
{
    // $2 and $8 a million tokens, the dearest of each kind; an image 3,000 nano-USD, a request 500, a search 700.
    private static readonly PriceList List = new()
    {
        Prompt = Nanos(1),
        CacheRead = Nanos(0),
        CacheWrite = Nanos(2),
        CacheWrite1h = Nanos(2),
        AudioInput = Nanos(1),
        Completion = Nanos(5),
        Reasoning = Nanos(8),
        AudioOutput = Nanos(6),
        ImageInput = Nanos(3_000),
        Request = Nanos(500),
        WebSearch = Nanos(700),
    };

    private static UnitPrice Nanos(long nanos) => new(nanos * UnitPrice.FemtosPerNano);

    [Fact]
    public void The_dearest_price_of_each_kind_is_held()
    {
        var worst = WorstCase.Of(List, promptTokens: 100, images: 2);

        // 100 × 2 + 2 × 3,000 + 500 + 700, and 8 for each token of output.
        Assert.Equal(new Money(7_400), worst.With(0));
        Assert.Equal(new Money(7_480), worst.With(10));
    }

    [Theory]
    [InlineData("CacheWrite")]
    [InlineData("CacheWrite1h")]
    [InlineData("AudioInput")]
    [InlineData("CacheRead")]
    [InlineData("Prompt")]
    public void Whichever_kind_of_input_is_dearest_counts(string kind)
    {
        var dear = Nanos(9);
        var list = new PriceList { Prompt = Nanos(1), Completion = Nanos(1) };
        list = kind switch
        {
            "CacheWrite" => list with { CacheWrite = dear },
            "CacheWrite1h" => list with { CacheWrite1h = dear },
            "AudioInput" => list with { AudioInput = dear },
            "CacheRead" => list with { CacheRead = dear },
            _ => list with { Prompt = dear },
        };

        Assert.Equal(new Money(90), WorstCase.Of(list, promptTokens: 10, images: 0).With(0));
    }

    [Theory]
    [InlineData(1_000, 1_000)]
    [InlineData(1_001, 3_003)]
    [InlineData(5_000, 15_000)]
    [InlineData(5_001, 15_003)]
    public void A_tier_counts_for_prompts_above_its_threshold_and_never_lowers_the_bound(long prompt, long held)
    {
        var list = new PriceList
        {
            Prompt = Nanos(1),
            Completion = Nanos(4),
            Tiers =
            [
                new PriceTier(1_000, new PriceList { Prompt = Nanos(3), Completion = Nanos(4) }),
                new PriceTier(5_000, new PriceList { Prompt = Nanos(2), Completion = Nanos(3) }),
            ],
        };

        var worst = WorstCase.Of(list, prompt, images: 0);

        Assert.Equal(new Money(held), worst.With(0));
        Assert.Equal(new Money(held + 4), worst.With(1));
    }

    [Fact]
    public void A_tier_raises_the_bound_for_output_images_and_fees_too()
    {
        var list = new PriceList
        {
            Prompt = Nanos(1),
            Completion = Nanos(1),
            Tiers =
            [
                new PriceTier(1, new PriceList
                {
                    Prompt = Nanos(1), Completion = Nanos(6), ImageInput = Nanos(50), Request = Nanos(7), WebSearch = Nanos(9),
                }),
            ],
        };

        // 2 × 1 + 3 × 50 + 7 + 9 + 10 × 6
        Assert.Equal(new Money(228), WorstCase.Of(list, promptTokens: 2, images: 3).With(10));
    }

    [Fact]
    public void A_bound_beyond_all_money_is_all_money_and_one_just_below_it_is_exact()
    {
        var list = new PriceList { Prompt = UnitPrice.Free, Completion = new UnitPrice(UnitPrice.FemtosPerNano) };
        var worst = WorstCase.Of(list, promptTokens: 0, images: 0);

        Assert.Equal(new Money(long.MaxValue - 1), worst.With(long.MaxValue - 1));
        Assert.Equal(Money.MaxValue, worst.With(long.MaxValue));
        Assert.Equal(Money.MaxValue, WorstCase.Of(list with { Completion = Nanos(7) }, 0, 0).With(long.MaxValue));

        // One femto-USD less than all money is rounded up to it.
        var odd = list with { Request = new UnitPrice(UnitPrice.FemtosPerNano - 1) };
        Assert.Equal(Money.MaxValue, WorstCase.Of(odd, 0, 0).With(long.MaxValue - 1));
    }

    [Fact]
    public void Fees_beyond_all_numbers_are_refused_and_do_not_wrap_to_a_small_bound()
    {
        var most = new UnitPrice(long.MaxValue);

        Assert.Throws<OverflowException>(() => WorstCase.Of(List with { Request = most, WebSearch = most }, 1, 0));
    }

    [Fact]
    public void What_does_not_pay_for_the_prompt_affords_nothing_and_what_just_pays_for_it_no_output()
    {
        var worst = WorstCase.Of(List, promptTokens: 100, images: 0);

        // The prompt and the fees cost 1,400.
        Assert.Equal(-1, worst.AffordableOutput(new Money(1_399)));
        Assert.Equal(0, worst.AffordableOutput(new Money(1_400)));
        Assert.Equal(0, worst.AffordableOutput(new Money(1_407)));
        Assert.Equal(1, worst.AffordableOutput(new Money(1_408)));
    }

    [Fact]
    public void Free_output_is_affordable_without_end_and_so_is_output_that_costs_next_to_nothing()
    {
        var free = WorstCase.Of(List with { Completion = default, Reasoning = null, AudioOutput = null }, 0, 0);
        var nearly = WorstCase.Of(new PriceList { Prompt = default, Completion = new UnitPrice(1) }, 0, 0);

        Assert.Equal(long.MaxValue, free.AffordableOutput(new Money(1_200)));
        Assert.Equal(-1, free.AffordableOutput(new Money(1_199)));
        Assert.Equal(long.MaxValue, nearly.AffordableOutput(Money.MaxValue));
        Assert.Equal(UnitPrice.FemtosPerNano, nearly.AffordableOutput(new Money(1)));
    }

    [Fact]
    public void The_bound_is_the_sum_of_the_dearest_prices_rounded_up_once()
    {
        var random = new Random(29);
        for (var i = 0; i < 100_000; i++)
        {
            var list = PricingTests.AnyList(random);
            var (prompt, images, output) = (random.NextInt64(0, 400_000), random.Next(0, 4), random.NextInt64(0, 100_000));
            var lists = list.Tiers.Where(tier => prompt > tier.AbovePromptTokens).Select(tier => tier.Prices).Append(list).ToList();

            BigInteger Dearest(Func<PriceList, UnitPrice?[]> kind) => lists.Max(l => kind(l).Max(price => price?.Femtos ?? 0));

            var femtos = (prompt * Dearest(l => [l.Prompt, l.CacheRead, l.CacheWrite, l.CacheWrite1h, l.AudioInput]))
                + (images * Dearest(l => [l.ImageInput]))
                + lists.Max(l => (l.Request?.Femtos ?? 0) + (l.WebSearch?.Femtos ?? 0))
                + (output * Dearest(l => [l.Completion, l.Reasoning, l.AudioOutput]));
            var exact = (femtos + UnitPrice.FemtosPerNano - 1) / UnitPrice.FemtosPerNano;

            Assert.Equal(exact, WorstCase.Of(list, prompt, images).With(output).Nanos);
        }
    }
}
