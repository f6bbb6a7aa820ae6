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
        "openai" => static descriptor => new OpenAiCompatibleProvider(descriptor),
        "azure-openai" => static descriptor => new AzureOpenAiProvider(descriptor),
        "openai-responses" => static descriptor => new OpenAiResponsesProvider(descriptor),
        "anthropic" => static descriptor => new AnthropicProvider(descriptor),
        "mistral" => static descriptor => new MistralProvider(descriptor),
        "gemini" => static descriptor => new GeminiProvider(descriptor),
        "vertex" => static descriptor => new VertexProvider(descriptor),
        "vertex-anthropic" => static descriptor => new VertexAnthropicProvider(descriptor),
        "vertex-rawpredict" => static descriptor => new VertexRawPredictProvider(descriptor),
        "bedrock" => static descriptor => new BedrockProvider(descriptor),
        "bedrock-anthropic" => static descriptor => new BedrockAnthropicProvider(descriptor),
        "cohere" => static descriptor => new CohereProvider(descriptor),
        "replicate" => static descriptor => new ReplicateProvider(descriptor),
        "ollama" => static descriptor => new OllamaProvider(descriptor),
        _ => null,
    };
}
