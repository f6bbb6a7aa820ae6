namespace Patchbay.Simulator.Anthropic;

/// <summary>What the address says on clouds, where the body does not.</summary>
/// <param name="Model">The model, with its settings.</param>
/// <param name="Stream">Whether the answer shall stream.</param>
/// <param name="Version">What the body must have as <c>anthropic_version</c>.</param>
/// <param name="BodySaysStream">Whether the body may, and for a stream must, say that it asks for one.</param>
internal sealed record MessagesAddress(string Model, bool Stream, string Version, bool BodySaysStream);
