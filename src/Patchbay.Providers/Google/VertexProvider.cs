using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks Vertex AI's form of the same
/// (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference): below its base address, which
/// ends with <c>projects/{project}/locations/{location}</c>, it has <c>publishers/google/models/{model}:generateContent</c>.
/// </summary>
public sealed class VertexProvider(ProviderDescriptor descriptor)
    : GoogleProvider(VertexAddress.OnItsHost(descriptor), "publishers/google/models/")
{
    /// <inheritdoc/>
    public override Dialect Dialect => GeminiDialect.Vertex;
}
