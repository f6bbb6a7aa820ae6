using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>The most that a request can cost at one endpoint: what a hold must cover. Every discount that the provider
/// may or may not grant (cache reads) is left out, every surcharge (cache writes, audio, tiers) is counted.</summary>
public readonly struct WorstCase
{
    private readonly Int128 _fixed;
    private readonly long _outputFemtos;

    private WorstCase(Int128 fixedFemtos, long outputFemtos)
    {
        _fixed = fixedFemtos;
        _outputFemtos = outputFemtos;
    }

    /// <summary>The bound for a prompt of at most this many tokens with this many images.</summary>
    public static WorstCase Of(PriceList list, long promptTokens, int images)
    {
        var most = Rates.Of(list);
        foreach (var tier in list.Tiers)
        {
            if (promptTokens > tier.AbovePromptTokens)
            {
                most = most.Or(Rates.Of(tier.Prices));
            }
        }

        var fixedFemtos = ((Int128)promptTokens * most.Prompt) + ((Int128)images * most.Image) + most.Fees;
        return new WorstCase(fixedFemtos, most.Output);
    }

    /// <summary>The most it costs with at most this many output tokens.</summary>
    public Money With(long outputTokens)
    {
        var femtos = _fixed + ((Int128)outputTokens * _outputFemtos);
        var limit = (Int128)long.MaxValue * UnitPrice.FemtosPerNano;
        return femtos >= limit ? Money.MaxValue : Pricer.RoundUp(femtos);
    }

    /// <summary>How many output tokens an amount surely pays for; negative when not even the prompt,
    /// <see cref="long.MaxValue"/> when output is free.</summary>
    public long AffordableOutput(Money amount)
    {
        var left = ((Int128)amount.Nanos * UnitPrice.FemtosPerNano) - _fixed;
        if (left < 0)
        {
            return -1;
        }

        return _outputFemtos == 0 ? long.MaxValue : (long)Int128.Min(left / _outputFemtos, long.MaxValue);
    }

    // The highest price of each kind, in femto-USD.
    private readonly record struct Rates(long Prompt, long Output, long Image, long Fees)
    {
        public static Rates Of(PriceList prices) => new(
            Highest(prices.Prompt, prices.CacheRead, prices.CacheWrite, prices.CacheWrite1h, prices.AudioInput),
            Highest(prices.Completion, prices.Reasoning, prices.AudioOutput),
            Highest(UnitPrice.Free, prices.ImageInput),
            checked(Highest(UnitPrice.Free, prices.Request) + Highest(UnitPrice.Free, prices.WebSearch)));

        public Rates Or(Rates other) => new(
            Math.Max(Prompt, other.Prompt), Math.Max(Output, other.Output), Math.Max(Image, other.Image), Math.Max(Fees, other.Fees));

        private static long Highest(UnitPrice price, params ReadOnlySpan<UnitPrice?> others)
        {
            var highest = price.Femtos;
            foreach (var other in others)
            {
                highest = Math.Max(highest, other?.Femtos ?? 0);
            }

            return highest;
        }
    }
}
