namespace Patchbay.Routing;

/// <summary>What a router is asked. Filled once by the pipeline.</summary>
public sealed record RouterQuery
{
    /// <summary>The router.</summary>
    public required RouterName Router { get; init; }

    /// <summary>The request with all its conditions; its models do not matter.</summary>
    public required RouteRequest Request { get; init; }

    /// <summary>What the prompt looks like.</summary>
    public required PromptFeatures Prompt { get; init; }

    /// <summary>The options of the router's own plugin, for <see cref="RouterKind.Auto"/>.</summary>
    public AutoRouterOptions? Auto { get; init; }

    /// <summary>The options of the router's own plugin, for <see cref="RouterKind.Pareto"/>.</summary>
    public ParetoRouterOptions? Pareto { get; init; }

    /// <summary>The model that served this conversation before; it goes first as long as it is among the candidates. Null
    /// when there is none.</summary>
    public string? Sticky { get; init; }

    /// <summary>What the free router draws with.</summary>
    public required Random Random { get; init; }
}
