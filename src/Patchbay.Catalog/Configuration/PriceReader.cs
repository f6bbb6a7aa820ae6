using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Reads <c>price</c>. Numbers are taken as the text in the file, never through floating point.</summary>
internal static class PriceReader
{
    /// <summary>Above this (10,000 dollars a million tokens) somebody has written a price per million tokens.</summary>
    private const long SuspiciousFemtosPerToken = 10_000_000_000_000;

    public static PriceList? Read(YamlSection section, ReadContext context)
    {
        var prices = Over(section, new PriceList { Prompt = default, Completion = default }, required: true);
        var tiers = new List<PriceTier>();
        foreach (var (node, path) in section.Items("tiers") ?? [])
        {
            if (YamlSection.Open(context, node, path) is not { } tier)
            {
                continue;
            }

            var above = tier.Whole("above_prompt_tokens", 1, int.MaxValue, required: true);
            var list = Over(tier, prices, required: false);
            tier.Close();
            if (above is { } threshold)
            {
                if (tiers.Count > 0 && tiers[^1].AbovePromptTokens >= threshold)
                {
                    tier.Problem("above_prompt_tokens", "must be higher than in the tier before.");
                }

                tiers.Add(new PriceTier(threshold, list));
            }
        }

        section.Close();
        return prices with { Tiers = tiers };
    }

    private static PriceList Over(YamlSection section, PriceList list, bool required) => list with
    {
        Prompt = Token(section, "prompt", required) ?? list.Prompt,
        Completion = Token(section, "completion", required) ?? list.Completion,
        CacheRead = Token(section, "cache_read") ?? list.CacheRead,
        CacheWrite = Token(section, "cache_write") ?? list.CacheWrite,
        CacheWrite1h = Token(section, "cache_write_1h") ?? list.CacheWrite1h,
        Reasoning = Token(section, "reasoning") ?? list.Reasoning,
        AudioInput = Token(section, "audio_input") ?? list.AudioInput,
        AudioOutput = Token(section, "audio_output") ?? list.AudioOutput,
        ImageInput = Price(section, "image_input", "image") ?? list.ImageInput,
        ImageOutput = Price(section, "image_output", "image") ?? list.ImageOutput,
        Request = Price(section, "request", "request") ?? list.Request,
        WebSearch = Price(section, "web_search", "search") ?? list.WebSearch,
    };

    private static UnitPrice? Token(YamlSection section, string key, bool required = false)
    {
        var price = Price(section, key, "token", required);
        if (price is { Femtos: > SuspiciousFemtosPerToken })
        {
            section.Warning(key,
                $"{section.Shown(key)} dollars a token is very much; is it meant per million tokens?");
        }

        return price;
    }

    private static UnitPrice? Price(YamlSection section, string key, string unit, bool required = false)
    {
        if (section.Text(key, required) is not { } text)
        {
            return null;
        }

        if (UnitPrice.TryParse(text.Trim(), out var price))
        {
            return price;
        }

        section.Problem(key, $"{section.Shown(key)} is not a price in dollars per {unit}.");
        return null;
    }
}
