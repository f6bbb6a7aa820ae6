using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks Cohere's chat API (https://docs.cohere.com/reference/chat): below its base address, which
/// ends with the version, it has <c>chat</c>.</summary>
public sealed class CohereProvider : Provider
{
    /// <summary>Takes the provider's data.</summary>
    public CohereProvider(ProviderDescriptor descriptor)
        : base(descriptor)
    {
        ChatUri = new Uri(descriptor.BaseUrl, "chat");
    }

    /// <inheritdoc/>
    public override Uri ChatUri { get; }

    /// <inheritdoc/>
    public override Dialect Dialect => CohereDialect.Instance;
}
