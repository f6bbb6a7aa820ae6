using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>Makes the <see cref="Provider"/> for a wire protocol.</summary>
public static class ProviderFactory
{
    /// <summary>Null when this protocol is not spoken.</summary>
    public static Provider? Create(string protocol, ProviderDescriptor descriptor) =>
        Of(protocol) is { } spoken ? spoken.Make(descriptor) : null;

    /// <summary>What can be said to a provider of this protocol with these quirks; null when the protocol is not spoken.
    /// </summary>
    public static ProtocolWords? WordsOf(string protocol, IReadOnlyList<string> quirks) => Of(protocol) switch
    {
        null => null,
        { Dialect: { } dialect } => new ProtocolWords(dialect.UnknownParameters, dialect.HasServiceTiers),
        _ => new ProtocolWords(OpenAiCompatibleProvider.UnknownTo(quirks), HasServiceTiers: true),
    };

    private static Spoken? Of(string protocol) => protocol switch
    {
        "openai" => new(static descriptor => new OpenAiCompatibleProvider(descriptor)),
        "azure-openai" => new(static descriptor => new AzureOpenAiProvider(descriptor)),
        "openai-responses" => new(static descriptor => new OpenAiResponsesProvider(descriptor), OpenAiResponsesDialect.Instance),
        "anthropic" => new(static descriptor => new AnthropicProvider(descriptor), AnthropicDialect.Instance),
        "mistral" => new(static descriptor => new MistralProvider(descriptor), MistralDialect.Instance),
        "gemini" => new(static descriptor => new GeminiProvider(descriptor), GeminiDialect.Gemini),
        "vertex" => new(static descriptor => new VertexProvider(descriptor), GeminiDialect.Vertex),
        "vertex-anthropic" => new(static descriptor => new VertexAnthropicProvider(descriptor), AnthropicDialect.Vertex),
        "vertex-rawpredict" => new(static descriptor => new VertexRawPredictProvider(descriptor)),
        "bedrock" => new(static descriptor => new BedrockProvider(descriptor), ConverseDialect.Instance),
        "bedrock-anthropic" => new(static descriptor => new BedrockAnthropicProvider(descriptor), AnthropicDialect.Bedrock),
        "cohere" => new(static descriptor => new CohereProvider(descriptor), CohereDialect.Instance),
        "replicate" => new(static descriptor => new ReplicateProvider(descriptor), ReplicateDialect.Instance),
        "ollama" => new(static descriptor => new OllamaProvider(descriptor), OllamaDialect.Instance),
        _ => null,
    };

    /// <summary>A protocol that is spoken.</summary>
    /// <param name="Make">Makes a provider.</param>
    /// <param name="Dialect">What it speaks in place of OpenAI's chat API.</param>
    private sealed record Spoken(Func<ProviderDescriptor, Provider> Make, Dialect? Dialect = null);
}
