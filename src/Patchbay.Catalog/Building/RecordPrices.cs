using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Turns stored prices into <see cref="PriceList"/>.</summary>
internal static class RecordPrices
{
    public static PriceList ToPriceList(PriceRecord prices, PriceRecord[]? tiers)
    {
        var list = Over(new PriceList { Prompt = default, Completion = default }, prices);
        return tiers is null
            ? list
            : list with { Tiers = [.. tiers.Select(tier => new PriceTier(tier.Above, Over(list, tier)))] };
    }

    private static PriceList Over(PriceList list, PriceRecord record) => list with
    {
        Prompt = Parse(record.Prompt) ?? list.Prompt,
        Completion = Parse(record.Completion) ?? list.Completion,
        CacheRead = Parse(record.CacheRead) ?? list.CacheRead,
        CacheWrite = Parse(record.CacheWrite) ?? list.CacheWrite,
        CacheWrite1h = Parse(record.CacheWrite1h) ?? list.CacheWrite1h,
        Reasoning = Parse(record.Reasoning) ?? list.Reasoning,
        AudioInput = Parse(record.AudioInput) ?? list.AudioInput,
        AudioOutput = Parse(record.AudioOutput) ?? list.AudioOutput,
        ImageInput = Parse(record.ImageInput) ?? list.ImageInput,
        ImageOutput = Parse(record.ImageOutput) ?? list.ImageOutput,
        Request = Parse(record.Request) ?? list.Request,
        WebSearch = Parse(record.WebSearch) ?? list.WebSearch,
    };

    private static UnitPrice? Parse(string? text) => text is null ? null : UnitPrice.Parse(text);
}
