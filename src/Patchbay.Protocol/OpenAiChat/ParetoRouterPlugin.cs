namespace Patchbay.Protocol;

/// <summary>What a request says to <c>openrouter/pareto-code</c>: its plugin <c>pareto-router</c>. Null means that the member
/// was absent.</summary>
public sealed record ParetoRouterPlugin
{
    /// <summary>0 to 1.</summary>
    public double? MinCodingScore { get; init; }

    /// <summary>Dollars per million input tokens; never negative.</summary>
    public decimal? MaxPrice { get; init; }
}
