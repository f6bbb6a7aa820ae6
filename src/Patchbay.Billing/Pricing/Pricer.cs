using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Turns usage and prices into money. Pure and exact: counts times prices are summed in 128 bits and rounded up
/// once per request to a nano-USD, so that no request is charged less than it cost and none more than a nano too much.
/// </summary>
public static class Pricer
{
    /// <summary>The cost of a usage by the prices that apply to its prompt's length. A part that was not reported costs
    /// nothing.</summary>
    /// <exception cref="OverflowException">The cost exceeds the range of <see cref="Money"/>.</exception>
    public static Cost Price(in Usage usage, PriceList list)
    {
        var prices = list.ForPrompt(usage.PromptTokens);
        var cacheWrite = prices.CacheWrite ?? prices.Prompt;
        var prompt =
            Femtos(usage.UncachedInput, prices.Prompt)
            + Femtos(usage.CacheRead, prices.CacheRead ?? prices.Prompt)
            + Femtos(usage.CacheWrite, cacheWrite)
            + Femtos(usage.CacheWrite1h, prices.CacheWrite1h ?? cacheWrite)
            + Femtos(usage.AudioInput, prices.AudioInput ?? prices.Prompt)
            + Femtos(usage.ImagesIn, prices.ImageInput ?? UnitPrice.Free)
            + Femtos(usage.Searches, prices.WebSearch ?? UnitPrice.Free)
            + Femtos(1, prices.Request ?? UnitPrice.Free);
        var completion =
            Femtos(usage.Output, prices.Completion)
            + Femtos(usage.Reasoning, prices.Reasoning ?? prices.Completion)
            + Femtos(usage.AudioOutput, prices.AudioOutput ?? prices.Completion)
            + Femtos(usage.ImagesOut, prices.ImageOutput ?? UnitPrice.Free);
        var total = RoundUp(prompt + completion);
        var promptPart = new Money(checked((long)(prompt / UnitPrice.FemtosPerNano)));
        return new Cost(total, promptPart, total - promptPart) { Femtos = prompt + completion };
    }

    /// <summary>A whole in basis points.</summary>
    internal const int Whole = 10_000;

    /// <summary>A share of an exact amount in femto-USD, rounded up to a nano-USD.</summary>
    internal static Money Share(Int128 femtos, int basisPoints)
    {
        var divisor = (Int128)UnitPrice.FemtosPerNano * Whole;
        return new Money(checked((long)(((femtos * basisPoints) + (divisor - 1)) / divisor)));
    }

    private static Int128 Femtos(long? count, UnitPrice price)
    {
        if (count is not { } units)
        {
            return 0;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(units);
        return (Int128)units * price.Femtos;
    }

    /// <summary>The smallest whole number of nano-USD that is not less than this many femto-USD.</summary>
    internal static Money RoundUp(Int128 femtos) =>
        new(checked((long)((femtos + (UnitPrice.FemtosPerNano - 1)) / UnitPrice.FemtosPerNano)));
}
