using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks Mistral's chat API (https://docs.mistral.ai/api/endpoint/chat): its base address ends with
/// the version; the key is a bearer token.</summary>
public sealed class MistralProvider(ProviderDescriptor descriptor) : Provider(descriptor)
{
    /// <inheritdoc/>
    public override Uri ChatUri { get; } = new(descriptor.BaseUrl, "chat/completions");

    /// <inheritdoc/>
    public override Dialect Dialect => MistralDialect.Instance;
}
