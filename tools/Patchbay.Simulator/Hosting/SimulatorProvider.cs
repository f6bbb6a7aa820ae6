namespace Patchbay.Simulator.Hosting;

/// <summary>Profile of one simulated provider, reached below <c>/{name}/v1</c>.</summary>
public sealed record SimulatorProvider
{
    /// <summary>Models that a provider without a profile lists.</summary>
    public static IReadOnlyList<string> DefaultModels { get; } = ["sim-small", "sim-large", "sim-embed"];

    /// <summary>First path segment of its base URL; <c>sim</c> is also served without a segment.</summary>
    public required string Name { get; init; }

    /// <summary>Model ids that it lists. Every other id is answered as well.</summary>
    public IReadOnlyList<string> Models { get; init; } = DefaultModels;

    /// <summary>What it speaks where its routes do not tell: <c>mistral</c>; null for what they tell.</summary>
    public string? Protocol { get; init; }

    /// <summary>Settings text under every script rule, model name and header.</summary>
    public string Behavior { get; init; } = "";
}
