using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Makes endpoints of the service tiers that a provider publishes prices for.</summary>
internal static class TierBuilder
{
    /// <summary>Adds an endpoint for each tier whose prices of prompt and completion are known. A price of a tier that is not
    /// known is charged by the rule of its kind. Where prices rise with the length of the prompt, those of the tier are known
    /// only below the first step, and its context ends there.</summary>
    public static void AddTo(List<Endpoint> endpoints, Endpoint ordinary)
    {
        Add(endpoints, ordinary, ServiceTier.Flex);
        Add(endpoints, ordinary, ServiceTier.Priority);
    }

    /// <summary>Makes endpoints that differ in nothing but the tier know each other.</summary>
    public static void Join(List<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            if (endpoint.ServiceTier == ServiceTier.Default)
            {
                continue;
            }

            var siblings = endpoints.FindAll(other =>
                other.Provider.Slug == endpoint.Provider.Slug
                && other.UpstreamModel == endpoint.UpstreamModel
                && other.Region == endpoint.Region
                && other.Quantization == endpoint.Quantization);
            foreach (var sibling in siblings)
            {
                sibling.Siblings = siblings;
            }
        }
    }

    private static void Add(List<Endpoint> endpoints, Endpoint ordinary, ServiceTier tier)
    {
        var word = ServiceTierNames.Of(tier);
        if (Find(ordinary, word, "_prompt") is not { } prompt || Find(ordinary, word, "_completion") is not { } completion)
        {
            return;
        }

        var context = ordinary.ContextLength;
        if (ordinary.Prices.Tiers is [var step, ..])
        {
            context = (int)Math.Min(context ?? int.MaxValue, step.AbovePromptTokens);
        }

        var tag = $"{ordinary.Tag}/{word}";
        endpoints.Add(new Endpoint
        {
            Id = $"{tag}|{ordinary.ModelSlug}|{ordinary.UpstreamModel}",
            Provider = ordinary.Provider,
            ServiceTier = tier,
            Tag = tag,
            ModelSlug = ordinary.ModelSlug,
            UpstreamModel = ordinary.UpstreamModel,
            Prices = ordinary.Prices with
            {
                Prompt = prompt,
                Completion = completion,
                CacheRead = Find(ordinary, word, "_cache_read"),
                CacheWrite = Find(ordinary, word, "_cache_write"),
                CacheWrite1h = Find(ordinary, word, "_cache_write_1h"),
                Reasoning = Find(ordinary, word, "_reasoning"),
                Tiers = [],
            },
            PriceKnown = ordinary.PriceKnown,
            ContextLength = context,
            MaxOutputTokens = ordinary.MaxOutputTokens,
            Quantization = ordinary.Quantization,
            Supported = ordinary.Supported,
            Sendable = ordinary.Sendable,
            Input = ordinary.Input,
            Output = ordinary.Output,
            Region = ordinary.Region,
            DisputedPrice = ordinary.DisputedPrice,
            Stage = ordinary.Stage,
            EndsOn = ordinary.EndsOn,
        });
    }

    private static UnitPrice? Find(Endpoint ordinary, string tier, string kind)
    {
        foreach (var (name, price) in ordinary.OtherPrices)
        {
            if (name.Length == tier.Length + kind.Length
                && name.StartsWith(tier, StringComparison.Ordinal)
                && name.EndsWith(kind, StringComparison.Ordinal))
            {
                return price;
            }
        }

        return null;
    }
}
