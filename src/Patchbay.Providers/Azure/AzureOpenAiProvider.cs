namespace Patchbay.Providers;

/// <summary>Azure OpenAI by deployments, the form before its <c>/openai/v1</c>
/// (https://learn.microsoft.com/azure/ai-services/openai/reference): the resource's own address is the base, and the
/// provider's id of a model is the name of its deployment.</summary>
public sealed class AzureOpenAiProvider(ProviderDescriptor descriptor) : OpenAiCompatibleProvider(descriptor)
{
    // The latest one that is generally available.
    private const string ApiVersion = "2024-10-21";

    private readonly Uri _deployments = new(descriptor.BaseUrl, "openai/deployments/");

    /// <inheritdoc/>
    public override Uri ChatAddress(string model, bool stream) =>
        new(_deployments, $"./{Uri.EscapeDataString(model)}/chat/completions?api-version={ApiVersion}");
}
