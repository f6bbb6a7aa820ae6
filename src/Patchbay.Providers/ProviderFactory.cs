namespace Patchbay.Providers;

/// <summary>Makes the <see cref="Provider"/> for a wire protocol.</summary>
public static class ProviderFactory
{
    /// <summary>Null when this protocol is not spoken.</summary>
    public static Provider? Create(string protocol, ProviderDescriptor descriptor) => MakerOf(protocol)?.Invoke(descriptor);

    /// <summary>Whether <see cref="Create"/> makes a provider for this protocol.</summary>
    public static bool Speaks(string protocol) => MakerOf(protocol) is not null;

    private static Func<ProviderDescriptor, Provider>? MakerOf(string protocol) => protocol switch
    {
        "openai" or "mistral" => static descriptor => new OpenAiCompatibleProvider(descriptor),
        "openai-responses" => static descriptor => new OpenAiResponsesProvider(descriptor),
        "anthropic" => static descriptor => new AnthropicProvider(descriptor),
        "gemini" => static descriptor => new GeminiProvider(descriptor),
        "vertex" => static descriptor => new VertexProvider(descriptor),
        _ => null,
    };
}
