using System.Net.Http.Headers;
using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>A provider that speaks Anthropic's Messages API (https://docs.claude.com/en/api/overview): Anthropic, and others
/// under the same form. The key goes into <c>x-api-key</c>, or into a bearer where the descriptor says so.</summary>
public sealed class AnthropicProvider : Provider
{
    private const string Version = "2023-06-01";

    /// <summary>Takes the provider's data.</summary>
    public AnthropicProvider(ProviderDescriptor descriptor)
        : base(descriptor)
    {
        ChatUri = new Uri(descriptor.BaseUrl, "messages");
    }

    /// <inheritdoc/>
    public override Uri ChatUri { get; }

    /// <inheritdoc/>
    public override Dialect Dialect => AnthropicDialect.Instance;

    /// <inheritdoc/>
    public override void AddHeaders(HttpRequestHeaders headers)
    {
        base.AddHeaders(headers);
        if (!headers.NonValidated.Contains("anthropic-version"))
        {
            headers.TryAddWithoutValidation("anthropic-version", Version);
        }
    }
}
