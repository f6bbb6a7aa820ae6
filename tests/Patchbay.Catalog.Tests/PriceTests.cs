using Patchbay.Core;

namespace Patchbay.Catalog.Tests;

public sealed class PriceTests(ITestOutputHelper output)
{
    private static readonly long DollarPerThousand = UnitPrice.Parse("0.001").Femtos;
    private static readonly CatalogSnapshot Snapshot = BuiltIn.Build();

    // What looks wrong and is not, with the source that says so.
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["cloudflare|meta-llama/llama-guard-3-8b|@cf/meta/llama-guard-3-8b"] =
            "A guard answers in one word: the output is cheaper (models.dev, litellm, OpenRouter agree).",
        ["nebius|intfloat/e5-mistral-7b-instruct|intfloat/e5-mistral-7b-instruct"] =
            "An embedding model that the source calls a chat model: it has no output (litellm).",
    };

    private static IEnumerable<(Endpoint Endpoint, PriceList Prices)> Lists =>
        from model in Snapshot.Models
        from endpoint in model.Endpoints
        from prices in endpoint.Prices.Tiers.Select(tier => tier.Prices).Prepend(endpoint.Prices)
        select (endpoint, prices);

    [Fact]
    public void Every_endpoint_has_a_price_or_says_that_it_has_none()
    {
        var all = Snapshot.Models.SelectMany(model => model.Endpoints).ToArray();
        var priced = all.Where(endpoint => endpoint.PriceKnown).ToArray();
        var free = priced.Where(endpoint => endpoint.Prices is { Prompt.Femtos: 0, Completion.Femtos: 0, Request: null, ImageOutput: null });
        output.WriteLine($"{all.Length} endpoints: {priced.Length} with a price that requests are charged by, "
            + $"{all.Count(e => !e.PriceKnown && e.OtherPrices.Count > 0)} with prices of other units only, "
            + $"{all.Count(e => !e.PriceKnown && e.OtherPrices.Count == 0)} with none; "
            + $"{all.Count(e => e.UpstreamModel.Length == 0)} without the provider's id; {all.Count(e => e.Prices.Tiers.Count > 0)} with tiers");
        Assert.Empty(free.Select(endpoint => endpoint.Id));
        Assert.True(priced.Length > 2_500);
    }

    [Fact]
    public void No_price_is_out_of_this_world()
    {
        var dollar = UnitPrice.Parse("1").Femtos;
        foreach (var (endpoint, prices) in Lists)
        {
            UnitPrice?[] tokens =
            [
                prices.Prompt, prices.Completion, prices.CacheRead, prices.CacheWrite, prices.CacheWrite1h,
                prices.Reasoning, prices.AudioInput, prices.AudioOutput,
            ];
            Assert.All(tokens, price => Assert.True(price is null || price.Value.Femtos < DollarPerThousand, endpoint.Id));
            Assert.True((prices.Request?.Femtos ?? 0) < dollar, endpoint.Id);
            Assert.True((prices.WebSearch?.Femtos ?? 0) < dollar, endpoint.Id);
            Assert.True((prices.ImageInput?.Femtos ?? 0) < dollar, endpoint.Id);
            Assert.True((prices.ImageOutput?.Femtos ?? 0) <= dollar, endpoint.Id);
            Assert.All(endpoint.OtherPrices, other => Assert.True(other.Price.Femtos <= dollar, $"{endpoint.Id} {other.Name}"));
        }
    }

    [Fact]
    public void A_cached_token_costs_no_more_than_a_fresh_one_and_a_write_at_most_twice_as_much()
    {
        foreach (var (endpoint, prices) in Lists.Where(pair => pair.Endpoint.PriceKnown))
        {
            Assert.True((prices.CacheRead?.Femtos ?? 0) <= prices.Prompt.Femtos, endpoint.Id);
            Assert.True((prices.CacheWrite?.Femtos ?? 0) <= prices.Prompt.Femtos * 2, endpoint.Id);
            Assert.True((prices.CacheWrite1h?.Femtos ?? 0) <= prices.Prompt.Femtos * 3, endpoint.Id);
        }
    }

    [Fact]
    public void Output_of_a_chat_model_costs_something_and_not_far_less_than_input()
    {
        var odd = Lists.Where(pair => pair.Endpoint.PriceKnown && (pair.Endpoint.Output & Modalities.Text) != 0
            && Snapshot.TryGetModel(pair.Endpoint.ModelSlug, out var model) && model.Kind == "chat"
            && (pair.Prices.Prompt.Femtos == 0 || pair.Prices.Completion.Femtos * 2 < pair.Prices.Prompt.Femtos))
            .Select(pair => pair.Endpoint.Id).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(Exceptions.Keys.Order(StringComparer.Ordinal), odd);
    }

    [Fact]
    public void Tiers_ascend_in_length_and_price()
    {
        foreach (var endpoint in Snapshot.Models.SelectMany(model => model.Endpoints))
        {
            var last = (Above: 0L, endpoint.Prices);
            foreach (var tier in endpoint.Prices.Tiers)
            {
                Assert.True(tier.AbovePromptTokens > last.Above, endpoint.Id);
                Assert.True(tier.Prices.Prompt.Femtos >= last.Prices.Prompt.Femtos, endpoint.Id);
                Assert.True(tier.Prices.Completion.Femtos >= last.Prices.Completion.Femtos, endpoint.Id);
                last = (tier.AbovePromptTokens, tier.Prices);
            }
        }
    }

    [Fact]
    public void Prices_that_sources_dispute_are_marked()
    {
        var disputed = Snapshot.Models.SelectMany(model => model.Endpoints).Where(endpoint => endpoint.DisputedPrice).ToArray();
        output.WriteLine($"{disputed.Length} disputed prices");
        Assert.InRange(disputed.Length, 50, 300);
        Assert.Contains(disputed, endpoint => endpoint.ModelSlug == "xiaomi/mimo-v2-flash" && endpoint.Provider.Slug == "novita");
    }
}
