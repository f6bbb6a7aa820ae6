using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks Vertex AI's form of the same
/// (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference): below its base address, which
/// ends with <c>projects/{project}/locations/{location}</c>, it has <c>publishers/google/models/{model}:generateContent</c>.
/// </summary>
public sealed class VertexProvider(ProviderDescriptor descriptor)
    : GoogleProvider(descriptor with { BaseUrl = WithoutGlobal(descriptor.BaseUrl) }, "publishers/google/models/")
{
    private const string Global = "global-aiplatform.googleapis.com";

    /// <inheritdoc/>
    public override Dialect Dialect => GeminiDialect.Vertex;

    // Of all locations, the global one is not named in the host.
    private static Uri WithoutGlobal(Uri address) =>
        address.Host == Global ? new UriBuilder(address) { Host = Global["global-".Length..] }.Uri : address;
}
