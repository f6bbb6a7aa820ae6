using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks Anthropic's Messages API on Vertex AI
/// (https://docs.claude.com/en/api/claude-on-vertex-ai): below its base address, which ends with
/// <c>projects/{project}/locations/{location}/publishers/anthropic</c>, it has <c>models/{model}:rawPredict</c> and
/// <c>models/{model}:streamRawPredict</c>.</summary>
public sealed class VertexAnthropicProvider : Provider
{
    /// <summary>Takes the provider's data.</summary>
    public VertexAnthropicProvider(ProviderDescriptor descriptor)
        : base(VertexAddress.OnItsHost(descriptor))
    {
        ChatUri = Descriptor.BaseUrl;
    }

    /// <summary>Where all its addresses begin.</summary>
    public override Uri ChatUri { get; }

    /// <inheritdoc/>
    public override Dialect Dialect => AnthropicDialect.Vertex;

    /// <inheritdoc/>
    public override Uri ChatAddress(string model, bool stream) =>
        new(ChatUri, VertexAddress.Escape("models/" + model) + (stream ? ":streamRawPredict" : ":rawPredict"));
}
