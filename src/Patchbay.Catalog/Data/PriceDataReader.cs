using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Reads stored prices: dollars per unit as decimal text.</summary>
internal static class PriceDataReader
{
    public static EndpointPrices Read(DataCursor text)
    {
        var kinds = new Kinds();
        List<NamedPrice>? others = null;
        text.Expect('{');
        while (text.Next(out var name))
        {
            var price = text.Price();
            if (!kinds.TrySet(name, price))
            {
                (others ??= []).Add(new NamedPrice(name, price));
            }
        }

        return new EndpointPrices(
            kinds.Over(PriceList.Free), kinds.Prompt is not null && kinds.Completion is not null, others is null ? [] : [.. others]);
    }

    /// <summary>The prices with the tiers that follow them in the file; what a tier leaves out is as below it.</summary>
    public static EndpointPrices ReadTiers(DataCursor text, EndpointPrices prices)
    {
        var tiers = new List<PriceTier>();
        text.Expect('[');
        while (text.Take('{'))
        {
            var above = 0L;
            var kinds = new Kinds();
            while (text.Next(out var name))
            {
                if (name == "above")
                {
                    above = text.Long();
                }
                else if (!kinds.TrySet(name, text.Price()))
                {
                    throw DataCursor.Unknown(name);
                }
            }

            tiers.Add(new PriceTier(above, kinds.Over(prices.List)));
        }

        text.Expect(']');

        return prices with { List = prices.List with { Tiers = tiers } };
    }

    private struct Kinds
    {
        public UnitPrice? Prompt;
        public UnitPrice? Completion;
        private UnitPrice? _cacheRead;
        private UnitPrice? _cacheWrite;
        private UnitPrice? _cacheWrite1h;
        private UnitPrice? _reasoning;
        private UnitPrice? _audioInput;
        private UnitPrice? _audioOutput;
        private UnitPrice? _imageInput;
        private UnitPrice? _imageOutput;
        private UnitPrice? _request;
        private UnitPrice? _webSearch;

        /// <summary>False when requests are not charged by this kind of price.</summary>
        public bool TrySet(string name, UnitPrice price)
        {
            switch (name)
            {
                case "prompt": Prompt = price; break;
                case "completion": Completion = price; break;
                case "cache_read": _cacheRead = price; break;
                case "cache_write": _cacheWrite = price; break;
                case "cache_write_1h": _cacheWrite1h = price; break;
                case "reasoning": _reasoning = price; break;
                case "audio_input": _audioInput = price; break;
                case "audio_output": _audioOutput = price; break;
                case "image_input": _imageInput = price; break;
                case "image_output": _imageOutput = price; break;
                case "request": _request = price; break;
                case "web_search": _webSearch = price; break;
                default: return false;
            }

            return true;
        }

        public readonly PriceList Over(PriceList list) => new()
        {
            Prompt = Prompt ?? list.Prompt,
            Completion = Completion ?? list.Completion,
            CacheRead = _cacheRead ?? list.CacheRead,
            CacheWrite = _cacheWrite ?? list.CacheWrite,
            CacheWrite1h = _cacheWrite1h ?? list.CacheWrite1h,
            Reasoning = _reasoning ?? list.Reasoning,
            AudioInput = _audioInput ?? list.AudioInput,
            AudioOutput = _audioOutput ?? list.AudioOutput,
            ImageInput = _imageInput ?? list.ImageInput,
            ImageOutput = _imageOutput ?? list.ImageOutput,
            Request = _request ?? list.Request,
            WebSearch = _webSearch ?? list.WebSearch,
        };
    }
}
