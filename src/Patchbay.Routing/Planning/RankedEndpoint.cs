using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>An eligible endpoint with everything that decides its place. Holds numbers only, so that a plan's worth of
/// them lives on the stack.</summary>
internal struct RankedEndpoint
{
    /// <summary>The place of its model among the models of the request.</summary>
    public int Model;

    /// <summary>The place of the endpoint in its model's list.</summary>
    public int Endpoint;

    /// <summary>The caller's own key, by its place among them from 1; 0 for the operator's.</summary>
    public int Key;

    /// <summary>Where that kind of key comes.</summary>
    public ByokPlace Place;

    /// <summary>Where the key comes among those of its provider.</summary>
    public int KeyRank;

    /// <summary>Left alone at present.</summary>
    public bool Cooling;

    /// <summary>Answered this conversation before, so that its prompt cache is warm.</summary>
    public bool Sticky;

    /// <summary>How it did of late, where load balancing is on.</summary>
    public HealthStanding Standing;

    /// <summary>The part of its share of the load that is withheld while it returns from an outage.</summary>
    public double Withheld;

    /// <summary>Whether it seems to be defect, whatever the order.</summary>
    public bool LooksBad;

    /// <summary>Of the service tier that the request asks for.</summary>
    public bool InTier;

    /// <summary>Known to miss the throughput or latency that the request prefers.</summary>
    public bool Slow;

    /// <summary>Where quality decides, where it stands; else the same for all.</summary>
    public QualityTier Quality;

    /// <summary>Chosen as an attempt.</summary>
    public bool Kept;

    /// <summary>The place in <c>provider.order</c>; <see cref="int.MaxValue"/> when it is not in there.</summary>
    public int OrderIndex;

    /// <summary>The measure to sort by, smallest first; 0 without one.</summary>
    public double Metric;

    /// <summary>Prompt plus completion price of a token in femto-dollars.</summary>
    public ulong Price;

    public readonly Endpoint Of(ReadOnlySpan<ResolvedModel> models) => models[Model].Model.Endpoints[Endpoint];

    /// <summary>The price that balances and breaks ties, for a prompt of this length.</summary>
    public static ulong PriceOf(Endpoint endpoint, long promptTokens)
    {
        var prices = endpoint.Prices.ForPrompt(promptTokens);
        return (ulong)prices.Prompt.Femtos + (ulong)prices.Completion.Femtos;
    }
}
