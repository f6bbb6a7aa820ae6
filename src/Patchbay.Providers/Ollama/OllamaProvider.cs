using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks Ollama's own chat API (https://github.com/ollama/ollama/blob/main/docs/api.md): below its
/// base address it has <c>api/chat</c>.</summary>
public sealed class OllamaProvider : Provider
{
    /// <summary>Takes the provider's data.</summary>
    public OllamaProvider(ProviderDescriptor descriptor)
        : base(descriptor)
    {
        ChatUri = new Uri(descriptor.BaseUrl, "api/chat");
    }

    /// <inheritdoc/>
    public override Uri ChatUri { get; }

    /// <inheritdoc/>
    public override Dialect Dialect => OllamaDialect.Instance;
}
