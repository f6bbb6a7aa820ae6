namespace Patchbay.EndToEnd.Tests;

/// <summary>One answer of a provider and what it costs.</summary>
/// <param name="Protocol">What the provider speaks.</param>
/// <param name="File">The answer: a recording below ../shared/wire, or a file of the folder Documented.</param>
/// <param name="Stream">Whether it is streamed.</param>
/// <param name="Prompt">Dollars per token of the prompt.</param>
/// <param name="Completion">Dollars per token of the answer.</param>
/// <param name="More">Further prices.</param>
/// <param name="Nanos">The charge in billionths of a dollar.</param>
public sealed record BillingRow(
    string Protocol, string File, bool Stream, string Prompt, string Completion, string More, long Nanos)
{
    /// <summary>The slug of its model.</summary>
    public string Slug => $"billing/{File.Replace('/', '-').Replace("_", "-", StringComparison.Ordinal)}-{(Stream ? "stream" : "whole")}";

    /// <summary>The slug of its provider.</summary>
    public string Provider => "p-" + Protocol;

    /// <inheritdoc/>
    public override string ToString() => Slug;
}
