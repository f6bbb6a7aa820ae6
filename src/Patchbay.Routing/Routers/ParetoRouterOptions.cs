namespace Patchbay.Routing;

/// <summary>What a request says to <c>openrouter/pareto-code</c> (the plugin <c>pareto-router</c>). Immutable.</summary>
public sealed record ParetoRouterOptions
{
    /// <summary>From 0 to 1: from 0.66 the high tier, from 0.33 the medium one, below it the low one. Null means high.</summary>
    public double? MinCodingScore { get; init; }

    /// <summary>Dollars per million input tokens that the model may cost; then the tiers do not matter.</summary>
    public decimal? MaxPrice { get; init; }
}
