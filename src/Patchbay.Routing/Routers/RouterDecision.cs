using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>What a router made of a request. Immutable.</summary>
public sealed record RouterDecision
{
    /// <summary>The router's slug, such as <c>openrouter/auto</c>.</summary>
    public required string Router { get; init; }

    /// <summary>The word for it in <c>openrouter_metadata.strategy</c>.</summary>
    public required string Strategy { get; init; }

    /// <summary>The models to try, best first. Empty if and only if <see cref="Error"/> is set.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>What the prompt is about, such as <c>code:debugging</c>; null when the router does not care.</summary>
    public string? TaskType { get; init; }

    /// <summary>What in the prompt spoke for the task, as words of ours; never the caller's text.</summary>
    public IReadOnlyList<string> Signals { get; init; } = [];

    /// <summary>How many models could have been chosen: they pass every condition of the request.</summary>
    public int Considered { get; init; }

    /// <summary>The best of them, best first: the chosen ones and a few more.</summary>
    public IReadOnlyList<RouterScore> Scores { get; init; } = [];

    /// <summary>One sentence that says why.</summary>
    public required string Reason { get; init; }

    /// <summary>Why there is no model; null when there are some.</summary>
    public GatewayError? Error { get; init; }
}

/// <summary>How a router sees one model.</summary>
/// <param name="Model">The slug.</param>
/// <param name="Score">What decides; larger is better.</param>
/// <param name="Quality">Its place among all measured models by published tests, from 0 to 1; null when none is known.</param>
/// <param name="CostUsd">What the request is expected to cost at its cheapest endpoint, in dollars.</param>
/// <param name="Success">The share of good answers lately, from 0 to 1; null without requests.</param>
public sealed record RouterScore(string Model, double Score, double? Quality, decimal CostUsd, double? Success);
