using Patchbay.Core;

namespace Patchbay.Api;

/// <summary>Reads a whole price, by the names that <c>patchbay.yaml</c> uses.</summary>
internal static class PriceBody
{
    private const int MostTiers = 16;

    // No token has cost more than 10,000 dollars a million; what is above was meant per million.
    private static readonly UnitPrice MostPerToken = UnitPrice.Parse("0.01");
    private static readonly UnitPrice MostPerUnit = new(100_000_000_000_000_000);

    /// <summary>The price. Prompt and completion must be there; a tier says what differs in it.</summary>
    public static PriceList Read(JsonBody body)
    {
        var list = Over(body, PriceList.Free, required: true);
        var tiers = new List<PriceTier>();
        foreach (var tier in body.Sections("tiers", MostTiers).Or([]))
        {
            var above = tier.Tokens("above_prompt_tokens").Or(null);
            if (above is null)
            {
                tier.Refuse("above_prompt_tokens", "is required.");
            }
            else if (tiers.Count > 0 && tiers[^1].AbovePromptTokens >= above)
            {
                tier.Refuse("above_prompt_tokens", "must be higher than in the tier before.");
            }

            tiers.Add(new PriceTier(above ?? 0, Over(tier, list, required: false)));
        }

        return list with { Tiers = tiers };
    }

    private static PriceList Over(JsonBody body, PriceList list, bool required) => list with
    {
        Prompt = Main(body, "prompt", required) ?? list.Prompt,
        Completion = Main(body, "completion", required) ?? list.Completion,
        CacheRead = Token(body, "cache_read") ?? list.CacheRead,
        CacheWrite = Token(body, "cache_write") ?? list.CacheWrite,
        CacheWrite1h = Token(body, "cache_write_1h") ?? list.CacheWrite1h,
        Reasoning = Token(body, "reasoning") ?? list.Reasoning,
        AudioInput = Token(body, "audio_input") ?? list.AudioInput,
        AudioOutput = Token(body, "audio_output") ?? list.AudioOutput,
        ImageInput = Unit(body, "image_input", "image") ?? list.ImageInput,
        ImageOutput = Unit(body, "image_output", "image") ?? list.ImageOutput,
        Request = Unit(body, "request", "request") ?? list.Request,
        WebSearch = Unit(body, "web_search", "search") ?? list.WebSearch,
    };

    private static UnitPrice? Main(JsonBody body, string name, bool required)
    {
        var price = Token(body, name);
        if (required && price is null)
        {
            body.Refuse(name, "is required.");
        }

        return price;
    }

    private static UnitPrice? Token(JsonBody body, string name) => body.Price(name, MostPerToken, "token").Or(null);

    private static UnitPrice? Unit(JsonBody body, string name, string unit) => body.Price(name, MostPerUnit, unit).Or(null);
}
