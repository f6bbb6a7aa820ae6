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
        var (prompt, output) = Highest(list);
        foreach (var tier in list.Tiers)
        {
            if (promptTokens > tier.AbovePromptTokens)
            {
                var (tierPrompt, tierOutput) = Highest(tier.Prices);
                prompt = Math.Max(prompt, tierPrompt);
                output = Math.Max(output, tierOutput);
            }
        }

        var fixedFemtos = ((Int128)promptTokens * prompt)
            + ((Int128)images * (list.ImageInput ?? UnitPrice.Free).Femtos)
            + (list.Request ?? UnitPrice.Free).Femtos
            + (list.WebSearch ?? UnitPrice.Free).Femtos;
        return new WorstCase(fixedFemtos, output);
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

    private static (long Prompt, long Output) Highest(PriceList prices)
    {
        var prompt = Math.Max(prices.Prompt.Femtos, (prices.AudioInput ?? UnitPrice.Free).Femtos);
        prompt = Math.Max(prompt, (prices.CacheWrite ?? UnitPrice.Free).Femtos);
        prompt = Math.Max(prompt, (prices.CacheWrite1h ?? UnitPrice.Free).Femtos);
        var output = Math.Max(prices.Completion.Femtos, (prices.Reasoning ?? UnitPrice.Free).Femtos);
        return (prompt, Math.Max(output, (prices.AudioOutput ?? UnitPrice.Free).Femtos));
    }
}
