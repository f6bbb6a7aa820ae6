namespace Patchbay.Simulator.Scripting;

/// <summary>One rule of a script: for which requests, and the settings that they get.</summary>
public sealed record ScriptRule
{
    /// <summary>Provider name pattern, with <c>*</c> for any characters; null for every provider.</summary>
    public string? Provider { get; init; }

    /// <summary>Model name pattern (the part before <c>;</c>), with <c>*</c> for any characters; null for every model.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Which of the requests that fit provider and model, counted from 1: <c>3</c>, <c>1-3</c>, <c>4+</c> or
    /// <c>every 5</c> (the 5th, 10th, …); null for all. Each rule counts on its own, whatever earlier rules did.
    /// </summary>
    public string? Calls { get; init; }

    /// <summary>Chance from 0 to 1 that the rule applies, drawn from the seed and the request's sequence number.</summary>
    public double? Probability { get; init; }

    /// <summary>Settings text, as <see cref="Scripting.Behavior.Parse"/> reads it.</summary>
    public required string Behavior { get; init; }
}
