namespace Patchbay.Catalog;

/// <summary>A published test result of a model.</summary>
/// <param name="Name">The test, such as <c>SWE-Bench Verified</c>.</param>
/// <param name="Score">The result, in <paramref name="Unit"/>.</param>
/// <param name="Unit">What the score counts (<c>percent correct</c>, <c>index</c>…); null when the source does not say.</param>
/// <param name="Date">When it was measured, where known: a date or a month.</param>
/// <param name="Setting">How the model was run, where the source says so.</param>
/// <param name="Source">The page that publishes it.</param>
public sealed record Benchmark(string Name, decimal Score, string? Unit, string? Date, string? Setting, Uri Source);
