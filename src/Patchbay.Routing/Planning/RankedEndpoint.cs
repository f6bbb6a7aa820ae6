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

    /// <summary>Left alone at present.</summary>
    public bool Cooling;

    /// <summary>Recently failing, where load balancing is on.</summary>
    public bool Failing;

    /// <summary>Where quality decides, where it stands; else the same for all.</summary>
    public QualityTier Tier;

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
