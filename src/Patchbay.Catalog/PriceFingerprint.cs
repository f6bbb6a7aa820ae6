using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>A 64-bit FNV-1a hash over every price of a list; depends on nothing but the prices.</summary>
internal static class PriceFingerprint
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static long Of(PriceList prices)
    {
        var hash = Add(Offset, prices);
        foreach (var tier in prices.Tiers)
        {
            hash = Add(Add(hash, tier.AbovePromptTokens), tier.Prices);
        }

        return (long)(hash & long.MaxValue);
    }

    private static ulong Add(ulong hash, PriceList prices)
    {
        ReadOnlySpan<UnitPrice?> members =
        [
            prices.Prompt, prices.Completion, prices.CacheRead, prices.CacheWrite, prices.CacheWrite1h,
            prices.Reasoning, prices.AudioInput, prices.AudioOutput, prices.ImageInput, prices.ImageOutput,
            prices.Request, prices.WebSearch,
        ];
        foreach (var member in members)
        {
            hash = Add(hash, member?.Femtos ?? -1);
        }

        return hash;
    }

    private static ulong Add(ulong hash, long value)
    {
        for (var shift = 0; shift < 64; shift += 8)
        {
            hash = unchecked((hash ^ ((ulong)value >> shift & 0xFF)) * Prime);
        }

        return hash;
    }
}
