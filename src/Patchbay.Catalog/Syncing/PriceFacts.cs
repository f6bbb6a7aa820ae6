using System.Globalization;
using System.Text;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Prices as facts: one per kind, in dollars per unit, and one for the tiers of long prompts, written
/// <c>200000:prompt=0.0000025,completion=0.000015</c> with a semicolon between tiers; a kind that a tier does not name costs
/// there what it costs below.</summary>
internal static class PriceFacts
{
    /// <summary>The kinds by which requests are charged.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "prompt", "completion", "cache_read", "cache_write", "cache_write_1h", "reasoning", "audio_input", "audio_output",
        "image_input", "image_output", "request", "web_search",
    ];

    public static void Read(EndpointPrices prices, Action<string, string> tell)
    {
        foreach (var kind in Kinds)
        {
            if (Known(prices, kind) is { } price)
            {
                tell(FactNames.PricePrefix + kind, price.ToString());
            }
        }

        if (prices.List.Tiers.Count > 0)
        {
            tell(FactNames.Tiers, TierText(prices.List));
        }
    }

    /// <summary>The prices with some facts changed.</summary>
    public static EndpointPrices Over(EndpointPrices prices, IReadOnlyDictionary<string, string> facts)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        Read(prices, (fact, value) => all[fact] = value);
        foreach (var (fact, value) in facts)
        {
            if (FactNames.IsPrice(fact))
            {
                all[fact] = value;
            }
        }

        var list = PriceList.Free;
        foreach (var kind in Kinds)
        {
            if (all.TryGetValue(FactNames.PricePrefix + kind, out var value))
            {
                list = With(list, kind, UnitPrice.Parse(value));
            }
        }

        var tiers = all.TryGetValue(FactNames.Tiers, out var text) ? ReadTiers(text, list) : [];
        return new EndpointPrices(
            list with { Tiers = tiers },
            all.ContainsKey(FactNames.Prompt) && all.ContainsKey(FactNames.Completion),
            prices.Others);
    }

    /// <exception cref="FormatException">The text is no list of tiers.</exception>
    public static PriceTier[] ReadTiers(string text, PriceList list)
    {
        var tiers = new List<PriceTier>();
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !long.TryParse(part.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var above))
            {
                throw new FormatException($"'{part}' is no tier.");
            }

            var prices = list with { Tiers = [] };
            foreach (var pair in part[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                prices = With(prices, pair[..Math.Max(equals, 0)], UnitPrice.Parse(pair.AsSpan(equals + 1)));
            }

            tiers.Add(new PriceTier(above, prices));
        }

        return [.. tiers];
    }

    /// <summary>The text of tiers: threshold and, for each kind, its price.</summary>
    public static string TierText(IEnumerable<(long Above, IReadOnlyDictionary<string, string> Prices)> tiers)
    {
        var text = new StringBuilder();
        foreach (var (above, prices) in tiers.OrderBy(tier => tier.Above))
        {
            text.Append(text.Length > 0 ? ";" : "").Append(CultureInfo.InvariantCulture, $"{above}:");
            text.AppendJoin(',', Kinds.Where(prices.ContainsKey).Select(kind => $"{kind}={prices[kind]}"));
        }

        return text.ToString();
    }

    private static string TierText(PriceList list) => TierText(list.Tiers.Select(tier => (
        tier.AbovePromptTokens,
        (IReadOnlyDictionary<string, string>)Kinds
            .Where(kind => Find(tier.Prices, kind) is { } price && price != Find(list, kind))
            .ToDictionary(kind => kind, kind => Find(tier.Prices, kind)!.Value.ToString(), StringComparer.Ordinal))));

    // Zero stands for unknown where the token prices are not both known.
    private static UnitPrice? Known(EndpointPrices prices, string kind) => Find(prices.List, kind) is { } price
        && (prices.HasTokenPrices || price.Femtos > 0 || kind is not ("prompt" or "completion")) ? price : null;

    private static UnitPrice? Find(PriceList list, string kind) => kind switch
    {
        "prompt" => list.Prompt,
        "completion" => list.Completion,
        "cache_read" => list.CacheRead,
        "cache_write" => list.CacheWrite,
        "cache_write_1h" => list.CacheWrite1h,
        "reasoning" => list.Reasoning,
        "audio_input" => list.AudioInput,
        "audio_output" => list.AudioOutput,
        "image_input" => list.ImageInput,
        "image_output" => list.ImageOutput,
        "request" => list.Request,
        "web_search" => list.WebSearch,
        _ => throw new FormatException($"'{kind}' is no kind of price."),
    };

    private static PriceList With(PriceList list, string kind, UnitPrice price) => kind switch
    {
        "prompt" => list with { Prompt = price },
        "completion" => list with { Completion = price },
        "cache_read" => list with { CacheRead = price },
        "cache_write" => list with { CacheWrite = price },
        "cache_write_1h" => list with { CacheWrite1h = price },
        "reasoning" => list with { Reasoning = price },
        "audio_input" => list with { AudioInput = price },
        "audio_output" => list with { AudioOutput = price },
        "image_input" => list with { ImageInput = price },
        "image_output" => list with { ImageOutput = price },
        "request" => list with { Request = price },
        "web_search" => list with { WebSearch = price },
        _ => throw new FormatException($"'{kind}' is no kind of price."),
    };
}
