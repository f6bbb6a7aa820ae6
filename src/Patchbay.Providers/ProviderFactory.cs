namespace Patchbay.Providers;

/// <summary>Makes the <see cref="Provider"/> for a wire protocol.</summary>
public static class ProviderFactory
{
    /// <summary>Null when this protocol is not spoken.</summary>
    public static Provider? Create(string protocol, ProviderDescriptor descriptor) => protocol switch
    {
        "openai" or "mistral" => new OpenAiCompatibleProvider(descriptor),
        "anthropic" => new AnthropicProvider(descriptor),
        "gemini" => new GeminiProvider(descriptor),
        "vertex" => new VertexProvider(descriptor),
        _ => null,
    };
}
