using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Reads stored prices: dollars per unit as decimal text.</summary>
internal static class PriceDataReader
{
    private static readonly string[] Names =
    [
        "prompt", "completion", "cache_read", "cache_write", "cache_write_1h", "reasoning", "audio_input",
        "audio_output", "image_input", "image_output", "request", "web_search",
    ];

    public static PriceList Read(ref Utf8JsonReader reader) => Read(ref reader, null, out _);

    /// <summary>The list with the tiers that follow it in the file; what a tier leaves out is as in the list.</summary>
    public static PriceList ReadTiers(ref Utf8JsonReader reader, PriceList prices)
    {
        var tiers = new List<PriceTier>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var tier = Read(ref reader, prices, out var above);
            tiers.Add(new PriceTier(above, tier));
        }

        return prices with { Tiers = tiers };
    }

    private static PriceList Read(ref Utf8JsonReader reader, PriceList? from, out long above)
    {
        above = 0;
        Span<UnitPrice?> given = stackalloc UnitPrice?[12];
        while (DataReader.Next(ref reader, out var name))
        {
            if (name == "above")
            {
                above = reader.GetInt64();
                continue;
            }

            var index = Array.IndexOf(Names, name);
            given[index >= 0 ? index : throw DataReader.Unknown(name)] = UnitPrice.Parse(reader.GetString());
        }

        return new PriceList
        {
            Prompt = given[0] ?? from?.Prompt ?? throw new JsonException("A built-in endpoint has no prompt price."),
            Completion = given[1] ?? from?.Completion
                ?? throw new JsonException("A built-in endpoint has no completion price."),
            CacheRead = given[2] ?? from?.CacheRead,
            CacheWrite = given[3] ?? from?.CacheWrite,
            CacheWrite1h = given[4] ?? from?.CacheWrite1h,
            Reasoning = given[5] ?? from?.Reasoning,
            AudioInput = given[6] ?? from?.AudioInput,
            AudioOutput = given[7] ?? from?.AudioOutput,
            ImageInput = given[8] ?? from?.ImageInput,
            ImageOutput = given[9] ?? from?.ImageOutput,
            Request = given[10] ?? from?.Request,
            WebSearch = given[11] ?? from?.WebSearch,
        };
    }
}
